package io.weft.controlplane.model;

import java.util.List;
import java.util.Map;

/**
 * A Kubernetes Service.
 *
 * @param selector the labels of its workloads; empty selects none, the endpoints are then given by EndpointSlices
 * @param addresses its virtual addresses; none for a headless service, whose workloads are called by their own
 * @param publishNotReady whether workloads that are not ready count as ready
 */
public record Service(
        String namespace,
        String name,
        Map<String, String> selector,
        List<IpAddress> addresses,
        List<ServicePort> ports,
        boolean publishNotReady)
        implements MeshObject {
    public Service {
        selector = Map.copyOf(selector);
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
    }

    @Override
    public ObjectKey key() {
        return new ObjectKey(Kind.SERVICE, namespace, name);
    }

    public boolean isHeadless() {
        return addresses.isEmpty();
    }

    /** Whether a workload of this namespace with these labels belongs to the service. */
    public boolean selects(Workload workload) {
        return !selector.isEmpty()
                && workload.namespace().equals(namespace)
                && selector.entrySet().stream()
                        .allMatch(label ->
                                label.getValue().equals(workload.labels().get(label.getKey())));
    }
}
