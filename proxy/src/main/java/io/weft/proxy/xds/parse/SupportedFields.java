package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.MessageType;
import io.weft.proxy.wire.Schema;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every field of Envoy's API that has an effect here, as one table. Each parser lists the fields it reads beside the
 * code that reads them; a new parser adds one line below.
 */
public final class SupportedFields {

    private static final Map<String, MessageFields> TABLE = Stream.of(
                    AccessLogParser.FIELDS,
                    AddressParser.FIELDS,
                    BootstrapFields.FIELDS,
                    ClusterParser.FIELDS,
                    ConfigSourceParser.FIELDS,
                    DataSourceParser.FIELDS,
                    EndpointParser.FIELDS,
                    FilterChainParser.FIELDS,
                    HeaderChangesParser.FIELDS,
                    HttpConnectionManagerParser.FIELDS,
                    HttpFilterParser.FIELDS,
                    ListenerParser.FIELDS,
                    LoadBalancingParser.FIELDS,
                    MatcherParser.FIELDS,
                    RbacFilterParser.FIELDS,
                    RbacParser.FIELDS,
                    RouteActionParser.FIELDS,
                    RouteParser.FIELDS,
                    RouteTableParser.FIELDS,
                    SecretParser.FIELDS,
                    TcpProxyParser.FIELDS,
                    TlsParser.FIELDS,
                    TransportSocketParser.FIELDS,
                    UpstreamHttpParser.FIELDS,
                    ValidationParser.FIELDS)
            .flatMap(Collection::stream)
            .collect(Collectors.toUnmodifiableMap(MessageFields::type, Function.identity()));

    private SupportedFields() {}

    /** Of a message that no parser reads, no field is supported. */
    static MessageFields of(String type) {
        MessageFields known = TABLE.get(type);
        return known != null ? known : MessageFields.of(type);
    }

    static Collection<MessageFields> all() {
        return TABLE.values();
    }

    /** {@code type.googleapis.com/envoy…} without what comes before the type's name. */
    static String typeName(String typeUrl) {
        return typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
    }

    /** The type of a message that is understood in some {@code Any}; null for all others. */
    public static @Nullable MessageType packable(String typeUrl) {
        MessageFields known = TABLE.get(typeName(typeUrl));
        return known == null || !known.packable() ? null : Schema.envoy().message(known.type());
    }

    /** The whole table in Markdown, sorted by message. */
    public static String describe() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(TABLE).values().forEach(message -> describe(message, text));
        return text.toString();
    }

    private static void describe(MessageFields message, StringBuilder text) {
        text.append("### ").append(message.type()).append("\n\n");
        if (message.policy()) {
            text.append("Other fields are refused even with `--unsupported=warn`.\n\n");
        }
        if (message.fields().isEmpty()) {
            text.append("No field is supported; the message itself is.\n\n");
            return;
        }
        text.append("| field | |\n|---|---|\n");
        new TreeMap<>(message.fields())
                .forEach((field, support) -> text.append("| `")
                        .append(field)
                        .append("` | ")
                        .append(describe(support))
                        .append(" |\n"));
        text.append('\n');
    }

    private static String describe(MessageFields.Support support) {
        return switch (support) {
            case MessageFields.Support.Honoured() -> "honoured";
            case MessageFields.Support.Accepted(var reason) -> "accepted without effect: " + reason;
            case MessageFields.Support.Only(var values, var reason) ->
                "only "
                        + String.join(
                                ", ",
                                values.stream().map(value -> "`" + value + "`").toList()) + ": " + reason;
        };
    }

    /** Types that may stand in a {@code typed_config} or as a resource, sorted. */
    public static List<String> types() {
        return TABLE.values().stream()
                .filter(MessageFields::packable)
                .map(MessageFields::type)
                .sorted()
                .toList();
    }
}
