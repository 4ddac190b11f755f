package io.weft.controlplane.issue;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.issued.IssuedKeys;
import io.weft.certs.issued.Standing;
import io.weft.controlplane.caller.Caller;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Lets a workload whose certificate has ended buy the next one with it, if its key holds the last certificate of its line. The
 * reasons are in {@code docs/decisions/0010-renewal-after-expiry.md}.
 */
public final class LapsedRenewal {
    private static final System.Logger LOG = System.getLogger("io.weft.controlplane.issue");

    private final IssuedKeys keys;
    private final Duration grace;
    private final InstantSource clock;

    /** @param grace how long after its end; zero for not at all, and then nothing is written down either */
    public LapsedRenewal(IssuedKeys keys, Duration grace, InstantSource clock) {
        this.keys = keys;
        this.grace = grace;
        this.clock = clock;
    }

    /**
     * Why this caller may not come back; empty when it may.
     *
     * @throws IOException when that cannot be found out; it may not, then
     */
    Optional<String> refusal(Caller.Lapsed caller) throws IOException {
        if (clock.instant().isAfter(caller.notAfter().plus(grace))) {
            return Optional.of("certificate ended at " + caller.notAfter() + ", more than " + grace + " ago");
        }
        return switch (keys.standing(caller.id(), caller.key())) {
            case Standing.Last last -> Optional.empty();
            case Standing.Replaced(Instant since) ->
                Optional.of("certificate ended at " + caller.notAfter() + " and its key " + caller.key()
                        + " was replaced at " + since + ": somebody has a copy of an old key");
            case Standing.Unknown unknown ->
                Optional.of(
                        "certificate ended at " + caller.notAfter() + " and its key " + caller.key() + " is not known");
        };
    }

    /** Remembers what was issued. That it cannot is no reason to refuse a certificate. */
    void issued(SpiffeId id, Fingerprint key, Instant ends, Optional<Fingerprint> asker) {
        if (grace.isZero()) {
            return;
        }
        try {
            keys.issued(id, key, ends, asker);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, id + " will need a new join token should its certificate run out", e);
        }
    }

    /** Forgets what can never come back. */
    public void clean() {
        try {
            keys.forgetBefore(clock.instant().minus(grace));
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "issued keys are not cleaned", e);
        }
    }
}
