package io.weft.controlplane.push;

import java.time.Duration;

/**
 * How long changes are gathered before they are pushed together: until nothing has changed for {@code quiet}, but no longer than
 * {@code max} after the first of them. One that comes when nothing was pushed for {@code max} is not held up: what may follow it is
 * gathered for the next push.
 */
public record Debounce(Duration quiet, Duration max) {
    /** Short enough for an edit to be live within 200 ms, together with what the watched folder waits for. */
    public static final Debounce DEFAULT = new Debounce(Duration.ofMillis(10), Duration.ofMillis(100));

    public Debounce {
        if (quiet.isNegative() || max.compareTo(quiet) < 0) {
            throw new IllegalArgumentException(
                    "debounce: quiet " + quiet + ", max " + max + "; expected 0 <= quiet <= max");
        }
    }

    /**
     * How many nanoseconds are left to wait; zero or less when the push is due. All instants are of one monotonic clock.
     *
     * @param lastPush when the last one began
     */
    long remaining(long lastPush, long firstChange, long lastChange, long now) {
        if (firstChange - lastPush >= max.toNanos()) {
            return 0;
        }
        return Math.min(lastChange + quiet.toNanos() - now, firstChange + max.toNanos() - now);
    }
}
