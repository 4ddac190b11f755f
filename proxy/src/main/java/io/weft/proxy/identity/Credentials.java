package io.weft.proxy.identity;

import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.Verification;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.join.JoinToken;
import io.weft.proxy.xds.ServerCheck;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;

/** By what a proxy proves who it is to the issuer, and by what it knows the issuer. */
sealed interface Credentials {

    /** The server of the issuer, at the instant of the handshake. */
    ServerCheck server(InstantSource clock);

    /** The first time: a token, and the fingerprint of the root that comes with it. */
    record Join(JoinToken token) implements Credentials {
        @Override
        public ServerCheck server(InstantSource clock) {
            SpiffeId expected = SpiffeId.controlPlane(token.id().trustDomain());
            return chain -> accept(token.pin().verify(chain, expected, clock.instant()), expected);
        }
    }

    /** Afterwards: the current certificate, and the bundle that came with it. */
    record Current(X509Svid svid, TrustBundle bundle) implements Credentials {
        @Override
        public ServerCheck server(InstantSource clock) {
            SpiffeId expected = SpiffeId.controlPlane(bundle.trustDomain());
            return chain -> accept(verify(chain, clock), expected);
        }

        private Verification verify(List<X509Certificate> chain, InstantSource clock) {
            return PeerVerifier.verify(chain, bundle, clock.instant(), PeerRole.SERVER);
        }
    }

    /**
     * A platform's token for this workload, such as Kubernetes's projected service account token, shown every time.
     *
     * @param check the server is known by other means, such as a root from a file
     */
    record Platform(String token, ServerCheck check) implements Credentials {
        @Override
        public ServerCheck server(InstantSource clock) {
            return check;
        }

        @Override
        public String toString() {
            return "Platform[token of " + token.length() + " characters]";
        }
    }

    private static void accept(Verification verification, SpiffeId expected) throws CertificateException {
        switch (verification) {
            case Verification.Verified(SpiffeId id) when id.equals(expected) -> {}
            case Verification.Verified(SpiffeId id) ->
                throw new CertificateException("server is " + id + ": expected " + expected);
            case Verification.Refused refused -> throw new CertificateException("server refused: " + refused);
        }
    }
}
