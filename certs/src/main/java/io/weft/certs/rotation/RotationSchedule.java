package io.weft.certs.rotation;

import java.time.Duration;
import java.time.Instant;

/**
 * When to renew and when to try again. Chance comes in as a {@code roll} from 0 (included) to 1 (excluded).
 *
 * @param renewalPoint the share of the life after which to renew; life is counted from arrival, not from the back-dated
 *     beginning of the certificate
 * @param jitter the share of the life by which the renewal is moved at most, either way
 * @param firstRetry the longest pause before the second attempt; it doubles with each attempt
 * @param maxRetry the longest pause while there is much life left
 * @param maxRetryNearEnd the longest pause when there is little or none, so that recovery is quick
 */
public record RotationSchedule(
        double renewalPoint, double jitter, Duration firstRetry, Duration maxRetry, Duration maxRetryNearEnd) {
    /** At half of life ± 1 %; retries from half a second to a minute, to five seconds near the end. */
    public static final RotationSchedule DEFAULT =
            new RotationSchedule(0.5, 0.01, Duration.ofMillis(500), Duration.ofSeconds(60), Duration.ofSeconds(5));

    private static final int MAX_DOUBLINGS = 20;
    // A pause is at most this share of what is left, so that there are always several attempts before the end.
    private static final int ATTEMPTS_LEFT = 20;

    public RotationSchedule {
        if (!(renewalPoint > 0 && renewalPoint < 1)
                || !(jitter >= 0 && jitter < Math.min(renewalPoint, 1 - renewalPoint))) {
            throw new IllegalArgumentException("renewal at " + renewalPoint + " of life with jitter " + jitter
                    + "; expected a share between 0 and 1, and a jitter that stays within the life");
        }
        if (!firstRetry.isPositive()
                || maxRetry.compareTo(maxRetryNearEnd) < 0
                || maxRetryNearEnd.compareTo(firstRetry) < 0) {
            throw new IllegalArgumentException("retries: first " + firstRetry + ", near the end " + maxRetryNearEnd
                    + ", max " + maxRetry + "; expected 0 < first <= near the end <= max");
        }
    }

    /** When to renew a certificate that arrived at {@code received} and ends at {@code notAfter}. */
    public Instant renewAt(Instant received, Instant notAfter, double roll) {
        Duration life = Duration.between(received, notAfter);
        if (!life.isPositive()) {
            return received;
        }
        double share = renewalPoint + jitter * (2 * roll - 1);
        return received.plus(scaled(life, share));
    }

    /**
     * How long to wait after a failure: half to the whole of a pause that doubles with each attempt.
     *
     * @param attempt 1 after the first failure
     * @param left the life that the last good certificate has left; zero or less when there is none
     */
    public Duration retryAfter(int attempt, Duration left, double roll) {
        Duration cap = within(maxRetryNearEnd, left.dividedBy(ATTEMPTS_LEFT), maxRetry);
        Duration pause = firstRetry.multipliedBy(1L << Math.clamp(attempt - 1, 0, MAX_DOUBLINGS));
        Duration longest = pause.compareTo(cap) < 0 ? pause : cap;
        return scaled(longest, 0.5 + roll / 2);
    }

    private static Duration within(Duration low, Duration value, Duration high) {
        return value.compareTo(low) < 0 ? low : value.compareTo(high) > 0 ? high : value;
    }

    private static Duration scaled(Duration duration, double share) {
        return Duration.ofMillis(Math.round(duration.toMillis() * share));
    }
}
