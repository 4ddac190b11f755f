package io.weft.proxy.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where the identity stands, for {@code /certs} and readiness.
 *
 * @param id the SPIFFE id; empty while there is none
 * @param notAfter the end of the certificate in use; null while there is none
 * @param next when a certificate is asked for next; null where nobody is asked
 * @param failures attempts in a row that failed
 * @param lastError of the last failed attempt since the last good one; empty for none
 */
public record IdentityStatus(
        State state,
        String id,
        @Nullable Instant notAfter,
        @Nullable Instant next,
        int failures,
        String lastError) {

    static final IdentityStatus STARTING = new IdentityStatus(State.NONE, "", null, null, 0, "");

    public enum State {
        /** Nothing yet: not ready. */
        NONE,
        CERTIFIED,
        /** Renewal has failed so far; the last good certificate serves on. */
        RETRYING,
        /** Handshakes are refused until there is a new certificate. */
        EXPIRED
    }
}
