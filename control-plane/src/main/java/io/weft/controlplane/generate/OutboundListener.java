package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.weft.controlplane.generate.OutboundPort.Destination;
import io.weft.controlplane.model.Protocol;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the one listener for everything that the application calls. The destination before redirection is looked up in one table:
 * neither services nor instances have listeners of their own.
 */
final class OutboundListener {
    private final View.Surroundings surroundings;
    private final NetworkFilters filters;
    private boolean readsFirstBytes;

    OutboundListener(View.Surroundings surroundings) {
        this.surroundings = surroundings;
        this.filters = new NetworkFilters(surroundings);
    }

    Listener write(Outbound outbound) {
        var chains = new ArrayList<FilterChain>();
        for (OutboundPort port : outbound.ports()) {
            for (OutboundCluster.Use use : OutboundCluster.of(port)) {
                addChains(port, use, chains);
            }
        }
        chains.add(Listeners.blackHole(XdsNames.OUTBOUND_LISTENER, XdsNames.OUTBOUND_PORT, filters));
        Listener.Builder listener = Listeners.capturing(
                XdsNames.OUTBOUND_LISTENER, XdsNames.OUTBOUND_PORT, surroundings.families(), TrafficDirection.OUTBOUND);
        if (readsFirstBytes) {
            Listeners.inspectHttp(listener);
        }
        return listener.addAllFilterChains(chains)
                .setDefaultFilterChain(FilterChain.newBuilder()
                        .setName("PassthroughFilterChain")
                        .addFilters(filters.tcpProxy(XdsNames.PASSTHROUGH, XdsNames.PASSTHROUGH)))
                .build();
    }

    private void addChains(OutboundPort port, OutboundCluster.Use use, List<FilterChain> into) {
        OutboundCluster cluster = use.cluster();
        boolean first = true;
        for (Destination destination : use.destinations()) {
            var match = FilterChainMatch.newBuilder().setDestinationPort(Xds.uint32(destination.port()));
            destination.addresses().forEach(address -> match.addPrefixRanges(Xds.only(address)));
            if (port.protocol() == Protocol.UNDECLARED) {
                readsFirstBytes = true;
                match.addAllApplicationProtocols(firstBytes(cluster.protocol()));
            }
            var filter = cluster.protocol().isHttp()
                    ? filters.outboundHttp(cluster.name())
                    : filters.tcpProxy(cluster.name(), cluster.name());
            String name = first ? cluster.name() : cluster.name() + "_" + destination.port();
            into.add(Listeners.chain(name, match, List.of(filter)));
            first = false;
        }
    }

    /** What the inspector says when it has seen that protocol; nothing takes whatever is left. */
    private static List<String> firstBytes(Protocol protocol) {
        return switch (protocol) {
            case HTTP -> Listeners.PLAIN_HTTP1;
            case HTTP2 -> Listeners.PLAIN_HTTP2;
            case TCP, UNDECLARED -> List.of();
        };
    }
}
