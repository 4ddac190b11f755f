package io.weft.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What both directions of TLS share.
 *
 * @param ciphers of TLS 1.2, BoringSSL's names; empty for the built-in list (ECDHE with AEAD only)
 * @param groups key exchange, in order; empty for X25519MLKEM768, X25519, P-256, P-384
 * @param alpn protocols offered or accepted, in order
 * @param certificate what this side presents; null presents nothing
 */
public record TlsParameters(
        Version min,
        Version max,
        List<String> ciphers,
        List<String> groups,
        List<String> alpn,
        @Nullable CertificateSource certificate,
        Validation validation) {

    /** Suites of TLS 1.2 that may be named: forward secrecy and authenticated encryption only (RFC 9325). */
    public static final List<String> CIPHERS = List.of(
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-CHACHA20-POLY1305");

    /** Groups of key exchange that may be named. */
    public static final List<String> GROUPS = List.of("X25519MLKEM768", "X25519", "P-256", "P-384", "P-521");

    /** The suites of one entry: Envoy's {@code [A|B]} are several of equal preference. */
    public static List<String> suites(String entry) {
        boolean several = entry.startsWith("[") && entry.endsWith("]");
        return several ? List.of(entry.substring(1, entry.length() - 1).split("\\|", -1)) : List.of(entry);
    }

    public TlsParameters {
        ciphers = List.copyOf(ciphers);
        groups = List.copyOf(groups);
        alpn = List.copyOf(alpn);
    }

    public enum Version {
        TLS_1_2,
        TLS_1_3
    }

    public sealed interface CertificateSource {
        record Inline(Secret.Certificate certificate) implements CertificateSource {}

        /** Delivered by SDS under this name. */
        record Named(String secret) implements CertificateSource {}
    }

    /**
     * How the peer is judged.
     *
     * @param trust null trusts no one: the peer's certificate is not asked for, or, upstream, any is accepted, as in Envoy
     * @param names at least one must match a subject alternative name of the same type; empty for any
     */
    public record Validation(@Nullable TrustSource trust, List<NameMatch> names) {
        public static final Validation NONE = new Validation(null, List.of());

        public Validation {
            names = List.copyOf(names);
        }
    }

    public sealed interface TrustSource {
        record Inline(Secret.Trust trust) implements TrustSource {}

        /** Delivered by SDS under this name. */
        record Named(String secret) implements TrustSource {}
    }

    public record NameMatch(NameType type, StringMatch match) {}

    /** Type of a subject alternative name (RFC 5280 section 4.2.1.6). A match never crosses types (attack case G3). */
    public enum NameType {
        URI,
        DNS,
        IP_ADDRESS,
        EMAIL
    }
}
