package io.weft.controlplane.generate;

import io.weft.controlplane.model.AuthorizationPolicy;
import io.weft.controlplane.model.EndpointSlice;
import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.Locality;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.ObjectKey;
import io.weft.controlplane.model.Protocol;
import io.weft.controlplane.model.Service;
import io.weft.controlplane.model.ServicePort;
import io.weft.controlplane.model.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds what the workload of one proxy is called for. */
final class InboundResolver {
    private final Mesh mesh;
    private final MtlsModes modes;
    private final Map<Label, List<Service>> bySelector = new HashMap<>();
    private final Map<IpAddress, List<Place>> bySlice = new HashMap<>();

    private record Label(String namespace, Map.Entry<String, String> label) {}

    /** A slice that has an address, and its service. */
    private record Place(Service service, EndpointSlice slice) {}

    /** Prepares both ways from a workload to its services, since every proxy asks, and looking at all services for each does not scale. */
    InboundResolver(Mesh mesh, MtlsModes modes) {
        this.mesh = mesh;
        this.modes = modes;
        for (Service service : mesh.services()) {
            // Any one of its labels will do: a workload must have them all.
            service.selector().entrySet().stream()
                    .min(Map.Entry.comparingByKey())
                    .ifPresent(label -> bySelector
                            .computeIfAbsent(new Label(service.namespace(), label), l -> new ArrayList<>())
                            .add(service));
            for (EndpointSlice slice : mesh.slicesOf(service)) {
                var place = new Place(service, slice);
                slice.endpoints().stream()
                        .flatMap(endpoint -> endpoint.addresses().stream())
                        .distinct()
                        .forEach(address -> bySlice.computeIfAbsent(address, a -> new ArrayList<>(1))
                                .add(place));
            }
        }
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
        // In the order of their keys, because of two services on one port the first counts.
        var services = new TreeMap<ObjectKey, Service>();
        var slices = new HashMap<ObjectKey, Set<EndpointSlice>>();
        workload.labels().entrySet().stream()
                .flatMap(label -> bySelector.getOrDefault(new Label(workload.namespace(), label), List.of()).stream())
                .filter(service -> service.selects(workload))
                .forEach(service -> services.put(service.key(), service));
        var selecting = Set.copyOf(services.keySet());
        node.addresses().stream()
                .flatMap(address -> bySlice.getOrDefault(address, List.of()).stream())
                .filter(place -> place.service().namespace().equals(node.namespace()))
                .forEach(place -> {
                    ObjectKey key = place.service().key();
                    services.put(key, place.service());
                    slices.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(place.slice());
                });
        var ports = new TreeMap<Integer, Protocol>();
        services.forEach((key, service) -> {
            for (ServicePort port : service.ports()) {
                if (selecting.contains(key)) {
                    EndpointResolver.targetOf(port, workload)
                            .ifPresent(number -> ports.merge(number, port.protocol(), InboundResolver::surer));
                }
                for (EndpointSlice slice : slices.getOrDefault(key, Set.of())) {
                    slice.ports().stream()
                            .filter(candidate -> candidate.name().equals(port.name()))
                            .forEach(candidate ->
                                    ports.merge(candidate.port(), port.protocol(), InboundResolver::surer));
                }
            }
        });
        return ports;
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
