package io.weft.controlplane.caller;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.Verification;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** Who is at the other end of a call. */
public sealed interface Caller {
    /** The address of the caller without its port, for limits and logs. */
    String source();

    /**
     * It showed a certificate, which was verified at the beginning of this call.
     *
     * @param chain leaf first, as it was shown
     */
    record Certified(SpiffeId id, List<X509Certificate> chain, String source) implements Caller {
        public Certified {
            chain = List.copyOf(chain);
        }

        /** Of the certificate's key. */
        public Fingerprint key() {
            return Fingerprint.of(chain.getFirst().getPublicKey());
        }

        /** When the certificate ends, and with it whatever it opened. */
        public Instant notAfter() {
            return chain.getFirst().getNotAfter().toInstant();
        }

        /** Whether it would be let in now, with these roots. */
        public boolean holds(TrustBundle bundle, Instant now) {
            return PeerVerifier.verify(chain, bundle, now, PeerRole.CLIENT) instanceof Verification.Verified;
        }

        @Override
        public String toString() {
            return "Certified[" + id + " until " + notAfter() + " from " + source + "]";
        }
    }

    /**
     * It showed a certificate that was good until it ended, not long ago. It may ask for another one, and nothing else.
     *
     * @param notAfter when that was
     */
    record Lapsed(SpiffeId id, Fingerprint key, Instant notAfter, String source) implements Caller {}

    /** It came over TLS without a certificate. It may show a token, and nothing else. */
    record Anonymous(String source) implements Caller {}

    /** It came over the plaintext port, which exists only when the operator asked for it: its word is believed. */
    record Unverified(String source) implements Caller {}
}
