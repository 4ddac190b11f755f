package io.weft.controlplane.source;

import io.weft.controlplane.model.DestinationRule;
import io.weft.controlplane.model.EndpointSlice;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshObject;
import io.weft.controlplane.model.ObjectKey;
import io.weft.controlplane.model.PeerAuthentication;
import io.weft.controlplane.model.Problem;
import io.weft.controlplane.model.Service;
import io.weft.controlplane.model.ServicePort;
import io.weft.controlplane.model.TargetPort;
import io.weft.controlplane.model.Workload;
import io.weft.controlplane.source.Ledger.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds objects that are valid by themselves and do not fit the others. They stay in force as far as they go. */
final class References {
    private final Mesh mesh;
    private final Map<ObjectKey, Entry> origins;
    private final List<Problem> problems = new ArrayList<>();

    private References(Mesh mesh, Map<ObjectKey, Entry> origins) {
        this.mesh = mesh;
        this.origins = origins;
    }

    static List<Problem> check(Mesh mesh, Map<ObjectKey, Entry> origins) {
        var check = new References(mesh, origins);
        check.services();
        check.destinationRules();
        check.peerAuthentications();
        return check.problems;
    }

    private void report(MeshObject object, String reason) {
        Entry origin = origins.get(object.key());
        if (origin != null) {
            problems.add(new Problem(origin.file(), origin.line(), object.key().toString(), reason));
        }
    }

    private void services() {
        var owners = new HashMap<IpAddress, Service>();
        for (Service service : mesh.services()) {
            for (IpAddress address : service.addresses()) {
                Service owner = owners.putIfAbsent(address, service);
                if (owner != null) {
                    report(
                            service,
                            "spec.clusterIP: " + address + " is already that of " + owner.key()
                                    + ", which gets the calls to the ports that both have");
                }
            }
            if (mesh.slicesOf(service).isEmpty()) {
                namedTargets(service);
            } else {
                slicePorts(service);
            }
        }
        for (MeshObject object : mesh.objects()) {
            if (object instanceof EndpointSlice slice
                    && mesh.find(new ObjectKey(Kind.SERVICE, slice.namespace(), slice.service()))
                            .isEmpty()) {
                report(slice, "belongs to the service '" + slice.service() + "', which does not exist");
            }
        }
    }

    private void namedTargets(Service service) {
        for (ServicePort port : service.ports()) {
            if (!(port.target() instanceof TargetPort.Named named)) {
                continue;
            }
            List<Workload> selected = mesh.selectedBy(service);
            boolean found = selected.isEmpty()
                    || selected.stream()
                            .anyMatch(workload -> workload.ports().containsKey(named.name())
                                    || workload.ports().containsKey(port.name()));
            if (!found) {
                report(
                        service,
                        "spec.ports: targetPort '" + named.name() + "' of port " + port.port()
                                + " is not a port of any workload that it selects");
            }
        }
    }

    private void slicePorts(Service service) {
        for (EndpointSlice slice : mesh.slicesOf(service)) {
            Set<String> names = new TreeSet<>();
            service.ports().forEach(port -> names.add(port.name()));
            for (EndpointSlice.SlicePort port : slice.ports()) {
                if (!names.contains(port.name())) {
                    report(
                            slice,
                            "ports: '" + port.name() + "' is not a port of " + service.key() + ", which has "
                                    + String.join(", ", names));
                }
            }
        }
    }

    private void destinationRules() {
        var hosts = new HashMap<String, Service>();
        mesh.services().forEach(service -> hosts.put(mesh.settings().hostOf(service), service));
        var seen = new HashMap<String, DestinationRule>();
        for (MeshObject object : mesh.objects()) {
            if (!(object instanceof DestinationRule rule)) {
                continue;
            }
            DestinationRule first = seen.putIfAbsent(rule.namespace() + "/" + rule.host(), rule);
            if (first != null) {
                report(
                        rule,
                        "spec.host: " + rule.host() + " already has " + first.key() + ", which is the one that counts");
            }
            Service service = hosts.get(rule.host());
            if (service != null) {
                Set<Integer> ports = new HashSet<>();
                service.ports().forEach(port -> ports.add(port.port()));
                rule.ports().keySet().stream()
                        .filter(port -> !ports.contains(port))
                        .sorted()
                        .forEach(port -> report(
                                rule,
                                "spec.trafficPolicy.portLevelSettings: " + service.key() + " has no port " + port));
            } else if (!rule.host().startsWith("*")) {
                report(rule, "spec.host: no service has the host " + rule.host());
            }
        }
    }

    private void peerAuthentications() {
        var seen = new HashMap<List<Object>, PeerAuthentication>();
        for (MeshObject object : mesh.objects()) {
            if (object instanceof PeerAuthentication policy) {
                PeerAuthentication first = seen.putIfAbsent(List.of(policy.namespace(), policy.selector()), policy);
                if (first != null) {
                    report(policy, "selects the same as " + first.key() + ", which is the one that counts");
                }
            }
        }
    }
}
