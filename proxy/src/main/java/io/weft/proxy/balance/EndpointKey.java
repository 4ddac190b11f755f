package io.weft.proxy.balance;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import java.util.Map;

/**
 * What makes an endpoint the same one after an update: whatever decides how its connections are made. Weight, health and
 * locality may change without a connection being lost.
 */
public record EndpointKey(Address address, String hostname, Map<String, String> transportMetadata) {

    public EndpointKey {
        transportMetadata = Map.copyOf(transportMetadata);
    }

    public static EndpointKey of(Cluster.Endpoint endpoint) {
        return new EndpointKey(endpoint.address(), endpoint.hostname(), endpoint.transportMetadata());
    }
}
