package io.weft.controlplane.telemetry;

/** One metric family of a {@link Metrics} registry. Safe for many threads. */
sealed interface Metric permits Counter, Histogram, Metrics.Gauge {
    String name();

    /** Appends its lines in Prometheus' text format 0.0.4. */
    void write(StringBuilder out);
}
