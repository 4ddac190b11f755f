package io.weft.proxy.telemetry;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.wire.Json;
import java.util.Map;

/**
 * Whose sidecar this is, for the labels of Istio's metrics. What is not known is {@code unknown}, as in Istio.
 *
 * @param cluster the mesh's name for the cluster of machines, such as {@code Kubernetes}
 */
public record Workload(
        String name,
        String namespace,
        String app,
        String version,
        String canonicalService,
        String canonicalRevision,
        String cluster) {

    static final String UNKNOWN = "unknown";

    public static final Workload UNKNOWN_WORKLOAD =
            new Workload(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "latest", UNKNOWN);

    /** Reads the node metadata that pilot-agent writes: NAMESPACE, WORKLOAD_NAME, CLUSTER_ID, LABELS. */
    public static Workload of(Bootstrap.Node node) {
        Map<String, Object> metadata;
        try {
            metadata = Json.object(node.metadata());
        } catch (IllegalArgumentException e) {
            return UNKNOWN_WORKLOAD;
        }
        Map<?, ?> labels = metadata.get("LABELS") instanceof Map<?, ?> found ? found : Map.of();
        String name = text(metadata, "WORKLOAD_NAME", text(metadata, "NAME", UNKNOWN));
        String app = text(labels, "app", text(labels, "app.kubernetes.io/name", UNKNOWN));
        String version = text(labels, "version", text(labels, "app.kubernetes.io/version", UNKNOWN));
        return new Workload(
                name,
                text(metadata, "NAMESPACE", UNKNOWN),
                app,
                version,
                text(labels, "service.istio.io/canonical-name", app.equals(UNKNOWN) ? name : app),
                text(labels, "service.istio.io/canonical-revision", version.equals(UNKNOWN) ? "latest" : version),
                text(metadata, "CLUSTER_ID", UNKNOWN));
    }

    private static String text(Map<?, ?> from, String key, String otherwise) {
        return from.get(key) instanceof String text && !text.isEmpty() ? text : otherwise;
    }
}
