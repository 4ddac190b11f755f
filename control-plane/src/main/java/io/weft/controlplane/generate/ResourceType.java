package io.weft.controlplane.generate;

import java.util.Optional;

/** The types of xDS resources, in the order in which a change to several must reach a proxy: make before break. */
public enum ResourceType {
    CLUSTER("envoy.config.cluster.v3.Cluster"),
    ENDPOINT("envoy.config.endpoint.v3.ClusterLoadAssignment"),
    LISTENER("envoy.config.listener.v3.Listener"),
    ROUTE("envoy.config.route.v3.RouteConfiguration"),
    /** Never generated: a workload's key does not leave it, so its sidecar answers SDS itself. Named so that it can be told. */
    SECRET("envoy.extensions.transport_sockets.tls.v3.Secret");

    private final String typeUrl;

    ResourceType(String messageName) {
        this.typeUrl = "type.googleapis.com/" + messageName;
    }

    public String typeUrl() {
        return typeUrl;
    }

    public static Optional<ResourceType> ofTypeUrl(String typeUrl) {
        for (ResourceType type : values()) {
            if (type.typeUrl.equals(typeUrl)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
