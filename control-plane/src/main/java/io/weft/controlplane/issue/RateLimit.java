package io.weft.controlplane.issue;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A token bucket per key: so many at once, so many per second after. Bounded: the keys that were used least recently are forgotten.
 * Safe for many threads.
 */
final class RateLimit {
    private static final int MOST_KEYS = 10_000;
    private static final double SECOND = 1e9;

    private final double burst;
    private final double perSecond;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST_KEYS;
        }
    };

    private record Bucket(double left, long at) {}

    RateLimit(double burst, double perSecond) {
        this.burst = burst;
        this.perSecond = perSecond;
    }

    /** @param now nanoseconds of a clock that never steps */
    synchronized boolean admit(String key, long now) {
        Bucket before = buckets.getOrDefault(key, new Bucket(burst, now));
        double left = Math.min(burst, before.left + (now - before.at) / SECOND * perSecond);
        boolean admitted = left >= 1;
        buckets.put(key, new Bucket(admitted ? left - 1 : left, now));
        return admitted;
    }
}
