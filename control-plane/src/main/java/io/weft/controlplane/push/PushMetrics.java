package io.weft.controlplane.push;

import io.weft.controlplane.telemetry.Counter;
import io.weft.controlplane.telemetry.Histogram;
import io.weft.controlplane.telemetry.Metrics;

/** What the pusher counts. */
final class PushMetrics {
    private static final double[] SECONDS = {.001, .005, .01, .05, .1, .2, .5, 1, 3, 5};
    private static final double NANOS = 1e9;

    private final Histogram debounceTime;
    private final Histogram generationTime;
    private final Counter unchanged;
    private final Counter errors;
    private volatile int services;

    PushMetrics(Metrics metrics) {
        debounceTime = metrics.histogram(
                "pilot_debounce_time", "Seconds from the first change to the push that brings it.", SECONDS);
        generationTime =
                metrics.histogram("weft_generation_seconds", "Seconds to generate the resources of one view.", SECONDS);
        unchanged = metrics.counter(
                "weft_push_unchanged_total",
                "Proxies that were not woken by a change, for their view stayed the same.");
        errors = metrics.counter(
                "pilot_total_xds_internal_errors", "Times that the resources of a proxy could not be generated.");
        metrics.gauge("pilot_services", "Services of the mesh.", () -> services);
    }

    void services(int count) {
        services = count;
    }

    void debounced(long nanos) {
        debounceTime.observe(nanos / NANOS);
    }

    void generated(long nanos) {
        generationTime.observe(nanos / NANOS);
    }

    void unchanged() {
        unchanged.count();
    }

    void failed() {
        errors.count();
    }
}
