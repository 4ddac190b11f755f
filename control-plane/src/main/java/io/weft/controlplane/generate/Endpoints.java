package io.weft.controlplane.generate;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.weft.controlplane.model.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The endpoints of one service's port: everything that a load assignment depends on, and nothing else.
 *
 * @param service the name that they are asked for by
 */
record Endpoints(String service, List<Endpoint> all) {
    /** The key of the metadata by which a cluster tells which endpoints take mutual TLS, as in Istio. */
    static final String TLS_MODE = "tlsMode";

    static final String ISTIO = "istio";
    private static final Metadata TAKES_MUTUAL_TLS = Metadata.newBuilder()
            .putFilterMetadata(
                    "envoy.transport_socket_match",
                    Struct.newBuilder()
                            .putFields(
                                    TLS_MODE,
                                    Value.newBuilder().setStringValue(ISTIO).build())
                            .build())
            .build();

    ClusterLoadAssignment write() {
        var byLocality = new TreeMap<io.weft.controlplane.model.Locality, List<Endpoint>>();
        for (Endpoint endpoint : all) {
            byLocality
                    .computeIfAbsent(endpoint.locality(), locality -> new ArrayList<>())
                    .add(endpoint);
        }
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(service);
        byLocality.forEach((locality, endpoints) -> {
            var group = LocalityLbEndpoints.newBuilder();
            if (!locality.equals(io.weft.controlplane.model.Locality.NONE)) {
                group.setLocality(Locality.newBuilder()
                        .setRegion(locality.region())
                        .setZone(locality.zone())
                        .setSubZone(locality.subZone()));
            }
            endpoints.forEach(endpoint -> group.addLbEndpoints(write(endpoint)));
            // Proxies do not look at it unless told to; gRPC leaves out a locality that has none.
            group.setLoadBalancingWeight(
                    Xds.uint32(endpoints.stream().mapToInt(Endpoint::weight).sum()));
            assignment.addEndpoints(group);
        });
        return assignment.build();
    }

    private static LbEndpoint write(Endpoint endpoint) {
        var written = LbEndpoint.newBuilder()
                .setEndpoint(io.envoyproxy.envoy.config.endpoint.v3.Endpoint.newBuilder()
                        .setAddress(Xds.address(endpoint.address().text(), endpoint.port())))
                .setHealthStatus(health(endpoint.health()))
                .setLoadBalancingWeight(Xds.uint32(endpoint.weight()));
        if (endpoint.mtls()) {
            written.setMetadata(TAKES_MUTUAL_TLS);
        }
        return written.build();
    }

    private static HealthStatus health(Health health) {
        return switch (health) {
            case HEALTHY -> HealthStatus.HEALTHY;
            case UNHEALTHY -> HealthStatus.UNHEALTHY;
            case DRAINING -> HealthStatus.DRAINING;
        };
    }
}
