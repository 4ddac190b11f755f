package io.weft.proxy.tls;

import io.weft.certs.asn1.Pem;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.files.SecretFiles;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * One certificate of a secret, for an operator to look at (admin {@code /certs}, expiry metrics).
 *
 * @param secret the name it was delivered under
 * @param kind whether we present it or trust it
 * @param position in the secret's PEM, from 0; of a chain, 0 is the leaf
 * @param names subject alternative names, as {@code URI:...}, {@code DNS:...}, {@code IP:...}
 * @param serial hexadecimal, lower case
 */
public record CertificateFacts(
        String secret,
        Kind kind,
        int position,
        String subject,
        List<String> names,
        String serial,
        Instant notBefore,
        Instant notAfter) {

    public enum Kind {
        CHAIN,
        TRUST
    }

    public CertificateFacts {
        names = List.copyOf(names);
    }

    /**
     * Of all named secrets, by name, but not of a system's many roots, whose end is no concern of this proxy's operator; one
     * that cannot be read is left out, as whoever needs it says what is wrong.
     */
    public static List<CertificateFacts> of(Snapshot snapshot) {
        return snapshot.secrets().entrySet().stream()
                .filter(entry -> !entry.getKey().equals(SecretFiles.SYSTEM_ROOTS))
                .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .flatMap(entry -> of(entry.getKey(), entry.getValue()).stream())
                .toList();
    }

    /** Whole days until it ends; 0 on the last day and after it. */
    public long daysLeft(Instant now) {
        return Math.max(0, Duration.between(now, notAfter).toDays());
    }

    private static List<CertificateFacts> of(String name, Secret secret) {
        List<CertificateFacts> facts = new ArrayList<>();
        try {
            switch (secret) {
                case Secret.Certificate certificate -> add(facts, name, Kind.CHAIN, certificate.chainPem());
                case Secret.Trust trust -> add(facts, name, Kind.TRUST, trust.rootsPem());
            }
        } catch (IllegalArgumentException e) {
            return List.of();
        }
        return facts;
    }

    private static void add(List<CertificateFacts> facts, String secret, Kind kind, String pem) {
        for (X509Certificate certificate : Pem.certificates(pem)) {
            PeerCertificate read = PeerCertificate.of(List.of(certificate), null);
            List<String> names = new ArrayList<>();
            read.uris().forEach(uri -> names.add("URI:" + uri));
            read.dnsNames().forEach(dns -> names.add("DNS:" + dns));
            read.ipAddresses().forEach(ip -> names.add("IP:" + ip));
            facts.add(new CertificateFacts(
                    secret,
                    kind,
                    facts.size(),
                    read.subject(),
                    names,
                    read.serial(),
                    read.notBefore(),
                    read.notAfter()));
        }
    }
}
