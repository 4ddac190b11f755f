package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.weft.controlplane.model.MtlsMode;
import io.weft.controlplane.model.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Writes the one listener for everything that calls the application. Every chain, also the one for ports that no service names,
 * carries the workload's policies. There is no default chain: what matches none is closed.
 */
final class InboundListener {
    private static final String RAW = "raw_buffer";
    private static final String TLS = "tls";
    private static final List<String> MESH_ALPN = Stream.concat(
                    MutualTls.HTTP_ALPN.stream(), MutualTls.TCP_ALPN.stream())
            .toList();

    private final View.Surroundings surroundings;
    private final NetworkFilters filters;
    private final Rbac rbac;
    private final List<FilterChain> chains = new ArrayList<>();

    private InboundListener(Inbound inbound, View.Surroundings surroundings) {
        this.surroundings = surroundings;
        this.filters = new NetworkFilters(surroundings);
        this.rbac = new Rbac(inbound.policies(), surroundings.trustDomain());
    }

    static Listener write(Inbound inbound, View.Surroundings surroundings) {
        var writer = new InboundListener(inbound, surroundings);
        for (Inbound.Port port : inbound.ports()) {
            writer.addPort(
                    new Scope(
                            OptionalInt.of(port.number()),
                            port.protocol(),
                            port.served() ? XdsNames.inboundCluster(port.number()) : XdsNames.INBOUND_PASSTHROUGH),
                    port.mode());
        }
        writer.addPort(
                new Scope(OptionalInt.empty(), Protocol.UNDECLARED, XdsNames.INBOUND_PASSTHROUGH),
                inbound.otherPorts());
        writer.chains.add(Listeners.blackHole(XdsNames.INBOUND_LISTENER, XdsNames.INBOUND_PORT, writer.filters));
        Listener.Builder listener = Listeners.capturing(
                XdsNames.INBOUND_LISTENER, XdsNames.INBOUND_PORT, surroundings.families(), TrafficDirection.INBOUND);
        Listeners.inspectTls(listener);
        Listeners.inspectHttp(listener);
        return listener.addAllFilterChains(writer.chains).build();
    }

    /** @param port empty for all ports that have no chains of their own */
    private record Scope(OptionalInt port, Protocol protocol, String cluster) {
        String name() {
            return XdsNames.INBOUND_LISTENER + "-" + (port.isPresent() ? port.getAsInt() : "catchall");
        }

        String routes() {
            return "inbound|http|" + (port.isPresent() ? port.getAsInt() : "catchall");
        }

        FilterChainMatch.Builder match(String transport, List<String> applicationProtocols) {
            var match = FilterChainMatch.newBuilder()
                    .setTransportProtocol(transport)
                    .addAllApplicationProtocols(applicationProtocols);
            port.ifPresent(number -> match.setDestinationPort(Xds.uint32(number)));
            return match;
        }
    }

    private void addPort(Scope scope, MtlsMode mode) {
        switch (mode) {
            case STRICT -> addStrict(scope);
            // A mode that nobody set is PERMISSIVE when it comes here; see MtlsModes.
            case PERMISSIVE, UNSET -> {
                addMeshTls(scope);
                addPlaintext(scope);
            }
            case DISABLE -> addPlaintext(scope);
        }
    }

    /** All TLS is the mesh's, whatever its ALPN. */
    private void addStrict(Scope scope) {
        switch (scope.protocol()) {
            case HTTP, HTTP2 -> addMutual(scope, "mtls-http", List.of(), httpFilters(scope));
            case TCP -> addMutual(scope, "mtls-tcp", List.of(), tcpFilters(scope));
            case UNDECLARED -> {
                addMutual(scope, "mtls-http", MutualTls.HTTP_ALPN, httpFilters(scope));
                addMutual(scope, "mtls-tcp", List.of(), tcpFilters(scope));
            }
        }
    }

    /** TLS with one of the mesh's ALPN names is the mesh's, all other TLS is the application's. */
    private void addMeshTls(Scope scope) {
        switch (scope.protocol()) {
            case HTTP, HTTP2 -> addMutual(scope, "mtls-http", MESH_ALPN, httpFilters(scope));
            case TCP -> addMutual(scope, "mtls-tcp", MESH_ALPN, tcpFilters(scope));
            case UNDECLARED -> {
                addMutual(scope, "mtls-http", MutualTls.HTTP_ALPN, httpFilters(scope));
                addMutual(scope, "mtls-tcp", MutualTls.TCP_ALPN, tcpFilters(scope));
            }
        }
    }

    /** TLS that is the application's goes through as bytes, and the policies judge it as such. */
    private void addPlaintext(Scope scope) {
        add(scope, "tls", scope.match(TLS, List.of()), tcpFilters(scope));
        switch (scope.protocol()) {
            case HTTP, HTTP2 -> add(scope, "http", scope.match(RAW, List.of()), httpFilters(scope));
            case TCP -> add(scope, "tcp", scope.match(RAW, List.of()), tcpFilters(scope));
            case UNDECLARED -> {
                List<String> plainHttp = Stream.concat(Listeners.PLAIN_HTTP1.stream(), Listeners.PLAIN_HTTP2.stream())
                        .toList();
                add(scope, "http", scope.match(RAW, plainHttp), httpFilters(scope));
                add(scope, "tcp", scope.match(RAW, List.of()), tcpFilters(scope));
            }
        }
    }

    private void addMutual(Scope scope, String kind, List<String> alpn, List<Filter> chain) {
        chains.add(Listeners.chain(scope.name() + "-" + kind, scope.match(TLS, alpn), chain).toBuilder()
                .setTransportSocket(MutualTls.server(surroundings.trustDomain()))
                .build());
    }

    private void add(Scope scope, String kind, FilterChainMatch.Builder match, List<Filter> chain) {
        chains.add(Listeners.chain(scope.name() + "-" + kind, match, chain));
    }

    private List<Filter> httpFilters(Scope scope) {
        return List.of(filters.inboundHttp(scope.routes(), scope.cluster(), rbac.httpFilters()));
    }

    private List<Filter> tcpFilters(Scope scope) {
        var all = new ArrayList<Filter>(rbac.networkFilters());
        all.add(filters.tcpProxy(scope.cluster(), scope.cluster()));
        return all;
    }
}
