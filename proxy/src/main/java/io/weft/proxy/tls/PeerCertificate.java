package io.weft.proxy.tls;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.proxy.config.TlsParameters.NameType;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a verified peer's certificate that policy, telemetry and {@code x-forwarded-client-cert} ask for. Shared
 * by all connections of that peer.
 *
 * @param id the peer's SPIFFE id; null for a peer outside SPIFFE
 * @param subject distinguished name by RFC 2253; empty if the certificate has none
 * @param serial hexadecimal, lower case
 * @param sha256 fingerprint of the leaf, 64 hexadecimal digits
 * @param pem the leaf
 * @param chainPem the leaf and what the peer sent after it
 */
public record PeerCertificate(
        @Nullable SpiffeId id,
        List<String> uris,
        List<String> dnsNames,
        List<String> ipAddresses,
        List<String> emails,
        String subject,
        String issuer,
        String serial,
        String sha256,
        Instant notBefore,
        Instant notAfter,
        String pem,
        String chainPem) {

    // Types of GeneralName, RFC 5280 section 4.2.1.6.
    private static final Map<Integer, NameType> TYPES =
            Map.of(1, NameType.EMAIL, 2, NameType.DNS, 6, NameType.URI, 7, NameType.IP_ADDRESS);

    public PeerCertificate {
        uris = List.copyOf(uris);
        dnsNames = List.copyOf(dnsNames);
        ipAddresses = List.copyOf(ipAddresses);
        emails = List.copyOf(emails);
    }

    /**
     * @param id what verification found; null outside SPIFFE
     * @throws IllegalArgumentException when the names cannot be read, or one holds a control character or a space, which
     *     would be cut or quoted differently by the next reader (attack case G4)
     */
    static PeerCertificate of(List<X509Certificate> chain, @Nullable SpiffeId id) {
        X509Certificate leaf = chain.getFirst();
        Map<NameType, List<String>> names = names(leaf);
        return new PeerCertificate(
                id,
                names.getOrDefault(NameType.URI, List.of()),
                names.getOrDefault(NameType.DNS, List.of()),
                names.getOrDefault(NameType.IP_ADDRESS, List.of()),
                names.getOrDefault(NameType.EMAIL, List.of()),
                leaf.getSubjectX500Principal().getName(),
                leaf.getIssuerX500Principal().getName(),
                leaf.getSerialNumber().toString(16),
                Fingerprint.of(leaf).hex(),
                leaf.getNotBefore().toInstant(),
                leaf.getNotAfter().toInstant(),
                Pem.encode(chain.subList(0, 1)),
                Pem.encode(chain));
    }

    /** The subject alternative names of one type. */
    List<String> names(NameType type) {
        return switch (type) {
            case URI -> uris;
            case DNS -> dnsNames;
            case IP_ADDRESS -> ipAddresses;
            case EMAIL -> emails;
        };
    }

    private static Map<NameType, List<String>> names(X509Certificate leaf) {
        Map<NameType, List<String>> names = new EnumMap<>(NameType.class);
        try {
            var found = leaf.getSubjectAlternativeNames();
            if (found == null) {
                return names;
            }
            for (List<?> name : found) {
                NameType type = TYPES.get(name.get(0));
                if (type != null && name.get(1) instanceof String text) {
                    if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                        throw new IllegalArgumentException(
                                "subject alternative name of type " + type + " holds characters that no name has");
                    }
                    names.computeIfAbsent(type, _ -> new ArrayList<>()).add(text);
                }
            }
            return names;
        } catch (CertificateParsingException e) {
            throw new IllegalArgumentException("subject alternative names cannot be read", e);
        }
    }
}
