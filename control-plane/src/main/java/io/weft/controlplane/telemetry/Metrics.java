package io.weft.controlplane.telemetry;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;

/** The registry of one control plane. A name that is registered again gives the same family. */
public final class Metrics {
    private final ConcurrentSkipListMap<String, Metric> families = new ConcurrentSkipListMap<>();

    record Gauge(String name, String help, DoubleSupplier value) implements Metric {
        @Override
        public void write(StringBuilder out) {
            header(out, name, help, "gauge");
            out.append(name).append(' ').append(number(value.getAsDouble())).append('\n');
        }
    }

    public Counter counter(String name, String help, String... labelNames) {
        Metric family = families.computeIfAbsent(name, n -> new Counter(n, help, List.of(labelNames)));
        if (family instanceof Counter counter) {
            return counter;
        }
        throw new IllegalArgumentException(name + " is registered as another kind of metric");
    }

    /** @param bounds the upper bounds of the buckets, growing, without infinity */
    public Histogram histogram(String name, String help, double[] bounds, String... labelNames) {
        Metric family = families.computeIfAbsent(name, n -> new Histogram(n, help, bounds, List.of(labelNames)));
        if (family instanceof Histogram histogram) {
            return histogram;
        }
        throw new IllegalArgumentException(name + " is registered as another kind of metric");
    }

    /** A value that is asked for whenever the metrics are read. */
    public void gauge(String name, String help, DoubleSupplier value) {
        families.put(name, new Gauge(name, help, value));
    }

    /** All families in Prometheus' text format, in the order of their names. */
    public String text() {
        StringBuilder out = new StringBuilder(4096);
        families.values().forEach(family -> family.write(out));
        return out.toString();
    }

    static void header(StringBuilder out, String name, String help, String type) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
