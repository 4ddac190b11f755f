package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Cluster.Protocol;
import io.weft.proxy.wire.Message;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What HTTP a cluster speaks, told by the extension or by the older fields of the cluster itself. */
final class UpstreamHttpParser {

    static final String EXTENSION = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(EXTENSION)
                    .honours(
                            "common_http_protocol_options",
                            "upstream_http_protocol_options",
                            "explicit_http_config",
                            "use_downstream_protocol_config",
                            "auto_config"),
            MessageFields.of(EXTENSION + ".ExplicitHttpConfig")
                    .honours("http_protocol_options", "http2_protocol_options"),
            MessageFields.of(EXTENSION + ".UseDownstreamHttpConfig")
                    .honours("http_protocol_options", "http2_protocol_options"),
            MessageFields.of(EXTENSION + ".AutoHttpConfig").honours("http_protocol_options", "http2_protocol_options"),
            MessageFields.of("envoy.config.core.v3.UpstreamHttpProtocolOptions")
                    .decidesPolicy()
                    .honours("auto_sni", "auto_san_validation"));

    record UpstreamHttp(
            Protocol protocol,
            Duration idleTimeout,
            int maxRequestsPerConnection,
            Duration maxStreamDuration,
            boolean autoSni,
            boolean autoSanValidation) {}

    private final Reading reading;

    private UpstreamHttpParser(Reading reading) {
        this.reading = reading;
    }

    static UpstreamHttp http(Message message, FieldPath path, Reading reading) {
        UpstreamHttpParser parser = new UpstreamHttpParser(reading);
        FieldPath extensions = path.field("typed_extension_protocol_options");
        for (Map.Entry<String, Message> entry :
                message.entries("typed_extension_protocol_options").entrySet()) {
            String type = SupportedFields.typeName(entry.getValue().text("type_url"));
            if (type.equals(EXTENSION) || SupportedFields.packable(type) != null) {
                FieldPath at = extensions.key(entry.getKey());
                Message options = reading.open(entry.getValue(), EXTENSION, at);
                onlyOne(message, path);
                return parser.extension(options, at);
            }
        }
        return parser.older(message, path);
    }

    @SuppressWarnings("deprecation") // the fields that the extension replaced
    private static void onlyOne(Message message, FieldPath path) {
        if (message.has("http_protocol_options")
                || message.has("http2_protocol_options")
                || message.has("common_http_protocol_options")
                || message.has("upstream_http_protocol_options")
                || message.has("max_requests_per_connection")
                || message.number("protocol_selection") != 0) {
            throw new InvalidResource(
                    path.field("typed_extension_protocol_options"),
                    "expected either this or the cluster's own *_protocol_options, not both");
        }
    }

    private UpstreamHttp extension(Message message, FieldPath path) {
        Protocol protocol = switch (message.which("upstream_protocol_options")) {
            case "explicit_http_config" -> {
                var config = message.message("explicit_http_config");
                FieldPath at = path.field("explicit_http_config");
                noOptions(config.message("http_protocol_options"), config.message("http2_protocol_options"), at);
                yield switch (config.which("protocol_config")) {
                    case "http_protocol_options" -> Protocol.HTTP1;
                    case "http2_protocol_options" -> Protocol.HTTP2;
                    default ->
                        throw new InvalidResource(at, "expected http_protocol_options or http2_protocol_options");
                };
            }
            case "use_downstream_protocol_config" -> {
                var config = message.message("use_downstream_protocol_config");
                noOptions(
                        config.message("http_protocol_options"),
                        config.message("http2_protocol_options"),
                        path.field("use_downstream_protocol_config"));
                yield Protocol.DOWNSTREAM;
            }
            case "auto_config" -> {
                var config = message.message("auto_config");
                noOptions(
                        config.message("http_protocol_options"),
                        config.message("http2_protocol_options"),
                        path.field("auto_config"));
                yield Protocol.ALPN;
            }
            default ->
                throw new InvalidResource(
                        path, "expected explicit_http_config, use_downstream_protocol_config or auto_config");
        };
        return common(
                protocol,
                message.message("common_http_protocol_options"),
                0,
                message.message("upstream_http_protocol_options"),
                path);
    }

    @SuppressWarnings("deprecation") // the form of files older than the extension
    private UpstreamHttp older(Message message, FieldPath path) {
        noOptions(message.message("http_protocol_options"), message.message("http2_protocol_options"), path);
        Protocol protocol = message.has("http2_protocol_options") ? Protocol.HTTP2 : Protocol.HTTP1;
        if (message.choice("protocol_selection").equals("USE_DOWNSTREAM_PROTOCOL")) {
            protocol = Protocol.DOWNSTREAM;
        }
        return common(
                protocol,
                message.message("common_http_protocol_options"),
                Scalars.within(
                        message.has("max_requests_per_connection"),
                        message.message("max_requests_per_connection"),
                        0,
                        Integer.MAX_VALUE,
                        0,
                        path.field("max_requests_per_connection")),
                message.message("upstream_http_protocol_options"),
                path);
    }

    private UpstreamHttp common(Protocol protocol, Message common, int maxRequests, Message upstream, FieldPath path) {
        FieldPath at = path.field("common_http_protocol_options");
        reading.notSupportedHere(common, at, "idle_timeout", "max_requests_per_connection", "max_stream_duration");
        return new UpstreamHttp(
                protocol,
                Scalars.duration(
                        common.has("idle_timeout"),
                        common.message("idle_timeout"),
                        at.field("idle_timeout"),
                        Cluster.DEFAULT_IDLE_TIMEOUT),
                Scalars.within(
                        common.has("max_requests_per_connection"),
                        common.message("max_requests_per_connection"),
                        0,
                        Integer.MAX_VALUE,
                        maxRequests,
                        at.field("max_requests_per_connection")),
                Scalars.duration(
                        common.has("max_stream_duration"),
                        common.message("max_stream_duration"),
                        at.field("max_stream_duration"),
                        Duration.ZERO),
                upstream.flag("auto_sni"),
                upstream.flag("auto_san_validation"));
    }

    /** Options that have an effect towards clients have none towards a cluster. */
    private void noOptions(Message http1, Message http2, FieldPath path) {
        reading.notSupportedHere(http1, path.field("http_protocol_options"), "header_key_format");
        reading.notSupportedHere(http2, path.field("http2_protocol_options"));
    }
}
