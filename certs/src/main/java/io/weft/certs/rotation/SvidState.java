package io.weft.certs.rotation;

import io.weft.certs.identity.X509Svid;
import java.time.Instant;
import java.util.Optional;

/** Where a workload stands with its identity. */
public sealed interface SvidState {
    /** No certificate yet: not ready, and nothing is sent in plaintext either. */
    record Fetching(int failures, Instant nextAttempt) implements SvidState {}

    /** A good certificate, not yet due for renewal. */
    record Valid(X509Svid svid, Instant renewAt) implements SvidState {}

    /** Renewal has failed so far; the last good certificate serves on. */
    record Retrying(X509Svid svid, int failures, Instant nextAttempt) implements SvidState {}

    /** The last good certificate is over; handshakes are refused until a new one comes. */
    record Expired(Instant since, int failures, Instant nextAttempt) implements SvidState {}

    /** When the authority is to be asked next. */
    default Instant nextRequest() {
        return switch (this) {
            case Fetching fetching -> fetching.nextAttempt();
            case Valid valid -> valid.renewAt();
            case Retrying retrying -> retrying.nextAttempt();
            case Expired expired -> expired.nextAttempt();
        };
    }

    /**
     * The certificate that may serve at an instant. Asks the instant too, not the state alone: a timer that runs late
     * must not let an expired certificate serve.
     */
    default Optional<X509Svid> usableAt(Instant now) {
        return held().filter(svid -> svid.isValidAt(now));
    }

    /** The last good certificate, whether or not it is still valid; empty when there is none or it is known expired. */
    default Optional<X509Svid> held() {
        return switch (this) {
            case Valid valid -> Optional.of(valid.svid());
            case Retrying retrying -> Optional.of(retrying.svid());
            case Fetching _, Expired _ -> Optional.empty();
        };
    }
}
