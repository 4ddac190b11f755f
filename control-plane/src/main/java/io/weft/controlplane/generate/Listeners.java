package io.weft.controlplane.generate;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.AdditionalAddress;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import java.util.List;

/** What the two listeners of a sidecar have in common. */
final class Listeners {
    static final List<String> PLAIN_HTTP1 = List.of("http/1.0", "http/1.1");
    static final List<String> PLAIN_HTTP2 = List.of("h2c");

    /** How long a client may stay silent before it counts as one that waits for the server. */
    private static final int INSPECT_SECONDS = 5;

    private Listeners() {}

    static Listener.Builder capturing(String name, int port, View.Families families, TrafficDirection direction) {
        Listener.Builder listener = Listener.newBuilder()
                .setName(name)
                .setTrafficDirection(direction)
                .setAddress(Xds.address(families == View.Families.V6 ? "::" : "0.0.0.0", port))
                .addListenerFilters(filter("envoy.filters.listener.original_dst", OriginalDst.getDefaultInstance()));
        if (families == View.Families.BOTH) {
            listener.addAdditionalAddresses(AdditionalAddress.newBuilder().setAddress(Xds.address("::", port)));
        }
        return listener;
    }

    static void inspectTls(Listener.Builder listener) {
        listener.addListenerFilters(filter("envoy.filters.listener.tls_inspector", TlsInspector.getDefaultInstance()));
        limitInspection(listener);
    }

    static void inspectHttp(Listener.Builder listener) {
        listener.addListenerFilters(
                filter("envoy.filters.listener.http_inspector", HttpInspector.getDefaultInstance()));
        limitInspection(listener);
    }

    /** A server may be the one to speak first, so silence is not an error. */
    private static void limitInspection(Listener.Builder listener) {
        listener.setListenerFiltersTimeout(Xds.seconds(INSPECT_SECONDS)).setContinueOnListenerFiltersTimeout(true);
    }

    private static ListenerFilter filter(String name, Message config) {
        return ListenerFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Xds.any(config))
                .build();
    }

    /** A connection made to the listener's own port was not redirected; sent on, it would come back for ever. */
    static FilterChain blackHole(String listener, int port, NetworkFilters filters) {
        return FilterChain.newBuilder()
                .setName(listener + "-blackhole")
                .setFilterChainMatch(FilterChainMatch.newBuilder().setDestinationPort(Xds.uint32(port)))
                .addFilters(filters.tcpProxy(XdsNames.BLACK_HOLE, XdsNames.BLACK_HOLE))
                .build();
    }

    static FilterChain chain(String name, FilterChainMatch.Builder match, List<Filter> filters) {
        return FilterChain.newBuilder()
                .setName(name)
                .setFilterChainMatch(match)
                .addAllFilters(filters)
                .build();
    }
}
