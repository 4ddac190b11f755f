package io.weft.certs;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.KeyRules;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.SvidRules;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.Verification;
import io.weft.certs.identity.Verification.Refused;
import io.weft.certs.identity.Verification.Verified;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What there is to say about certificates, and what is wrong with them. */
final class ChainReport {
    private ChainReport() {}

    static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    static List<String> lines(X509Certificate certificate, Instant now) {
        List<String> lines = new ArrayList<>();
        if (SvidRules.read(certificate) instanceof Verified(var id)) {
            lines.add("spiffe id    " + id);
        }
        lines.add("names        " + names(certificate));
        lines.add("subject      " + orNone(certificate.getSubjectX500Principal().getName()));
        lines.add("issuer       " + orNone(certificate.getIssuerX500Principal().getName()));
        lines.add("serial       " + certificate.getSerialNumber().toString(16));
        lines.add("key          " + KeyRules.describe(certificate.getPublicKey()));
        lines.add("signed with  " + certificate.getSigAlgName());
        lines.add("valid from   " + certificate.getNotBefore().toInstant());
        Instant end = certificate.getNotAfter().toInstant();
        Duration left = Duration.between(now, end);
        lines.add("valid until  " + end + " (" + Values.text(left) + (left.isNegative() ? " ago)" : " left)"));
        lines.add("sha256       " + Fingerprint.of(certificate));
        // Names come from whoever made the certificate; a terminal must not obey them.
        return lines.stream().map(line -> line.replaceAll("\\p{C}", "?")).toList();
    }

    static List<String> problems(List<X509Certificate> chain, Optional<PrivateKey> key, Instant now) {
        List<String> problems = new ArrayList<>();
        X509Certificate first = chain.getFirst();
        if (!isAuthority(first)) {
            SvidRules.problems(first).forEach(problem -> problems.add("certificate 0: " + problem));
            for (PeerRole role : PeerRole.values()) {
                SvidRules.usageProblem(first, role).ifPresent(problem -> problems.add("certificate 0: " + problem));
            }
        }
        if (key.isPresent() && !KeyRules.isPair(first.getPublicKey(), key.get())) {
            problems.add("the private key in the file is not the key of certificate 0");
        }
        for (int i = 0; i < chain.size(); i++) {
            String where = "certificate " + i + ": ";
            X509Certificate certificate = chain.get(i);
            KeyRules.problem(certificate.getPublicKey()).ifPresent(problem -> problems.add(where + problem));
            KeyRules.signatureProblem(certificate).ifPresent(problem -> problems.add(where + problem));
            if (now.isBefore(certificate.getNotBefore().toInstant())) {
                problems.add(
                        where + "not valid before " + certificate.getNotBefore().toInstant() + ", now is " + now);
            }
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                problems.add(where + "expired at " + certificate.getNotAfter().toInstant() + ", now is " + now);
            }
        }
        // A file of roots is a set, not a chain.
        for (int i = 0; i + 1 < chain.size() && !isAuthority(first); i++) {
            if (!isIssuedBy(chain.get(i), chain.get(i + 1))) {
                problems.add("certificate " + i + " was not issued by certificate " + (i + 1));
            }
        }
        return problems;
    }

    /** What a peer would object to, in either role. */
    static List<String> verificationProblems(List<X509Certificate> chain, List<X509Certificate> roots, Instant now) {
        return switch (SvidRules.read(chain.getFirst())) {
            case Refused refused -> List.of("not verified: " + refused);
            case Verified(var id) -> {
                TrustBundle bundle = TrustBundle.of(id.trustDomain(), roots);
                Set<String> problems = new LinkedHashSet<>();
                for (PeerRole role : PeerRole.values()) {
                    Verification verification = PeerVerifier.verify(chain, bundle, now, role);
                    if (verification instanceof Refused refused) {
                        problems.add("not verified: " + refused);
                    }
                }
                yield List.copyOf(problems);
            }
        };
    }

    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey());
            return certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String names(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? "(none)"
                    : String.join(
                            ", ",
                            names.stream()
                                    .map(name -> kind(name.getFirst()) + ":" + name.get(1))
                                    .toList());
        } catch (CertificateParsingException e) {
            return "(cannot be read: " + e.getMessage() + ")";
        }
    }

    private static String kind(Object type) {
        return switch (type) {
            case Integer i when i == 1 -> "email";
            case Integer i when i == 2 -> "DNS";
            case Integer i when i == 6 -> "URI";
            case Integer i when i == 7 -> "IP";
            default -> "type " + type;
        };
    }

    private static String orNone(String name) {
        return name.isEmpty() ? "(empty)" : name;
    }
}
