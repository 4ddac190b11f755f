package io.weft.certs.identity;

import io.weft.certs.asn1.DerElement;
import io.weft.certs.identity.Verification.Refused;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether certificates form a path to a root (RFC 5280, section 6). The JDK's PKIX does the path; around it stand the
 * checks that PKIX leaves to its caller: allowed algorithms, versions and serials, key identifiers, the root's own
 * validity and path length.
 */
final class PathRules {
    private static final String AUTHORITY_KEY_ID = "2.5.29.35";
    private static final String SUBJECT_KEY_ID = "2.5.29.14";
    private static final int KEY_ID = 0x80;

    private PathRules() {}

    /** @param path leaf first, without the root; not empty */
    static Optional<Refused> problem(List<X509Certificate> path, TrustBundle bundle, Instant now) {
        for (int i = 0; i < path.size(); i++) {
            Optional<Refused> problem = certificateProblem(path.get(i), i, now);
            if (problem.isPresent()) {
                return problem;
            }
            if (i > 0 && !keyIdsAgree(path.get(i - 1), path.get(i))) {
                return Optional.of(new Refused(
                        Refusal.BROKEN_PATH,
                        "authority key identifier of certificate " + (i - 1) + " is not the key of certificate " + i));
            }
        }
        Set<TrustAnchor> anchors = usableAnchors(path, bundle, now);
        if (anchors.isEmpty()) {
            return Optional.of(untrusted(path, bundle, now));
        }
        return pkix(path, anchors, now);
    }

