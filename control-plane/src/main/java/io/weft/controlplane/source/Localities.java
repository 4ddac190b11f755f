package io.weft.controlplane.source;

import io.weft.controlplane.model.Locality;
import java.util.Map;

/** Where a workload says that it runs. */
final class Localities {
    private Localities() {}

    /** Istio's label first, then the ones of Kubernetes. */
    static Locality of(Map<String, String> labels) {
        String istio = labels.get("istio-locality");
        if (istio != null) {
            // A label cannot hold a slash, so dots stand for it.
            return parse(istio.replace('.', '/'));
        }
        return new Locality(
                labels.getOrDefault("topology.kubernetes.io/region", ""),
                labels.getOrDefault("topology.kubernetes.io/zone", ""),
                labels.getOrDefault("topology.istio.io/subzone", ""));
    }

    /** Reads {@code region/zone/subzone}, of which the later parts may be left out. */
    static Locality parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length > 3) {
            throw new IllegalArgumentException(
                    "'" + Findings.shorten(text) + "' is not a locality: expected region/zone/subzone");
        }
        return new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }
}
