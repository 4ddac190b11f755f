package io.weft.certs.identity;

/** What came of looking at a peer's chain. */
public sealed interface Verification {
    /** The peer is this one. */
    record Verified(SpiffeId id) implements Verification {}

    /**
     * The peer is not to be spoken to.
     *
     * @param detail one line for a log, naming the certificate and the value; safe to print, not meant for the peer
     */
    record Refused(Refusal reason, String detail) implements Verification {
        @Override
        public String toString() {
            return reason + ": " + detail;
        }
    }
}
