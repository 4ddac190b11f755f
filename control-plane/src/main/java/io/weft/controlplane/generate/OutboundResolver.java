package io.weft.controlplane.generate;

import io.weft.controlplane.generate.OutboundPort.Destination;
import io.weft.controlplane.model.ClientTls;
import io.weft.controlplane.model.DestinationRule.TrafficPolicy;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.Service;
import io.weft.controlplane.model.ServicePort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Finds everything that the clients of one namespace may call. */
final class OutboundResolver {
    private static final Comparator<OutboundPort> ORDER =
            Comparator.comparing(OutboundPort::host).thenComparingInt(OutboundPort::port);

    private record Target(IpAddress address, int port) {}

    private record Group(int port, boolean mtls) implements Comparable<Group> {
        private static final Comparator<Group> ORDER =
                Comparator.comparingInt(Group::port).thenComparing(Group::mtls);

        @Override
        public int compareTo(Group other) {
            return ORDER.compare(this, other);
        }
    }

    private final Mesh mesh;
    private final EndpointResolver endpoints;
    private final ClientRules rules;
    private final Set<Target> claimed = new HashSet<>();

    OutboundResolver(Mesh mesh, EndpointResolver endpoints, ClientRules rules) {
        this.mesh = mesh;
        this.endpoints = endpoints;
        this.rules = rules;
    }

    /**
     * Two services may claim one address and port, which one listener cannot serve twice: a service's own address goes before that
     * of an instance of a headless one, a known workload before an unknown one, then the order of names decides.
     *
     * @param pool gives for a value an equal one that is already there
     */
    Outbound resolve(UnaryOperator<OutboundPort> pool) {
        var found = new ArrayList<OutboundPort>();
        for (Service service : mesh.services()) {
            if (!service.isHeadless()) {
                service.ports().forEach(port -> found.add(pool.apply(withAddress(service, port))));
            }
        }
        for (boolean known : List.of(true, false)) {
            for (Service service : mesh.services()) {
                if (service.isHeadless()) {
                    for (ServicePort port : service.ports()) {
                        EndpointResolver.Behind all = endpoints.resolve(service, port);
                        if (all.endpoints().stream()
                                        .noneMatch(endpoint -> endpoint.peer().isEmpty())
                                == known) {
                            found.add(pool.apply(headless(service, port, all)));
                        }
                    }
                }
            }
        }
        found.sort(ORDER);
        return new Outbound(found);
    }

    private OutboundPort withAddress(Service service, ServicePort port) {
        List<IpAddress> addresses = service.addresses().stream()
                .filter(address -> claimed.add(new Target(address, port.port())))
                .toList();
        List<Destination> destinations =
                addresses.isEmpty() ? List.of() : List.of(new Destination(port.port(), false, addresses));
        EndpointResolver.Behind all = endpoints.resolve(service, port);
        TrafficPolicy policy = rules.policyFor(service, port.port());
        return port(service, port, false, destinations, policy, all);
    }

    /** Instances are called by their own address and port: what would work without the mesh works the same with it. */
    private OutboundPort headless(Service service, ServicePort port, EndpointResolver.Behind all) {
        TrafficPolicy policy = rules.policyFor(service, port.port());
        var groups = new TreeMap<Group, List<IpAddress>>();
        for (Endpoint endpoint : all.endpoints()) {
            if (claimed.add(new Target(endpoint.address(), endpoint.port()))) {
                var group = new Group(endpoint.port(), policy.tls().equals(ClientTls.AUTO) && endpoint.mtls());
                groups.computeIfAbsent(group, g -> new ArrayList<>()).add(endpoint.address());
            }
        }
        var destinations = new ArrayList<Destination>();
        groups.forEach((group, addresses) ->
                destinations.add(new Destination(group.port(), group.mtls(), List.copyOf(addresses))));
        return port(service, port, true, List.copyOf(destinations), policy, all);
    }

    private OutboundPort port(
            Service service,
            ServicePort port,
            boolean headless,
            List<Destination> destinations,
            TrafficPolicy policy,
            EndpointResolver.Behind all) {
        return new OutboundPort(
                mesh.settings().hostOf(service),
                port.port(),
                port.protocol(),
                headless,
                destinations,
                policy,
                all.peers(),
                mesh.settings().spiffeId(service.namespace(), ""),
                all.endpoints());
    }
}
