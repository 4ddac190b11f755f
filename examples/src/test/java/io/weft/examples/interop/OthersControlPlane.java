package io.weft.examples.interop;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.util.List;

/** A control plane that is not ours, over plaintext gRPC on a port of loopback, which tells everybody the same. */
interface OthersControlPlane extends AutoCloseable {

    /** All that it tells. */
    record Told(
            String version,
            List<Cluster> clusters,
            List<ClusterLoadAssignment> endpoints,
            List<Listener> listeners,
            List<RouteConfiguration> routes) {}

    /** Of one response, what was wrong. */
    record Refusal(String typeUrl, String error) {}

    /** Starts one. */
    interface Starter {
        /** @param port 0 for any */
        OthersControlPlane start(int port, Told told) throws IOException;
    }

    int port();

    void tell(Told told);

    /** All refusals so far. */
    List<Refusal> refusals();

    @Override
    void close();
}
