package io.weft.controlplane.model;

import java.util.List;

/**
 * A Kubernetes EndpointSlice: a part of the endpoints of one service.
 *
 * @param service the service of the same namespace that the slice belongs to
 */
public record EndpointSlice(
        String namespace, String name, String service, List<SliceEndpoint> endpoints, List<SlicePort> ports)
        implements MeshObject {
    public EndpointSlice {
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
    }

    @Override
    public ObjectKey key() {
        return new ObjectKey(Kind.ENDPOINT_SLICE, namespace, name);
    }

    /**
     * One endpoint.
     *
     * @param pod the pod of the same namespace that it is, or empty when the slice does not say
     */
    public record SliceEndpoint(List<IpAddress> addresses, Health health, String zone, String pod) {
        public SliceEndpoint {
            addresses = List.copyOf(addresses);
        }
    }

    /** A port, tied by its name to the service's port of that name. */
    public record SlicePort(String name, int port) {}
}
