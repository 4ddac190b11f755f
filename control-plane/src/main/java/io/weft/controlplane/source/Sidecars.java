package io.weft.controlplane.source;

import java.util.Map;

/** Whether a workload has a sidecar that takes mutual TLS, by the marks of Istio's injector. */
final class Sidecars {
    private Sidecars() {}

    static boolean present(Metadata metadata) {
        return present(metadata.labels(), metadata.annotations());
    }

    /** The label {@code security.istio.io/tlsMode} decides where it is given; Istio's injector always sets it. */
    static boolean present(Map<String, String> labels, Map<String, String> annotations) {
        String tlsMode = labels.get("security.istio.io/tlsMode");
        if (tlsMode != null) {
            return tlsMode.equals("istio");
        }
        String inject = labels.getOrDefault("sidecar.istio.io/inject", annotations.get("sidecar.istio.io/inject"));
        if (inject != null) {
            return inject.equals("true");
        }
        return annotations.containsKey("sidecar.istio.io/status");
    }
}
