package io.weft.controlplane.model;

import java.util.List;

/** The kinds of objects that a mesh is made of, under their Kubernetes and Istio names. */
public enum Kind {
    NAMESPACE("Namespace"),
    SERVICE("Service"),
    ENDPOINT_SLICE("EndpointSlice"),
    POD("Pod"),
    WORKLOAD_ENTRY("WorkloadEntry"),
    PEER_AUTHENTICATION("PeerAuthentication"),
    DESTINATION_RULE("DestinationRule"),
    AUTHORIZATION_POLICY("AuthorizationPolicy");

    private final String word;

    Kind(String word) {
        this.word = word;
    }

    /** The value of the field {@code kind}. */
    public String word() {
        return word;
    }

    /** The values of {@code apiVersion} under which the kind is read. */
    public List<String> apiVersions() {
        return switch (this) {
            case NAMESPACE, SERVICE, POD -> List.of("v1");
            case ENDPOINT_SLICE -> List.of("discovery.k8s.io/v1");
            case WORKLOAD_ENTRY, DESTINATION_RULE ->
                List.of("networking.istio.io/v1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3");
            case PEER_AUTHENTICATION, AUTHORIZATION_POLICY ->
                List.of("security.istio.io/v1", "security.istio.io/v1beta1");
        };
    }

    @Override
    public String toString() {
        return word;
    }
}
