package io.weft.controlplane.serve;

import io.weft.controlplane.generate.ResourceType;
import io.weft.controlplane.telemetry.Counter;
import io.weft.controlplane.telemetry.Histogram;
import io.weft.controlplane.telemetry.Metrics;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What the xDS server counts. */
final class ServeMetrics {
    private static final double[] SECONDS = {.005, .01, .05, .1, .2, .5, 1, 3, 5, 10, 20, 30};
    private static final double[] BYTES = {1, 10_000, 1_000_000, 4_000_000, 10_000_000, 40_000_000};
    private static final double NANOS = 1e9;

    private final Counter pushes;
    private final Histogram convergence;
    private final Histogram pushTime;
    private final Histogram size;
    private final Counter rejects;
    private final Map<ResourceType, Counter> rejectsByType = new EnumMap<>(ResourceType.class);
    private final Counter expiredNonces;
    private final Counter denied;

    ServeMetrics(Metrics metrics) {
        pushes = metrics.counter("pilot_xds_pushes", "Responses sent, by type.", "type");
        convergence = metrics.histogram(
                "pilot_proxy_convergence_time",
                "Seconds from a change until a proxy that it concerns has answered all of it.",
                SECONDS);
        pushTime = metrics.histogram(
                "pilot_xds_push_time", "Seconds from an offer to the responses handed to the transport.", SECONDS);
        size = metrics.histogram("pilot_xds_config_size_bytes", "Bytes of resources in a response.", BYTES, "type");
        rejects = metrics.counter("pilot_total_xds_rejects", "Responses that proxies refused, by type.", "type");
        for (ResourceType type : ResourceType.values()) {
            rejectsByType.put(
                    type,
                    metrics.counter("pilot_xds_" + shortName(type) + "_reject", "Refused responses of this type."));
        }
        expiredNonces = metrics.counter(
                "pilot_xds_expired_nonce", "Requests that answered an older response than the last, by type.", "type");
        denied = metrics.counter(
                "weft_xds_denied_total", "Streams refused for who the caller is or claims to be, by cause.", "cause");
    }

    void sent(ResourceType type, long bytes) {
        pushes.count(shortName(type));
        size.observe((double) bytes, shortName(type));
    }

    void pushed(long nanos) {
        pushTime.observe(nanos / NANOS);
    }

    void converged(long nanos) {
        convergence.observe(nanos / NANOS);
    }

    void rejected(ResourceType type) {
        rejects.count(shortName(type));
        Objects.requireNonNull(rejectsByType.get(type)).count();
    }

    void expiredNonce(ResourceType type) {
        expiredNonces.count(shortName(type));
    }

    void denied(String cause) {
        denied.count(cause);
    }

    /** As Istio's metrics and pages name the types. */
    static String shortName(ResourceType type) {
        return switch (type) {
            case CLUSTER -> "cds";
            case ENDPOINT -> "eds";
            case LISTENER -> "lds";
            case ROUTE -> "rds";
            case SECRET -> "sds";
        };
    }
}
