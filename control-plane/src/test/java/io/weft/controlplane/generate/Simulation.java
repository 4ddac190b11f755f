package io.weft.controlplane.generate;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks a call through what was generated for the sidecars of both ends, as Envoy would, so that tests speak of calls and not of
 * configuration. Idea: Istio's pilot/pkg/simulation.
 */
final class Simulation {
    /**
     * What became of a call.
     *
     * @param outbound the cluster that the caller's sidecar chose, empty if it has none
     * @param server the instance that it went to, as in {@code 10.0.0.1:80}
     * @param mutualTls whether the mesh's TLS was spoken
     * @param chain the filter chain of the server's sidecar, empty if it has none
     * @param answer {@code served by CLUSTER}, {@code denied by POLICY}, or why there was no connection
     */
    record Outcome(String outbound, String server, boolean mutualTls, String chain, String answer) {}

    private final Mesh mesh;
    private final Generator generator = new Generator(1 << 24);
    private final Views views;

    Simulation(String... documents) {
        this(Meshes.of(documents));
    }

    Simulation(Mesh mesh) {
        this.mesh = mesh;
        this.views = Views.of(mesh);
    }

    /** From the application at one end to the application at the other. */
    Outcome call(Call call) {
        Optional<Workload> caller = workload(call.from()).filter(Workload::hasSidecar);
        if (caller.isEmpty()) {
            return arrive("", call.to(), call.port(), null, call);
        }
        ResourceSet own = resources(caller.get());
        Listener listener = unpack(own, ResourceType.LISTENER, XdsNames.OUTBOUND_LISTENER, Listener.parser());
        boolean inspected = listener.getListenerFiltersList().stream()
                .anyMatch(filter -> filter.getName().contains("http_inspector"));
        FilterChain chain = ChainFinder.find(
                        listener,
                        call.to(),
                        call.port(),
                        "raw_buffer",
                        inspected ? firstBytes(call.bytes()) : List.of())
                .orElseThrow();
        String clusterName = cluster(own, chain, call);
        Cluster cluster = unpack(own, ResourceType.CLUSTER, clusterName, Cluster.parser());
        String peer =
                mesh.settings().spiffeId(caller.get().namespace(), caller.get().serviceAccount());
        return leave(own, cluster, peer, call);
    }

    private Outcome leave(ResourceSet own, Cluster cluster, String caller, Call call) {
        String ip = call.to();
        int port = call.port();
        LbEndpoint chosen = LbEndpoint.getDefaultInstance();
        switch (cluster.getType()) {
            case STATIC -> {
                return new Outcome(cluster.getName(), "", false, "", "no endpoint");
            }
            case EDS -> {
                ClusterLoadAssignment assignment = unpack(
                        own,
                        ResourceType.ENDPOINT,
                        cluster.getEdsClusterConfig().getServiceName(),
                        ClusterLoadAssignment.parser());
                Optional<LbEndpoint> healthy = assignment.getEndpointsList().stream()
                        .flatMap(group -> group.getLbEndpointsList().stream())
                        .filter(endpoint -> endpoint.getHealthStatus() == HealthStatus.HEALTHY)
                        .findFirst();
                if (healthy.isEmpty()) {
                    return new Outcome(cluster.getName(), "", false, "", "no endpoint");
                }
                chosen = healthy.get();
                var address = chosen.getEndpoint().getAddress().getSocketAddress();
                ip = address.getAddress();
                port = address.getPortValue();
            }
            default -> {}
        }
        UpstreamTlsContext tls = tlsTo(cluster, chosen);
        if (tls != null) {
            String server = workload(ip)
                    .map(w -> mesh.settings().spiffeId(w.namespace(), w.serviceAccount()))
                    .orElse("nobody");
            if (!accepts(tls, server)) {
                return new Outcome(cluster.getName(), ip + ":" + port, true, "", "wrong identity " + server);
            }
            var secured = new Call(
                    call.from(),
                    call.to(),
                    call.port(),
                    Call.Bytes.TLS,
                    tls.getCommonTlsContext().getAlpnProtocolsList(),
                    caller,
                    call.method(),
                    call.authority(),
                    call.path());
            return arrive(cluster.getName(), ip, port, tls, secured);
        }
        return arrive(cluster.getName(), ip, port, null, call);
    }

    private Outcome arrive(String outbound, String ip, int port, @Nullable UpstreamTlsContext tls, Call call) {
        String server = ip + ":" + port;
        Optional<Workload> there = workload(ip);
        if (there.filter(Workload::hasSidecar).isEmpty()) {
            return new Outcome(outbound, server, tls != null, "", tls == null ? "served without sidecar" : "not TLS");
        }
        ResourceSet own = resources(there.get());
        Listener listener = unpack(own, ResourceType.LISTENER, XdsNames.INBOUND_LISTENER, Listener.parser());
        boolean isTls = call.bytes() == Call.Bytes.TLS;
        Optional<FilterChain> found = ChainFinder.find(
                listener, ip, port, isTls ? "tls" : "raw_buffer", isTls ? call.alpn() : firstBytes(call.bytes()));
        if (found.isEmpty()) {
            return new Outcome(outbound, server, tls != null, "", "closed: no filter chain");
        }
        FilterChain chain = found.get();
        boolean terminates = chain.hasTransportSocket();
        if (terminates && call.peer() == null) {
            return new Outcome(outbound, server, false, chain.getName(), "closed: no client certificate");
        }
        String answer = judge(chain, call, port, terminates ? call.peer() : null)
                .map(policy -> "denied by " + policy)
                .orElseGet(() -> "served by " + cluster(own, chain, call));
        return new Outcome(outbound, server, terminates, chain.getName(), answer);
    }

