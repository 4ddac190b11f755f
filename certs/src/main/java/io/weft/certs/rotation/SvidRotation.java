package io.weft.certs.rotation;

import io.weft.certs.identity.X509Svid;
import io.weft.certs.rotation.SvidState.Expired;
import io.weft.certs.rotation.SvidState.Fetching;
import io.weft.certs.rotation.SvidState.Retrying;
import io.weft.certs.rotation.SvidState.Valid;
import java.time.Duration;
import java.time.Instant;

/** The transitions of {@link SvidState}: pure functions of the state, what happened, when, and a roll of a die. */
public record SvidRotation(RotationSchedule schedule) {
    public SvidRotation() {
        this(RotationSchedule.DEFAULT);
    }

    /** A workload that has nothing and asks at once. */
    public SvidState start(Instant now) {
        return new Fetching(0, now);
    }

    /** A certificate came. One that is not valid now is a failure: it would only break what still works. */
    public SvidState issued(SvidState state, X509Svid svid, Instant now, double roll) {
        return svid.isValidAt(now)
                ? new Valid(svid, schedule.renewAt(now, svid.notAfter(), roll))
                : failed(state, now, roll);
    }

    /** The authority did not answer, or refused. */
    public SvidState failed(SvidState state, Instant now, double roll) {
        return switch (at(state, now)) {
            case Fetching(int failures, Instant _) ->
                new Fetching(failures + 1, now.plus(schedule.retryAfter(failures + 1, Duration.ZERO, roll)));
            case Valid(X509Svid svid, Instant _) -> retrying(svid, 1, now, roll);
            case Retrying(X509Svid svid, int failures, Instant _) -> retrying(svid, failures + 1, now, roll);
            case Expired(Instant since, int failures, Instant _) ->
                new Expired(since, failures + 1, now.plus(schedule.retryAfter(failures + 1, Duration.ZERO, roll)));
        };
    }

    /** Time passed: whatever has expired by now is known to be so. */
    public SvidState at(SvidState state, Instant now) {
        return switch (state) {
            case Valid(X509Svid svid, Instant renewAt)
            when now.isAfter(svid.notAfter()) -> new Expired(svid.notAfter(), 0, earlier(renewAt, now));
            case Retrying(X509Svid svid, int failures, Instant next)
            when now.isAfter(svid.notAfter()) ->
                // The pause was chosen while there was life left; it may be too long now.
                new Expired(svid.notAfter(), failures, earlier(next, now.plus(schedule.maxRetryNearEnd())));
            case Fetching _, Valid _, Retrying _, Expired _ -> state;
        };
    }

    private Retrying retrying(X509Svid svid, int failures, Instant now, double roll) {
        Duration left = Duration.between(now, svid.notAfter());
        return new Retrying(svid, failures, now.plus(schedule.retryAfter(failures, left, roll)));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
