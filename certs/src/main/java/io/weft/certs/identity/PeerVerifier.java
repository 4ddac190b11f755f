package io.weft.certs.identity;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.Verification.Refused;
import io.weft.certs.identity.Verification.Verified;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides who a TLS peer is (X509-SVID, section 5). Pure: the same chain, bundles, instant and role give the same
 * answer. Fails closed: whatever cannot be read is refused.
 *
 * <p>The cost is bounded before any signature is checked: at most {@value #MAX_CERTIFICATES} certificates of at most
 * {@value #MAX_CERTIFICATE_BYTES} bytes. A chain must be in the order of TLS 1.2 (leaf first, each certified by the
 * next); what stands after the first trusted root is not looked at.
 */
public final class PeerVerifier {
    static final int MAX_CERTIFICATES = 6;
    static final int MAX_CERTIFICATE_BYTES = 16 * 1024;

    private PeerVerifier() {}

    /** The peer's id, verified against the bundle of that id's own trust domain. */
    public static Verification verify(List<X509Certificate> chain, TrustBundles bundles, Instant now, PeerRole role) {
        try {
            return decide(chain, bundles, now, role);
        } catch (RuntimeException e) {
            // Certificates come from the network and are parsed lazily; a parser's surprise must never let a peer in.
            return new Refused(Refusal.MALFORMED, "chain cannot be read: " + e);
        }
    }

    public static Verification verify(List<X509Certificate> chain, TrustBundle bundle, Instant now, PeerRole role) {
        return verify(chain, TrustBundles.of(bundle), now, role);
    }

    /**
     * As {@link #verify}, for a client whose own certificate may have ended a while ago: who it was is verified as of that
     * end, while everything above it must be valid now. The answer is for the one call that such a client may make, to get
     * another certificate; it must never open anything else.
     *
     * @param grace how long ago the leaf may have ended; zero refuses it like {@link #verify}
     */
    public static Verification verifyLapsed(
            List<X509Certificate> chain, TrustBundle bundle, Instant now, PeerRole role, Duration grace) {
        Verification today = verify(chain, bundle, now, role);
        if (!(today instanceof Refused(Refusal reason, String _)) || reason != Refusal.EXPIRED) {
            return today;
        }
        Instant end = chain.getFirst().getNotAfter().toInstant();
        boolean lapsed = now.isAfter(end) && !now.isAfter(end.plus(grace));
        List<X509Certificate> roots =
                bundle.roots().stream().filter(root -> isValid(root, now)).toList();
        boolean above = chain.stream().skip(1).allMatch(certificate -> isValid(certificate, now));
        return lapsed && above && !roots.isEmpty()
                ? verify(chain, TrustBundle.of(bundle.trustDomain(), roots), end, role)
                : today;
    }

    private static boolean isValid(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    private static Verification decide(
            List<X509Certificate> presented, TrustBundles bundles, Instant now, PeerRole role) {
        Optional<Refused> size = sizeProblem(presented);
        if (size.isPresent()) {
            return size.get();
        }
        List<X509Certificate> chain =
                presented.stream().map(PeerVerifier::parsed).toList();
        X509Certificate leaf = chain.getFirst();
        List<Refused> problems = SvidRules.problems(leaf);
        if (!problems.isEmpty()) {
            return problems.getFirst();
        }
        Optional<Refused> usage = SvidRules.usageProblem(leaf, role);
        if (usage.isPresent()) {
            return usage.get();
        }
        return switch (SvidRules.read(leaf)) {
            case Refused refused -> refused;
            case Verified(SpiffeId id) -> {
                Optional<TrustBundle> bundle = bundles.of(id.trustDomain());
                yield bundle.isEmpty()
                        ? new Refused(
                                Refusal.UNKNOWN_TRUST_DOMAIN,
                                "no trust bundle for the trust domain of '" + id + "'; known are "
                                        + bundles.byDomain().keySet())
                        : path(chain, bundle.get(), now)
                                .<Verification>map(refused -> refused)
                                .orElseGet(() -> new Verified(id));
            }
        };
    }

    private static Optional<Refused> path(List<X509Certificate> chain, TrustBundle bundle, Instant now) {
        List<X509Certificate> path = new ArrayList<>(chain.size());
        for (X509Certificate certificate : chain) {
            if (bundle.contains(certificate)) {
                break;
            }
            path.add(certificate);
        }
        return path.isEmpty()
                ? Optional.of(new Refused(Refusal.BROKEN_PATH, "the leaf is itself a root of the bundle"))
                : PathRules.problem(List.copyOf(path), bundle, now);
    }

    /**
     * The JDK's own object for a certificate. TLS libraries hand out lazy ones of their own, which PKIX would parse again
     * at every step; the JDK keeps those it has parsed lately.
     */
    private static X509Certificate parsed(X509Certificate certificate) {
        return Pem.certificate(PathRules.encoded(certificate));
    }

    private static Optional<Refused> sizeProblem(List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            return Optional.of(new Refused(Refusal.NO_CERTIFICATE, "peer sent no certificate"));
        }
        if (chain.size() > MAX_CERTIFICATES) {
            return Optional.of(new Refused(
                    Refusal.TOO_LARGE,
                    "chain of " + chain.size() + " certificates; expected at most " + MAX_CERTIFICATES));
        }
        for (int i = 0; i < chain.size(); i++) {
            int bytes = PathRules.encoded(chain.get(i)).length;
            if (bytes > MAX_CERTIFICATE_BYTES) {
                return Optional.of(new Refused(
                        Refusal.TOO_LARGE,
                        "certificate " + i + " of " + bytes + " bytes; expected at most " + MAX_CERTIFICATE_BYTES));
            }
        }
        return Optional.empty();
    }
}
