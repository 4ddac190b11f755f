package io.weft.controlplane.generate;

import io.weft.controlplane.model.EndpointSlice;
import io.weft.controlplane.model.EndpointSlice.SliceEndpoint;
import io.weft.controlplane.model.EndpointSlice.SlicePort;
import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.Locality;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MtlsMode;
import io.weft.controlplane.model.ObjectKey;
import io.weft.controlplane.model.Service;
import io.weft.controlplane.model.ServicePort;
import io.weft.controlplane.model.TargetPort;
import io.weft.controlplane.model.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds what runs behind a service's port: its EndpointSlices where it has any, else the workloads that its selector matches. An
 * address counts as a workload only within the service's own namespace, so that nobody can make another's workload look like theirs.
 */
final class EndpointResolver {
    private static final Comparator<Endpoint> ORDER =
            Comparator.comparing(Endpoint::address).thenComparingInt(Endpoint::port);

    private final Mesh mesh;
    private final MtlsModes modes;
    private final Map<From, Behind> before;
    private final Map<From, Behind> resolved = new ConcurrentHashMap<>();

    /**
     * What runs behind a service's port.
     *
     * @param endpoints in the order of their addresses, each address and port once
     * @param peers the SPIFFE ids of what is known of them, sorted
     */
    record Behind(List<Endpoint> endpoints, List<String> peers) {
        static Behind of(List<Endpoint> endpoints) {
            var peers = new TreeSet<String>();
            endpoints.stream()
                    .map(Endpoint::peer)
                    .filter(peer -> !peer.isEmpty())
                    .forEach(peers::add);
            return new Behind(ordered(endpoints), List.copyOf(peers));
        }
    }

    /** All that the endpoints of a service without slices are made of; what did not change is the same object, so comparing is cheap. */
    private record From(Service service, ServicePort port, List<Workload> candidates, MtlsModes.Basis modes) {
        /** The names suffice, and a mesh has many of these. */
        @Override
        public int hashCode() {
            return (service.namespace().hashCode() * 31 + service.name().hashCode()) * 31 + port.port();
        }
    }

    /** @param last of the mesh before; what did not change is taken from there */
    EndpointResolver(Mesh mesh, MtlsModes modes, @Nullable EndpointResolver last) {
        this.mesh = mesh;
        this.modes = modes;
        this.before = last == null ? Map.of() : last.resolved;
    }

    Behind resolve(Service service, ServicePort port) {
        List<EndpointSlice> slices = mesh.slicesOf(service);
        if (!slices.isEmpty()) {
            return Behind.of(fromSlices(service, port, slices));
        }
        var from = new From(service, port, mesh.candidatesOf(service), modes.basis(service.namespace()));
        return resolved.computeIfAbsent(from, key -> {
            Behind known = before.get(key);
            return known != null ? known : Behind.of(fromWorkloads(service, port));
        });
    }

    private static List<Endpoint> ordered(List<Endpoint> endpoints) {
        List<Endpoint> sorted = endpoints.stream().sorted(ORDER).toList();
        var once = new ArrayList<Endpoint>(sorted.size());
        for (Endpoint endpoint : sorted) {
            // One address may be in two slices while it moves from one to the other; the first one counts.
            if (once.isEmpty() || ORDER.compare(once.getLast(), endpoint) != 0) {
                once.add(endpoint);
            }
        }
        return List.copyOf(once);
    }

    private List<Endpoint> fromWorkloads(Service service, ServicePort port) {
        var endpoints = new ArrayList<Endpoint>();
        for (Workload workload : mesh.selectedBy(service)) {
            OptionalInt target = targetOf(port, workload);
            if (target.isPresent()) {
                for (IpAddress address : reachable(service, workload.addresses())) {
                    endpoints.add(endpoint(
                            service,
                            address,
                            target.getAsInt(),
                            workload.health(),
                            workload.locality(),
                            Optional.of(workload)));
                }
            }
        }
        return endpoints;
    }

    private List<Endpoint> fromSlices(Service service, ServicePort port, List<EndpointSlice> slices) {
        var endpoints = new ArrayList<Endpoint>();
        for (EndpointSlice slice : slices) {
            for (SlicePort slicePort : slice.ports()) {
                if (!slicePort.name().equals(port.name())) {
                    continue;
                }
                for (SliceEndpoint entry : slice.endpoints()) {
                    for (IpAddress address : entry.addresses()) {
                        Optional<Workload> workload = workloadOf(service.namespace(), entry, address);
                        Locality locality = entry.zone().isEmpty()
                                ? workload.map(Workload::locality).orElse(Locality.NONE)
                                : new Locality("", entry.zone(), "");
                        endpoints.add(endpoint(service, address, slicePort.port(), entry.health(), locality, workload));
                    }
                }
            }
        }
        // A service with an address per family has a slice per family: its clients call by one of them.
        List<IpAddress> kept =
                reachable(service, endpoints.stream().map(Endpoint::address).toList());
        return endpoints.stream()
                .filter(endpoint -> kept.contains(endpoint.address()))
                .toList();
    }

    private Optional<Workload> workloadOf(String namespace, SliceEndpoint entry, IpAddress address) {
        if (!entry.pod().isEmpty()) {
            return mesh.find(new ObjectKey(Kind.POD, namespace, entry.pod()))
                    .map(Workload.class::cast)
                    .filter(pod -> pod.addresses().contains(address));
        }
        List<Workload> there = mesh.workloadsAt(address).stream()
                .filter(workload -> workload.namespace().equals(namespace))
                .toList();
        return there.size() == 1 ? Optional.of(there.getFirst()) : Optional.empty();
    }

    private Endpoint endpoint(
            Service service,
            IpAddress address,
            int port,
            Health health,
            Locality locality,
            Optional<Workload> workload) {
        boolean mtls = workload.filter(Workload::hasSidecar)
                .map(w -> modes.of(w.namespace(), w.labels()).at(port) != MtlsMode.DISABLE)
                .orElse(false);
        String peer = workload.map(w -> mesh.settings().spiffeId(w.namespace(), w.serviceAccount()))
                .orElse("");
        Health shown = service.publishNotReady() ? Health.HEALTHY : health;
        return new Endpoint(
                address, port, shown, locality, workload.map(Workload::weight).orElse(1), mtls, peer);
    }

    /** All addresses of a headless service, else those of the family of its first address; all when there are none of that. */
    private static List<IpAddress> reachable(Service service, List<IpAddress> addresses) {
        if (service.isHeadless()) {
            return addresses;
        }
        boolean v6 = service.addresses().getFirst().isV6();
        List<IpAddress> sameFamily =
                addresses.stream().filter(address -> address.isV6() == v6).toList();
        return sameFamily.isEmpty() ? addresses : sameFamily;
    }

    /** The port of the workload that the service's port leads to; empty when it has no port of that name. */
    static OptionalInt targetOf(ServicePort port, Workload workload) {
        if (workload.kind() == Kind.WORKLOAD_ENTRY) {
            // Istio: a port that the entry names like the service's port overrides the target port.
            Integer override = workload.ports().get(port.name());
            if (override != null) {
                return OptionalInt.of(override);
            }
        }
        return switch (port.target()) {
            case TargetPort.Numbered number -> OptionalInt.of(number.port());
            case TargetPort.Named named -> {
                Integer number = workload.ports().get(named.name());
                yield number == null ? OptionalInt.empty() : OptionalInt.of(number);
            }
        };
    }
}
