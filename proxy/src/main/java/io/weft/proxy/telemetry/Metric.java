package io.weft.proxy.telemetry;

import java.util.List;

/**
 * One number as it is at the moment of reading, under both names it goes by.
 *
 * @param plain Envoy's dotted name, as in {@code /stats}
 * @param family the name in Prometheus text
 */
public record Metric(String plain, String family, Labels labels, Value value) {

    public sealed interface Value {
        /** Only grows. */
        record Total(long number) implements Value {}

        record Gauge(long number) implements Value {}

        /**
         * @param bounds upper bounds of the buckets, inclusive, ascending; there is one more bucket, without bound
         * @param counts one per bucket, not cumulative; one more than {@code bounds}
         */
        record Distribution(List<Double> bounds, List<Long> counts, double sum) implements Value {
            public Distribution {
                bounds = List.copyOf(bounds);
                counts = List.copyOf(counts);
            }

            long count() {
                return counts.stream().mapToLong(Long::longValue).sum();
            }
        }
    }

    public static Metric total(String plain, String family, Labels labels, long number) {
        return new Metric(plain, family, labels, new Value.Total(number));
    }

    public static Metric gauge(String plain, String family, Labels labels, long number) {
        return new Metric(plain, family, labels, new Value.Gauge(number));
    }

    /** Whether it ever counted anything; gauges always have. */
    boolean isUsed() {
        return switch (value) {
            case Value.Total total -> total.number() != 0;
            case Value.Gauge gauge -> true;
            case Value.Distribution distribution -> distribution.count() != 0;
        };
    }
}
