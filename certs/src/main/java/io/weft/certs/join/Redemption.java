package io.weft.certs.join;

import io.weft.certs.identity.SpiffeId;

/** What came of showing a join token. */
public sealed interface Redemption {
    /** The token is good for this key, and for no other any more: its bearer is this id. */
    record Redeemed(SpiffeId id) implements Redemption {}

    /**
     * It was not.
     *
     * @param detail for the audit log, without the secret; the bearer is not to be told which it was
     */
    record Refused(Reason reason, String detail) implements Redemption {
        @Override
        public String toString() {
            return reason + ": " + detail;
        }
    }

    /** Why a token is refused. */
    enum Reason {
        MALFORMED,
        /** Never given out, long gone, or the secret or the id was altered. */
        UNKNOWN,
        EXPIRED,
        /** Redeemed before, for another key. */
        ALREADY_USED,
    }
}
