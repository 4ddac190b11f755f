package io.weft.controlplane.model;

import java.util.Map;

/**
 * An Istio PeerAuthentication.
 *
 * @param selector the labels of the workloads it is for; empty means the whole namespace, or the whole mesh in a root namespace
 * @param ports modes by port of the workload
 */
public record PeerAuthentication(
        String namespace, String name, Map<String, String> selector, MtlsMode mode, Map<Integer, MtlsMode> ports)
        implements MeshObject {
    public PeerAuthentication {
        selector = Map.copyOf(selector);
        ports = Map.copyOf(ports);
    }

    @Override
    public ObjectKey key() {
        return new ObjectKey(Kind.PEER_AUTHENTICATION, namespace, name);
    }
}
