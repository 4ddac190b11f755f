package io.weft.controlplane.generate;

import io.weft.controlplane.model.AuthorizationPolicy;
import io.weft.controlplane.model.EndpointSlice;
import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.Locality;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.Protocol;
import io.weft.controlplane.model.Service;
import io.weft.controlplane.model.ServicePort;
import io.weft.controlplane.model.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds what the workload of one proxy is called for. */
final class InboundResolver {
    private final Mesh mesh;
    private final MtlsModes modes;

    InboundResolver(Mesh mesh, MtlsModes modes) {
        this.mesh = mesh;
        this.modes = modes;
    }

    Inbound resolve(ProxyNode node) {
        Workload workload = workloadOf(node);
        MtlsModes.Modes mtls = modes.of(node.namespace(), workload.labels());
        Map<Integer, Protocol> served = ports(node, workload);
        var numbers = new TreeSet<Integer>(served.keySet());
        numbers.addAll(mtls.ports().keySet());
        var ports = new ArrayList<Inbound.Port>();
        for (int number : numbers) {
            if (number != XdsNames.OUTBOUND_PORT && number != XdsNames.INBOUND_PORT) {
                Protocol protocol = served.getOrDefault(number, Protocol.UNDECLARED);
                ports.add(new Inbound.Port(number, protocol, mtls.at(number), served.containsKey(number)));
            }
        }
        return new Inbound(List.copyOf(ports), mtls.whole(), policies(node.namespace(), workload.labels()));
    }

    /** Whether callers are told that the workload takes mutual TLS where its mode leaves that open. */
    boolean isInMesh(ProxyNode node) {
        return workloadOf(node).hasSidecar();
    }

    /** What the mesh knows to run there under the proven identity, else what the proxy says of itself. */
    private Workload workloadOf(ProxyNode node) {
        return node.addresses().stream()
                .flatMap(address -> mesh.workloadsAt(address).stream())
                .filter(workload -> workload.namespace().equals(node.namespace()))
                .filter(workload -> workload.serviceAccount().equals(node.serviceAccount()))
                .findFirst()
                .orElseGet(() -> new Workload(
                        Kind.POD,
                        node.namespace(),
                        node.id(),
                        node.addresses(),
                        node.serviceAccount(),
                        node.labels(),
                        Map.of(),
                        Health.HEALTHY,
                        Locality.NONE,
                        1,
                        true));
    }

    private Map<Integer, Protocol> ports(ProxyNode node, Workload workload) {
        var ports = new TreeMap<Integer, Protocol>();
        for (Service service : mesh.services()) {
            if (!service.namespace().equals(node.namespace())) {
                continue;
            }
            for (ServicePort port : service.ports()) {
                if (service.selects(workload)) {
                    EndpointResolver.targetOf(port, workload)
                            .ifPresent(number -> ports.merge(number, port.protocol(), InboundResolver::surer));
                }
                for (EndpointSlice slice : mesh.slicesOf(service)) {
                    slicePorts(slice, port, node)
                            .forEach(number -> ports.merge(number, port.protocol(), InboundResolver::surer));
                }
            }
        }
        return ports;
    }

    private static Set<Integer> slicePorts(EndpointSlice slice, ServicePort port, ProxyNode node) {
        boolean here = slice.endpoints().stream()
                .flatMap(endpoint -> endpoint.addresses().stream())
                .anyMatch(node.addresses()::contains);
        var numbers = new TreeSet<Integer>();
        if (here) {
            slice.ports().stream()
                    .filter(candidate -> candidate.name().equals(port.name()))
                    .forEach(candidate -> numbers.add(candidate.port()));
        }
        return numbers;
    }

    /** Of two services on one port, the first that declares a protocol is believed. */
    private static Protocol surer(Protocol first, Protocol second) {
        return first == Protocol.UNDECLARED ? second : first;
    }

    private List<AuthorizationPolicy> policies(String namespace, Map<String, String> labels) {
        var namespaces = new TreeSet<>(mesh.settings().rootNamespaces());
        namespaces.add(namespace);
        return namespaces.stream()
                .map(mesh::authorizationPoliciesIn)
                .flatMap(Collection::stream)
                .filter(policy ->
                        labels.entrySet().containsAll(policy.selector().entrySet()))
                .toList();
    }
}