    private static Optional<String> judge(FilterChain chain, Call call, int port, @Nullable String peer) {
        for (Filter filter : chain.getFiltersList()) {
            if (filter.getName().equals("envoy.filters.network.rbac")) {
                RBAC rules = unpack(
                                filter.getTypedConfig().getValue(),
                                io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.parser())
                        .getRules();
                Optional<String> refusal = new RbacJudge(call, port, peer, false).refusal(rules);
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
            if (isHttp(filter)) {
                for (HttpFilter inner : manager(filter).getHttpFiltersList()) {
                    if (inner.getName().equals("envoy.filters.http.rbac")) {
                        RBAC rules = unpack(
                                        inner.getTypedConfig().getValue(),
                                        io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.parser())
                                .getRules();
                        Optional<String> refusal = new RbacJudge(call, port, peer, true).refusal(rules);
                        if (refusal.isPresent()) {
                            return refusal;
                        }
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static String cluster(ResourceSet own, FilterChain chain, Call call) {
        Filter last = chain.getFiltersList().getLast();
        String name;
        if (isHttp(last)) {
            if (!call.isHttp()) {
                throw new AssertionError(chain.getName() + " takes for HTTP what is not");
            }
            HttpConnectionManager manager = manager(last);
            RouteConfiguration routes = manager.hasRds()
                    ? unpack(
                            own, ResourceType.ROUTE, manager.getRds().getRouteConfigName(), RouteConfiguration.parser())
                    : manager.getRouteConfig();
            name = routes.getVirtualHosts(0).getRoutes(0).getRoute().getCluster();
        } else {
            name = unpack(last.getTypedConfig().getValue(), TcpProxy.parser()).getCluster();
        }
        if (!own.resources(ResourceType.CLUSTER).has(name)) {
            throw new AssertionError(chain.getName() + " leads to " + name + ", which is not there");
        }
        return name;
    }

    private static boolean isHttp(Filter filter) {
        return filter.getName().equals("envoy.filters.network.http_connection_manager");
    }

    private static HttpConnectionManager manager(Filter filter) {
        return unpack(filter.getTypedConfig().getValue(), HttpConnectionManager.parser());
    }

    private static @Nullable UpstreamTlsContext tlsTo(Cluster cluster, LbEndpoint endpoint) {
        TransportSocket socket = cluster.getTransportSocket();
        for (Cluster.TransportSocketMatch match : cluster.getTransportSocketMatchesList()) {
            var metadata = endpoint.getMetadata()
                    .getFilterMetadataMap()
                    .getOrDefault("envoy.transport_socket_match", com.google.protobuf.Struct.getDefaultInstance());
            if (metadata.getFieldsMap()
                    .entrySet()
                    .containsAll(match.getMatch().getFieldsMap().entrySet())) {
                socket = match.getTransportSocket();
                break;
            }
        }
        return socket.getName().equals("envoy.transport_sockets.tls")
                ? unpack(socket.getTypedConfig().getValue(), UpstreamTlsContext.parser())
                : null;
    }

    private static boolean accepts(UpstreamTlsContext tls, String server) {
        List<SubjectAltNameMatcher> names = tls.getCommonTlsContext()
                .getCombinedValidationContext()
                .getDefaultValidationContext()
                .getMatchTypedSubjectAltNamesList();
        return names.stream()
                .map(SubjectAltNameMatcher::getMatcher)
                .anyMatch(name -> name.hasExact()
                        ? server.equals(name.getExact())
                        : name.hasPrefix() && server.startsWith(name.getPrefix()));
    }

    private static List<String> firstBytes(Call.Bytes bytes) {
        return switch (bytes) {
            case HTTP1 -> List.of("http/1.1");
            case H2C -> List.of("h2c");
            case TLS, OPAQUE -> List.of();
        };
    }

    private Optional<Workload> workload(String ip) {
        return mesh.workloadsAt(IpAddress.of(ip)).stream().findFirst();
    }

    ResourceSet resources(Workload workload) {
        var addresses = new ArrayList<String>();
        workload.addresses().forEach(address -> addresses.add(address.text()));
        return generator.generate(views.view(
                Meshes.node(workload.namespace(), workload.serviceAccount(), addresses.toArray(String[]::new))));
    }

    static <T> T unpack(ResourceSet set, ResourceType type, String name, com.google.protobuf.Parser<T> parser) {
        EncodedResource resource = set.resources(type).get(name);
        if (resource == null) {
            throw new AssertionError("no " + type + " named " + name + " in "
                    + set.resources(type).names());
        }
        return unpack(resource.any().getValue(), parser);
    }

    static <T> T unpack(com.google.protobuf.ByteString bytes, com.google.protobuf.Parser<T> parser) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
