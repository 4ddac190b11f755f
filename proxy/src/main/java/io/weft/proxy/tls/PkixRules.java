package io.weft.proxy.tls;

import io.weft.certs.identity.KeyRules;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.Refusal;
import io.weft.certs.identity.Verification.Refused;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Ordinary path validation (RFC 5280 section 6) for peers outside SPIFFE, such as a server named by DNS in a bootstrap
 * file. The chain is taken in the order sent; the shortest part of it that a root vouches for decides, so that a
 * cross-signed certificate at the end does no harm. Names are not looked at here.
 */
final class PkixRules {
    static final int MAX_CERTIFICATES = 10;

    private PkixRules() {}

    /** @param chain leaf first, not empty */
    static Optional<Refused> problem(
            List<X509Certificate> chain, Set<X509Certificate> roots, Instant now, PeerRole role) {
        X509Certificate leaf = chain.getFirst();
        Optional<Refused> own = usageProblem(leaf, role).or(() -> certificateProblem(leaf, 0, now));
        if (own.isPresent() || roots.contains(leaf)) {
            // A leaf that is itself among the roots, usually self-signed, is trusted as it stands.
            return own;
        }
        Refused first = null;
        for (int end = 1; end <= chain.size(); end++) {
            Set<TrustAnchor> anchors = anchors(chain.get(end - 1), end - 1, roots, now);
            if (!anchors.isEmpty()) {
                Optional<Refused> problem = pathProblem(chain.subList(0, end), anchors, now);
                if (problem.isEmpty()) {
                    return problem;
                }
                first = first == null ? problem.get() : first;
            }
        }
        return Optional.of(
                first != null
                        ? first
                        : new Refused(
                                Refusal.UNTRUSTED_ISSUER,
                                "none of the " + roots.size() + " roots issued a certificate of the chain of '"
                                        + leaf.getSubjectX500Principal().getName() + "', or it is not valid now"));
    }

    private static Set<TrustAnchor> anchors(
            X509Certificate last, int intermediates, Set<X509Certificate> roots, Instant now) {
        return roots.stream()
                .filter(root -> root.getSubjectX500Principal().equals(last.getIssuerX500Principal())
                        && root.getBasicConstraints() >= intermediates
                        && !now.isBefore(root.getNotBefore().toInstant())
                        && !now.isAfter(root.getNotAfter().toInstant()))
                .map(root -> new TrustAnchor(root, null))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<Refused> pathProblem(List<X509Certificate> path, Set<TrustAnchor> anchors, Instant now) {
        for (int i = 0; i < path.size(); i++) {
            Optional<Refused> problem = certificateProblem(path.get(i), i, now);
            if (problem.isPresent()) {
                return problem;
            }
        }
        try {
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return Optional.empty();
        } catch (CertPathValidatorException e) {
            Refusal refusal =
                    e.getReason() == BasicReason.INVALID_SIGNATURE ? Refusal.BAD_SIGNATURE : Refusal.BROKEN_PATH;
            return Optional.of(new Refused(refusal, "certificate " + e.getIndex() + ": " + e.getMessage()));
        } catch (GeneralSecurityException e) {
            return Optional.of(new Refused(Refusal.MALFORMED, "path cannot be validated: " + e.getMessage()));
        }
    }

    private static Optional<Refused> certificateProblem(X509Certificate certificate, int index, Instant now) {
        String where = "certificate " + index + ": ";
        if (now.isAfter(certificate.getNotAfter().toInstant())) {
            return Optional.of(new Refused(
                    Refusal.EXPIRED,
                    where + "valid until " + certificate.getNotAfter().toInstant() + ", now is " + now));
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            return Optional.of(new Refused(
                    Refusal.NOT_YET_VALID,
                    where + "valid from " + certificate.getNotBefore().toInstant() + ", now is " + now));
        }
        if (certificate.getVersion() != 3 || certificate.getSerialNumber().signum() <= 0) {
            return Optional.of(new Refused(
                    Refusal.MALFORMED,
                    where + "version " + certificate.getVersion() + ", serial " + certificate.getSerialNumber()
                            + "; expected version 3 and a positive serial"));
        }
        return KeyRules.problem(certificate.getPublicKey())
                .map(problem -> new Refused(Refusal.WEAK_KEY, where + problem))
                .or(() -> KeyRules.signatureProblem(certificate)
                        .map(problem -> new Refused(Refusal.WEAK_SIGNATURE, where + problem)));
    }

    /** An extension that is absent restricts nothing (RFC 5280 section 4.2.1.12); one that is there must name the role. */
    private static Optional<Refused> usageProblem(X509Certificate leaf, PeerRole role) {
        try {
            List<String> usages = leaf.getExtendedKeyUsage();
            return usages == null || usages.contains(role.usage())
                    ? Optional.empty()
                    : Optional.of(new Refused(
                            Refusal.EXTENDED_KEY_USAGE,
                            "leaf's extended key usage is " + usages + "; expected " + role.usageName()));
        } catch (CertificateParsingException e) {
            return Optional.of(new Refused(Refusal.MALFORMED, "extended key usage cannot be read: " + e.getMessage()));
        }
    }
}
