package io.weft.controlplane.generate;

import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The views of all proxies on one mesh; what they have in common is made once. Safe for use by several threads. */
public final class Views {
    /** Stands for all namespaces without a DestinationRule of their own: their clients call alike. */
    private static final String ANY_NAMESPACE = "";

    private static final View.Reader SIDECAR = new View.Reader.Sidecar();

    private final Mesh mesh;
    private final MtlsModes modes;
    private final EndpointResolver endpoints;
    private final InboundResolver inbound;
    private final Map<String, Outbound> before;
    private final Map<Address, List<OutboundPort>> pool = new HashMap<>();
    private final Map<String, Outbound> outbound = new ConcurrentHashMap<>();

    /** By which a port is found that was there before, and is then compared. */
    private record Address(String host, int port) {}

    private Views(Mesh mesh, Map<String, Outbound> before, @Nullable EndpointResolver known) {
        this.mesh = mesh;
        this.before = before;
        before.values().forEach(old -> old.ports().forEach(this::keep));
        modes = new MtlsModes(mesh);
        endpoints = new EndpointResolver(mesh, modes, known);
        inbound = new InboundResolver(mesh, modes);
    }

    public static Views of(Mesh mesh) {
        return new Views(mesh, Map.of(), null);
    }

    /** The views of the next mesh. Parts that did not change are the same objects, so that comparing is cheap. */
    public Views next(Mesh next) {
        return new Views(next, Map.copyOf(outbound), endpoints);
    }

    public Mesh mesh() {
        return mesh;
    }

    public View view(ProxyNode node) {
        boolean ownRules = !mesh.destinationRulesIn(node.namespace()).isEmpty();
        Outbound calls = outbound.computeIfAbsent(ownRules ? node.namespace() : ANY_NAMESPACE, this::resolve);
        MeshSettings settings = mesh.settings();
        var surroundings = new View.Surroundings(settings.trustDomain(), settings.accessLog(), families(node));
        View.Reader reader = switch (node.reader()) {
            case SIDECAR -> SIDECAR;
            case GRPC -> new View.Reader.Grpc(node.addresses(), inbound.isInMesh(node));
        };
        return new View(calls, inbound.resolve(node), surroundings, reader);
    }

    private Outbound resolve(String namespace) {
        var resolver = new OutboundResolver(mesh, endpoints, new ClientRules(mesh, namespace));
        Outbound now = resolver.resolve(this::pooled);
        Outbound old = before.get(namespace);
        return old != null && old.equals(now) ? old : now;
    }

    /** Ports of several namespaces, which are mostly the same one. */
    private void keep(OutboundPort port) {
        List<OutboundPort> there =
                pool.computeIfAbsent(new Address(port.host(), port.port()), address -> new ArrayList<>(1));
        if (!there.contains(port)) {
            there.add(port);
        }
    }

    private OutboundPort pooled(OutboundPort port) {
        for (OutboundPort known : pool.getOrDefault(new Address(port.host(), port.port()), List.of())) {
            if (known.equals(port)) {
                return known;
            }
        }
        return port;
    }

    private static View.Families families(ProxyNode node) {
        boolean v6 = node.addresses().stream().anyMatch(IpAddress::isV6);
        boolean v4 = node.addresses().stream().anyMatch(address -> !address.isV6());
        if (v6 && v4) {
            return View.Families.BOTH;
        }
        return v6 ? View.Families.V6 : View.Families.V4;
    }
}
