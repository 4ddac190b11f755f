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

    /**
     * Where calls to some destinations go: all that the listener depends on, so that a change of endpoints leaves it alone.
     *
     * @param firstBytes what a call must begin with, as the inspector says it; empty for whatever is left
     * @param inspected whether the first bytes decide
     */
    record Line(
            String cluster, boolean http, boolean inspected, List<String> firstBytes, List<Destination> destinations) {
        static Line of(OutboundPort port, OutboundCluster.Use use) {
            Protocol spoken = use.cluster().protocol();
            boolean inspected = port.protocol() == Protocol.UNDECLARED;
            return new Line(
                    use.cluster().name(),
                    spoken.isHttp(),
                    inspected,
                    inspected ? firstBytesOf(spoken) : List.of(),
                    use.destinations());
        }
    }

    Listener write(List<Line> lines) {
        var chains = new ArrayList<FilterChain>();
        lines.forEach(line -> addChains(line, chains));
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

    private void addChains(Line line, List<FilterChain> into) {
        String cluster = line.cluster();
        boolean first = true;
        for (Destination destination : line.destinations()) {
            var match = FilterChainMatch.newBuilder().setDestinationPort(Xds.uint32(destination.port()));
            destination.addresses().forEach(address -> match.addPrefixRanges(Xds.only(address)));
            match.addAllApplicationProtocols(line.firstBytes());
            readsFirstBytes |= line.inspected();
            var filter = line.http() ? filters.outboundHttp(cluster) : filters.tcpProxy(cluster, cluster);
            String name = first ? cluster : cluster + "_" + destination.port();
            into.add(Listeners.chain(name, match, List.of(filter)));
            first = false;
        }
    }

    private static List<String> firstBytesOf(Protocol protocol) {
        return switch (protocol) {
            case HTTP -> Listeners.PLAIN_HTTP1;
            case HTTP2 -> Listeners.PLAIN_HTTP2;
            case TCP, UNDECLARED -> List.of();
        };
    }
}
