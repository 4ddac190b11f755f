package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Listener.Inspection;
import io.weft.proxy.wire.Message;
import io.weft.proxy.xds.parse.ExtensionPoint.Extension;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A listener with its filter chains. */
final class ListenerParser {

    private static final String TYPE = "envoy.config.listener.v3.Listener";
    private static final String FILTERS = "envoy.extensions.filters.listener.";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(TYPE)
                    .honours(
                            "name",
                            "address",
                            "additional_addresses",
                            "filter_chains",
                            "default_filter_chain",
                            "use_original_dst",
                            "listener_filters",
                            "listener_filters_timeout",
                            "continue_on_listener_filters_timeout",
                            "per_connection_buffer_limit_bytes",
                            "traffic_direction",
                            "access_log")
                    .accepts("stat_prefix", "statistics are named after the listener itself")
                    .accepts("metadata", "read by no feature that is supported")
                    .accepts("enable_reuse_port", "each event loop has a socket of its own where the system allows it")
                    .accepts("bypass_overload_manager", "there is no overload manager")
                    .only("bind_to_port", "a listener always binds", "true")
                    .only("transparent", "sockets are not transparent", "false")
                    .only("freebind", "addresses must exist", "false"),
            MessageFields.of("envoy.config.listener.v3.AdditionalAddress").honours("address"),
            MessageFields.of("envoy.config.listener.v3.ListenerFilter").honours("name", "typed_config"),
            MessageFields.typed(FILTERS + "original_dst.v3.OriginalDst"),
            MessageFields.typed(FILTERS + "tls_inspector.v3.TlsInspector")
                    .only("enable_ja3_fingerprinting", "no fingerprints are taken", "false")
                    .accepts("initial_read_buffer_size", "the buffer grows by itself"),
            MessageFields.typed(FILTERS + "http_inspector.v3.HttpInspector"));

    private enum Looks {
        FOR_ORIGINAL_DESTINATION,
        FOR_TLS,
        FOR_HTTP
    }

    private static final ExtensionPoint<Looks> LISTENER_FILTERS = new ExtensionPoint<>(
            new Extension<>(
                    FILTERS + "original_dst.v3.OriginalDst",
                    "envoy.filters.listener.original_dst",
                    (message, path, reading) -> Looks.FOR_ORIGINAL_DESTINATION),
            new Extension<>(
                    FILTERS + "tls_inspector.v3.TlsInspector",
                    "envoy.filters.listener.tls_inspector",
                    (message, path, reading) -> Looks.FOR_TLS),
            new Extension<>(
                    FILTERS + "http_inspector.v3.HttpInspector",
                    "envoy.filters.listener.http_inspector",
                    (message, path, reading) -> Looks.FOR_HTTP));

    private final Message message;
    private final FieldPath path;
    private final Reading reading;

    private ListenerParser(Message message, FieldPath path, Reading reading) {
        this.message = message;
        this.path = path;
        this.reading = reading;
    }

    static Listener listener(Message message, FieldPath path, Reading reading) {
        return new ListenerParser(message, path, reading).listener();
    }

    private Listener listener() {
        // Envoy lets a static listener go without a name; the address is then as good as one.
        Address address = AddressParser.literal(message.message("address"), path.field("address"));
        String name = message.text("name").isEmpty()
                ? address.toString()
                : Scalars.name(message.text("name"), path.field("name"));
        List<FilterChain> chains = chains();
        FilterChain otherwise = message.has("default_filter_chain")
                ? FilterChainParser.chain(
                        message.message("default_filter_chain"), "default", path.field("default_filter_chain"), reading)
                : null;
        if (chains.isEmpty() && otherwise == null) {
            throw new InvalidResource(path.field("filter_chains"), "empty: expected at least one");
        }
        Set<Looks> looks = looks();
        boolean tls = looks.contains(Looks.FOR_TLS) || chains.stream().anyMatch(ListenerParser::asksForTls);
        return new Listener(
                name,
                address,
                additional(),
                direction(),
                looks.contains(Looks.FOR_ORIGINAL_DESTINATION)
                        || message.message("use_original_dst").flag("value"),
                new Inspection(
                        tls,
                        looks.contains(Looks.FOR_HTTP),
                        Scalars.duration(
                                message.has("listener_filters_timeout"),
                                message.message("listener_filters_timeout"),
                                path.field("listener_filters_timeout"),
                                Inspection.DEFAULT_TIMEOUT),
                        message.flag("continue_on_listener_filters_timeout")),
                chains,
                otherwise,
                Scalars.within(
                        message.has("per_connection_buffer_limit_bytes"),
                        message.message("per_connection_buffer_limit_bytes"),
                        1,
                        Integer.MAX_VALUE,
                        Listener.DEFAULT_BUFFER_LIMIT,
                        path.field("per_connection_buffer_limit_bytes")),
                AccessLogParser.logs(message.messages("access_log"), path.field("access_log"), reading));
    }

    private List<Address> additional() {
        List<Address> more = new ArrayList<>(message.count("additional_addresses"));
        for (int i = 0; i < message.count("additional_addresses"); i++) {
            more.add(AddressParser.literal(
                    message.message("additional_addresses", i).message("address"),
                    path.field("additional_addresses").at(i).field("address")));
        }
        return more;
    }

    private Listener.Direction direction() {
        return switch (message.choice("traffic_direction")) {
            case "UNSPECIFIED" -> Listener.Direction.UNSPECIFIED;
            case "INBOUND" -> Listener.Direction.INBOUND;
            case "OUTBOUND" -> Listener.Direction.OUTBOUND;
            default ->
                throw HeaderChangesParser.unknown(path.field("traffic_direction"), message.number("traffic_direction"));
        };
    }

    private Set<Looks> looks() {
        Set<Looks> looks = EnumSet.noneOf(Looks.class);
        for (int i = 0; i < message.count("listener_filters"); i++) {
            Message filter = message.message("listener_filters", i);
            LISTENER_FILTERS
                    .readIfKnown(
                            filter.text("name"),
                            filter.has("typed_config"),
                            filter.message("typed_config"),
                            path.field("listener_filters").at(i),
                            reading)
                    .ifPresent(looks::add);
        }
        return looks;
    }

    /** Envoy adds its inspector by itself to a listener whose chains cannot be told apart without it. */
    private static boolean asksForTls(FilterChain chain) {
        FilterChainMatch match = chain.match();
        return match.transport() == FilterChainMatch.Transport.TLS
                || (match.transport() == null
                        && !(match.serverNames().isEmpty()
                                && match.applicationProtocols().isEmpty()));
    }

    private List<FilterChain> chains() {
        List<FilterChain> chains = new ArrayList<>(message.count("filter_chains"));
        Map<FilterChainMatch, Integer> matches = new HashMap<>();
        Map<String, Integer> names = new HashMap<>();
        for (int i = 0; i < message.count("filter_chains"); i++) {
            FieldPath at = path.field("filter_chains").at(i);
            FilterChain chain = FilterChainParser.chain(message.message("filter_chains", i), "chain-" + i, at, reading);
            Integer same = matches.putIfAbsent(chain.match(), i);
            if (same != null) {
                throw new InvalidResource(
                        at.field("filter_chain_match"),
                        "expected another match than that of filter_chains[" + same + "]");
            }
            // Istio gives the plaintext and the TLS twin of a chain one name.
            int uses = names.merge(chain.name(), 1, Integer::sum);
            chains.add(uses == 1 ? chain : FilterChainParser.renamed(chain, chain.name() + "#" + uses));
        }
        return chains;
    }
}
