package io.weft.proxy.xds.parse;

import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChain.NetworkFilter;
import io.weft.proxy.config.FilterChain.Terminal;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.FilterChainMatch.SourceType;
import io.weft.proxy.config.FilterChainMatch.Transport;
import io.weft.proxy.wire.Message;
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
                    (message, path, reading) -> new Found.Last(TcpProxyParser.tcpProxy(message, path, reading))),
            Extension.of(
                    HttpConnectionManagerParser.TYPE,
                    (message, path, reading) ->
                            new Found.Last(HttpConnectionManagerParser.manager(message, path, reading))),
            Extension.of(
                    RbacFilterParser.NETWORK,
                    (message, path, reading) -> new Found.Guard(RbacFilterParser.network(message, path, reading))));

    private FilterChainParser() {}

    /** @param otherwise the name of a chain that has none */
    static FilterChain chain(Message message, String otherwise, FieldPath path, Reading reading) {
        List<NetworkFilter> guards = new ArrayList<>();
        Terminal terminal = null;
        FieldPath filters = path.field("filters");
        for (int i = 0; i < message.count("filters"); i++) {
            Message filter = message.message("filters", i);
            if (terminal != null) {
                throw new InvalidResource(filters.at(i), "expected nothing after the filter that takes the bytes");
            }
            var found = NETWORK_FILTERS.readIfKnown(
                    filter.text("name"),
                    filter.has("typed_config"),
                    filter.message("typed_config"),
                    filters.at(i),
                    reading);
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
                message.text("name").isEmpty() ? otherwise : Scalars.name(message.text("name"), path.field("name")),
                match(message.message("filter_chain_match"), path.field("filter_chain_match")),
                tls(message, path, reading),
                guards,
                terminal);
    }

    static FilterChain renamed(FilterChain chain, String name) {
        return new FilterChain(name, chain.match(), chain.tls(), chain.network(), chain.terminal());
    }

    private static @Nullable DownstreamTls tls(Message message, FieldPath path, Reading reading) {
        Duration timeout = message.has("transport_socket_connect_timeout")
                ? Scalars.positive(
                        message.message("transport_socket_connect_timeout"),
                        path.field("transport_socket_connect_timeout"))
                : DownstreamTls.DEFAULT_HANDSHAKE_TIMEOUT;
        return TransportSocketParser.downstream(
                        message.has("transport_socket"),
                        message.message("transport_socket"),
                        path.field("transport_socket"),
                        reading)
                .map(found -> TlsParser.downstream(found.context(), timeout, found.path(), reading))
                .orElse(null);
    }

    private static FilterChainMatch match(Message message, FieldPath path) {
        List<Integer> sourcePorts = new ArrayList<>(message.count("source_ports"));
        for (int i = 0; i < message.count("source_ports"); i++) {
            sourcePorts.add(Scalars.port(
                    message.number("source_ports", i),
                    path.field("source_ports").at(i)));
        }
        FilterChainMatch match = new FilterChainMatch(
                message.has("destination_port")
                        ? Scalars.port(
                                message.message("destination_port").number("value"), path.field("destination_port"))
                        : null,
                AddressParser.cidrs(message.messages("prefix_ranges"), path.field("prefix_ranges")),
                serverNames(message.texts("server_names"), path.field("server_names")),
                transport(message.text("transport_protocol"), path.field("transport_protocol")),
                Scalars.shared(message.texts("application_protocols")),
                AddressParser.cidrs(
                        message.messages("direct_source_prefix_ranges"), path.field("direct_source_prefix_ranges")),
                switch (message.choice("source_type")) {
                    case "ANY" -> SourceType.ANY;
                    case "SAME_IP_OR_LOOPBACK" -> SourceType.SAME_IP_OR_LOOPBACK;
                    case "EXTERNAL" -> SourceType.EXTERNAL;
                    default ->
                        throw HeaderChangesParser.unknown(path.field("source_type"), message.number("source_type"));
                },
                AddressParser.cidrs(message.messages("source_prefix_ranges"), path.field("source_prefix_ranges")),
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
