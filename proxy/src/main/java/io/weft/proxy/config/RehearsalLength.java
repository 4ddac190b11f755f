package io.weft.proxy.config;

import java.time.Duration;

/**
 * How much a proxy rehearses before it is ready.
 *
 * @param requests for each protocol that is spoken to some cluster; 0 for no rehearsal
 * @param most after this it is over, done or not
 */
public record RehearsalLength(int requests, Duration most) {

    public static final int MAX_REQUESTS = 100_000;

    /** A JIT compiler takes up what was called some 200 times. */
    public static final int DEFAULT_REQUESTS = 300;

    private static final Duration MOST = Duration.ofSeconds(2);

    public RehearsalLength {
        if (requests < 0 || requests > MAX_REQUESTS) {
            throw new IllegalArgumentException("rehearsal of " + requests + " requests: expected 0 to " + MAX_REQUESTS);
        }
    }

    /** So many requests, in two seconds at most. */
    public static RehearsalLength of(int requests) {
        return new RehearsalLength(requests, MOST);
    }
}
