package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChain.NetworkFilter;
import io.weft.proxy.config.FilterChain.Terminal;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.FilterChainMatch.SourceType;
import io.weft.proxy.config.FilterChainMatch.Transport;
import io.weft.proxy.xds.parse.ExtensionPoint.Extension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A filter chain: what it matches, its TLS, its network filters. */
final class FilterChainParser {

    private static final String PACKAGE = "envoy.config.listener.v3.";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of(PACKAGE + "FilterChain")
                    .honours(
                            "name",
                            "filter_chain_match",
                            "filters",
                            "transport_socket",
                            "transport_socket_connect_timeout")
                    .accepts("metadata", "read by no feature that is supported"),
            MessageFields.of(PACKAGE + "Filter").honours("name", "typed_config"),
            MessageFields.of(PACKAGE + "FilterChainMatch")
                    .decidesPolicy()
                    .honours(
                            "destination_port",
                            "prefix_ranges",
                            "server_names",
                            "transport_protocol",
                            "application_protocols",
                            "direct_source_prefix_ranges",
                            "source_type",
                            "source_prefix_ranges",
                            "source_ports"));

    /** What one entry of {@code filters} becomes. */
    private sealed interface Found {
        record Guard(NetworkFilter filter) implements Found {}

        record Last(Terminal terminal) implements Found {}
    }

    /** To add a network filter, add its line here and its fields to {@link SupportedFields}. */
    private static final ExtensionPoint<Found> NETWORK_FILTERS = new ExtensionPoint<>(
            Extension.of(
                    TcpProxyParser.TYPE,
                    io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.class,
                    (message, path, reading) -> new Found.Last(TcpProxyParser.tcpProxy(message, path, reading))),
            Extension.of(
                    HttpConnectionManagerParser.TYPE,
                    io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                            .class,
                    (message, path, reading) ->
                            new Found.Last(HttpConnectionManagerParser.manager(message, path, reading))),
            Extension.of(
                    RbacFilterParser.NETWORK,
                    io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.class,
                    (message, path, reading) -> new Found.Guard(RbacFilterParser.network(message, path, reading))));

    private FilterChainParser() {}

    /** @param otherwise the name of a chain that has none */
    static FilterChain chain(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            String otherwise,
            FieldPath path,
            Reading reading) {
        List<NetworkFilter> guards = new ArrayList<>();
        Terminal terminal = null;
        FieldPath filters = path.field("filters");
        for (int i = 0; i < message.getFiltersCount(); i++) {
            Filter filter = message.getFilters(i);
            if (terminal != null) {
                throw new InvalidResource(filters.at(i), "expected nothing after the filter that takes the bytes");
            }
            var found = NETWORK_FILTERS.readIfKnown(
                    filter.getName(), filter.hasTypedConfig(), filter.getTypedConfig(), filters.at(i), reading);
            switch (found.orElse(null)) {
                case Found.Guard guard -> guards.add(guard.filter());
                case Found.Last last -> terminal = last.terminal();
                case null -> {}
            }
        }
        if (terminal == null) {
            throw new InvalidResource(filters, "expected tcp_proxy or http_connection_manager at the end");
        }
        return new FilterChain(
                message.getName().isEmpty() ? otherwise : Scalars.name(message.getName(), path.field("name")),
                match(message.getFilterChainMatch(), path.field("filter_chain_match")),
                tls(message, path, reading),
                guards,
                terminal);
    }

    static FilterChain renamed(FilterChain chain, String name) {
        return new FilterChain(name, chain.match(), chain.tls(), chain.network(), chain.terminal());
    }

    private static @Nullable DownstreamTls tls(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message, FieldPath path, Reading reading) {
        Duration timeout = message.hasTransportSocketConnectTimeout()
                ? Scalars.positive(
                        message.getTransportSocketConnectTimeout(), path.field("transport_socket_connect_timeout"))
                : DownstreamTls.DEFAULT_HANDSHAKE_TIMEOUT;
        return TransportSocketParser.downstream(
                        message.hasTransportSocket(),
                        message.getTransportSocket(),
                        path.field("transport_socket"),
                        reading)
                .map(found -> TlsParser.downstream(found.context(), timeout, found.path(), reading))
                .orElse(null);
    }

    private static FilterChainMatch match(
            io.envoyproxy.envoy.config.listener.v3.FilterChainMatch message, FieldPath path) {
        List<Integer> sourcePorts = new ArrayList<>(message.getSourcePortsCount());
        for (int i = 0; i < message.getSourcePortsCount(); i++) {
            sourcePorts.add(Scalars.port(
                    message.getSourcePorts(i), path.field("source_ports").at(i)));
        }
        FilterChainMatch match = new FilterChainMatch(
                message.hasDestinationPort()
                        ? Scalars.port(message.getDestinationPort().getValue(), path.field("destination_port"))
                        : null,
                AddressParser.cidrs(message.getPrefixRangesList(), path.field("prefix_ranges")),
                serverNames(message.getServerNamesList(), path.field("server_names")),
                transport(message.getTransportProtocol(), path.field("transport_protocol")),
                Scalars.shared(message.getApplicationProtocolsList()),
                AddressParser.cidrs(
                        message.getDirectSourcePrefixRangesList(), path.field("direct_source_prefix_ranges")),
                switch (message.getSourceType()) {
                    case ANY -> SourceType.ANY;
                    case SAME_IP_OR_LOOPBACK -> SourceType.SAME_IP_OR_LOOPBACK;
                    case EXTERNAL -> SourceType.EXTERNAL;
                    case UNRECOGNIZED ->
                        throw HeaderChangesParser.unknown(path.field("source_type"), message.getSourceTypeValue());
                },
                AddressParser.cidrs(message.getSourcePrefixRangesList(), path.field("source_prefix_ranges")),
                sourcePorts);
        return match.equals(FilterChainMatch.ANY) ? FilterChainMatch.ANY : match;
    }

    private static @Nullable Transport transport(String protocol, FieldPath path) {
        return switch (protocol) {
            case "" -> null;
            case "raw_buffer" -> Transport.RAW_BUFFER;
            case "tls" -> Transport.TLS;
            default -> throw new InvalidResource(path, Quote.of(protocol) + ": expected tls or raw_buffer");
        };
    }

    private static List<String> serverNames(List<String> names, FieldPath path) {
        List<String> read = new ArrayList<>(names.size());
        for (int i = 0; i < names.size(); i++) {
            String name = Scalars.name(names.get(i), path.at(i)).toLowerCase(Locale.ROOT);
            int star = name.lastIndexOf('*');
            if (star > 0 || (star == 0 && !(name.startsWith("*.") && name.length() > 2))) {
                throw new InvalidResource(path.at(i), Quote.of(name) + ": expected a name or *.suffix");
            }
            read.add(name.intern());
        }
        return read;
    }
}
