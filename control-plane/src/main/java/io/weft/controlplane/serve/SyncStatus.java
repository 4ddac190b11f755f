package io.weft.controlplane.serve;

import java.util.Optional;

/**
 * How far a proxy is with one type. Versions are hashes of content; empty when there was none yet.
 *
 * @param sentNonce the nonce of the last response
 * @param nack the last refusal, until a later response is taken
 */
public record SyncStatus(String sentVersion, String sentNonce, String ackedVersion, Optional<Nack> nack) {
    static final SyncStatus NOTHING_SENT = new SyncStatus("", "", "", Optional.empty());

    /** A refused response: which one, and the proxy's own words, cut to {@value #LONGEST_ERROR} characters. */
    public record Nack(String version, String nonce, String error) {
        static final int LONGEST_ERROR = 4096;

        public Nack {
            error = error.length() > LONGEST_ERROR ? error.substring(0, LONGEST_ERROR) + "…" : error;
        }
    }

    SyncStatus sent(String version, String nonce) {
        return new SyncStatus(version, nonce, ackedVersion, nack);
    }

    SyncStatus acked(String version) {
        return new SyncStatus(sentVersion, sentNonce, version, Optional.empty());
    }

    SyncStatus nacked(Nack refused) {
        return new SyncStatus(sentVersion, sentNonce, ackedVersion, Optional.of(refused));
    }
}
