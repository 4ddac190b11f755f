package io.weft.proxy.telemetry;

import java.util.ArrayList;
import java.util.List;

/** Counts values into Envoy's default buckets. One thread writes, any thread reads. */
final class Histogram {

    /** Envoy's default bounds: milliseconds for durations, bytes for sizes. */
    static final List<Double> BOUNDS = List.of(
            0.5, 1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10000.0, 30000.0, 60000.0,
            300000.0, 600000.0, 1800000.0, 3600000.0);

    private static final double[] FAST =
            BOUNDS.stream().mapToDouble(Double::doubleValue).toArray();

    private final Counter[] buckets = new Counter[FAST.length + 1];
    private final Counter sum = new Counter();

    Histogram() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new Counter();
        }
    }

    /** @param value not negative; the sum keeps whole numbers */
    void record(long value) {
        int bucket = 0;
        while (bucket < FAST.length && value > FAST[bucket]) {
            bucket++;
        }
        buckets[bucket].add(1);
        sum.add(value);
    }

    /** Adds what several event loops counted. */
    static Metric.Value.Distribution sum(List<Histogram> parts) {
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i <= FAST.length; i++) {
            long count = 0;
            for (Histogram part : parts) {
                count += part.buckets[i].get();
            }
            counts.add(count);
        }
        long total = 0;
        for (Histogram part : parts) {
            total += part.sum.get();
        }
        return new Metric.Value.Distribution(BOUNDS, counts, total);
    }
}