    static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("certificate without an encoding", e);
        }
    }

    private static Optional<Refused> certificateProblem(X509Certificate certificate, int index, Instant now) {
        String where = "certificate " + index + ": ";
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            return Optional.of(new Refused(
                    Refusal.NOT_YET_VALID,
                    where + "valid from " + certificate.getNotBefore().toInstant() + ", now is " + now));
        }
        if (now.isAfter(certificate.getNotAfter().toInstant())) {
            return Optional.of(new Refused(
                    Refusal.EXPIRED,
                    where + "valid until " + certificate.getNotAfter().toInstant() + ", now is " + now));
        }
        if (certificate.getVersion() != 3 || certificate.getSerialNumber().signum() <= 0) {
            return Optional.of(new Refused(
                    Refusal.MALFORMED,
                    where + "version " + certificate.getVersion() + ", serial " + certificate.getSerialNumber()
                            + "; expected version 3 and a positive serial"));
        }
        Optional<String> key = KeyRules.problem(certificate.getPublicKey());
        if (key.isPresent()) {
            return Optional.of(new Refused(Refusal.WEAK_KEY, where + key.get()));
        }
        Optional<String> weak = KeyRules.signatureProblem(certificate);
        if (weak.isPresent()) {
            return Optional.of(new Refused(Refusal.WEAK_SIGNATURE, where + weak.get()));
        }
        return certificate.getSigAlgName().endsWith("withECDSA") && !isStrictEcdsa(certificate.getSignature())
                ? Optional.of(new Refused(Refusal.BAD_SIGNATURE, where + "ECDSA signature is not in DER"))
                : Optional.empty();
    }

    /** The JDK also takes an r or s without the zero that keeps it positive, so one signature would have two forms. */
    private static boolean isStrictEcdsa(byte[] signature) {
        try {
            List<DerElement> numbers =
                    DerElement.parse(signature).expect(DerElement.SEQUENCE).children();
            return numbers.size() == 2
                    && numbers.get(0).integer().signum() > 0
                    && numbers.get(1).integer().signum() > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** PKIX takes an anchor's word for everything, so only anchors that may vouch for this path now are given to it. */
    private static Set<TrustAnchor> usableAnchors(List<X509Certificate> path, TrustBundle bundle, Instant now) {
        X509Certificate last = path.getLast();
        return bundle.anchors().stream()
                .filter(anchor -> {
                    X509Certificate root = anchor.getTrustedCert();
                    return root.getSubjectX500Principal().equals(last.getIssuerX500Principal())
                            && isValid(root, now)
                            && path.size() - 1 <= root.getBasicConstraints()
                            && keyIdsAgree(last, root);
                })
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Refused untrusted(List<X509Certificate> path, TrustBundle bundle, Instant now) {
        X509Certificate last = path.getLast();
        for (X509Certificate root : bundle.roots()) {
            if (root.getSubjectX500Principal().equals(last.getIssuerX500Principal()) && !isValid(root, now)) {
                boolean over = now.isAfter(root.getNotAfter().toInstant());
                return new Refused(
                        over ? Refusal.EXPIRED : Refusal.NOT_YET_VALID,
                        "root " + Fingerprint.of(root) + " is valid from "
                                + root.getNotBefore().toInstant() + " until "
                                + root.getNotAfter().toInstant() + ", now is " + now);
            }
        }
        return new Refused(
                Refusal.UNTRUSTED_ISSUER,
                "issuer " + Quoted.of(last.getIssuerX500Principal().getName()) + " of certificate "
                        + (path.size() - 1) + " is none of the "
                        + bundle.roots().size() + " roots of "
                        + bundle.trustDomain());
    }

    private static Optional<Refused> pkix(List<X509Certificate> path, Set<TrustAnchor> anchors, Instant now) {
        try {
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            var result = CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return result instanceof PKIXCertPathValidatorResult
                    ? Optional.empty()
                    : Optional.of(new Refused(Refusal.BROKEN_PATH, "no path was found"));
        } catch (CertPathValidatorException e) {
            return Optional.of(new Refused(reason(e), "certificate " + e.getIndex() + ": " + e.getMessage()));
        } catch (GeneralSecurityException e) {
            return Optional.of(new Refused(Refusal.MALFORMED, "path cannot be validated: " + e.getMessage()));
        }
    }

    private static Refusal reason(CertPathValidatorException e) {
        return switch (e.getReason()) {
            case BasicReason.EXPIRED -> Refusal.EXPIRED;
            case BasicReason.NOT_YET_VALID -> Refusal.NOT_YET_VALID;
            case BasicReason.INVALID_SIGNATURE -> Refusal.BAD_SIGNATURE;
            case BasicReason.ALGORITHM_CONSTRAINED -> Refusal.WEAK_SIGNATURE;
            case PKIXReason.NO_TRUST_ANCHOR -> Refusal.UNTRUSTED_ISSUER;
            default -> Refusal.BROKEN_PATH;
        };
    }

    private static boolean isValid(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    /** Where both are present they must be equal (RFC 5280, 4.2.1.1); PKIX looks at them only when it builds paths. */
    private static boolean keyIdsAgree(X509Certificate certificate, X509Certificate issuer) {
        byte @Nullable [] wanted = authorityKeyId(certificate);
        byte @Nullable [] found = subjectKeyId(issuer);
        return wanted == null || found == null || Arrays.equals(wanted, found);
    }

    private static byte @Nullable [] authorityKeyId(X509Certificate certificate) {
        byte @Nullable [] extension = certificate.getExtensionValue(AUTHORITY_KEY_ID);
        if (extension == null) {
            return null;
        }
        return unwrap(extension).expect(DerElement.SEQUENCE).children().stream()
                .filter(child -> child.tag() == KEY_ID)
                .findFirst()
                .map(DerElement::bytes)
                .orElse(null);
    }

    private static byte @Nullable [] subjectKeyId(X509Certificate certificate) {
        byte @Nullable [] extension = certificate.getExtensionValue(SUBJECT_KEY_ID);
        return extension == null
                ? null
                : unwrap(extension).expect(DerElement.OCTET_STRING).bytes();
    }

    private static DerElement unwrap(byte[] extension) {
        return DerElement.parse(
                DerElement.parse(extension).expect(DerElement.OCTET_STRING).bytes());
    }
}
