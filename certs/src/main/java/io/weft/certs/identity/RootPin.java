package io.weft.certs.identity;

import io.weft.certs.identity.Verification.Refused;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Trust in one root of which only the fingerprint is known, as a join token carries it. The server must send that root
 * at the end of its chain.
 */
public record RootPin(TrustDomain trustDomain, Fingerprint root) {
    /** The bundle of the pinned root, taken from the server's chain; empty when the server did not show it. */
    public Optional<TrustBundle> bundleFrom(List<X509Certificate> chain) {
        return chain.stream()
                .limit(PeerVerifier.MAX_CERTIFICATES)
                .filter(certificate -> Fingerprint.of(certificate).equals(root))
                .findFirst()
                .map(certificate -> TrustBundle.of(trustDomain, List.of(certificate)));
    }

    /** Verifies that the server with this chain is {@code expected}, and that the pinned root vouches for it. */
    public Verification verify(List<X509Certificate> chain, SpiffeId expected, Instant now) {
        Optional<TrustBundle> bundle;
        try {
            bundle = bundleFrom(chain);
        } catch (IllegalArgumentException e) {
            return new Refused(Refusal.MALFORMED, "pinned root is not usable: " + e.getMessage());
        }
        if (bundle.isEmpty()) {
            return new Refused(Refusal.UNTRUSTED_ISSUER, "server's chain does not contain the pinned root " + root);
        }
        Verification verification = PeerVerifier.verify(chain, bundle.get(), now, PeerRole.SERVER);
        return verification instanceof Verification.Verified(SpiffeId id) && !id.equals(expected)
                ? new Refused(Refusal.OTHER_ID, "server is '" + id + "'; expected '" + expected + "'")
                : verification;
    }
}
