package io.weft.controlplane.model;

import java.util.List;
import java.util.Map;

/**
 * A running instance: a Kubernetes Pod or an Istio WorkloadEntry.
 *
 * @param kind {@link Kind#POD} or {@link Kind#WORKLOAD_ENTRY}
 * @param addresses its addresses, the primary one first; none while a pod has not got one
 * @param serviceAccount the account that its SPIFFE id names
 * @param ports its ports by name, for services whose target port is a name
 * @param weight its share of the load, relative to others of the service; at least 1
 * @param hasSidecar whether a sidecar of the mesh stands before it and takes mutual TLS
 */
public record Workload(
        Kind kind,
        String namespace,
        String name,
        List<IpAddress> addresses,
        String serviceAccount,
        Map<String, String> labels,
        Map<String, Integer> ports,
        Health health,
        Locality locality,
        int weight,
        boolean hasSidecar)
        implements MeshObject {
    public Workload {
        addresses = List.copyOf(addresses);
        labels = Map.copyOf(labels);
        ports = Map.copyOf(ports);
    }

    @Override
    public ObjectKey key() {
        return new ObjectKey(kind, namespace, name);
    }
}
