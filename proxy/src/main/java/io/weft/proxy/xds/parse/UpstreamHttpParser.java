package io.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.ClusterProtocolSelection;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Cluster.Protocol;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What HTTP a cluster speaks, told by the extension or by the older fields of the cluster itself. */
final class UpstreamHttpParser {

    static final String EXTENSION = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(EXTENSION, HttpProtocolOptions::getDefaultInstance)
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

    static UpstreamHttp http(io.envoyproxy.envoy.config.cluster.v3.Cluster message, FieldPath path, Reading reading) {
        UpstreamHttpParser parser = new UpstreamHttpParser(reading);
        FieldPath extensions = path.field("typed_extension_protocol_options");
        for (Map.Entry<String, Any> entry :
                message.getTypedExtensionProtocolOptionsMap().entrySet()) {
            String type = SupportedFields.typeName(entry.getValue().getTypeUrl());
            if (type.equals(EXTENSION) || SupportedFields.prototype(type) != null) {
                FieldPath at = extensions.key(entry.getKey());
                HttpProtocolOptions options = reading.open(entry.getValue(), HttpProtocolOptions.class, at);
                onlyOne(message, path);
                return parser.extension(options, at);
            }
        }
        return parser.older(message, path);
    }

    @SuppressWarnings("deprecation") // the fields that the extension replaced
    private static void onlyOne(io.envoyproxy.envoy.config.cluster.v3.Cluster message, FieldPath path) {
        if (message.hasHttpProtocolOptions()
                || message.hasHttp2ProtocolOptions()
                || message.hasCommonHttpProtocolOptions()
                || message.hasUpstreamHttpProtocolOptions()
                || message.hasMaxRequestsPerConnection()
                || message.getProtocolSelectionValue() != 0) {
            throw new InvalidResource(
                    path.field("typed_extension_protocol_options"),
                    "expected either this or the cluster's own *_protocol_options, not both");
        }
    }

    private UpstreamHttp extension(HttpProtocolOptions message, FieldPath path) {
        Protocol protocol = switch (message.getUpstreamProtocolOptionsCase()) {
            case EXPLICIT_HTTP_CONFIG -> {
                var config = message.getExplicitHttpConfig();
                FieldPath at = path.field("explicit_http_config");
                noOptions(config.getHttpProtocolOptions(), config.getHttp2ProtocolOptions(), at);
                yield switch (config.getProtocolConfigCase()) {
                    case HTTP_PROTOCOL_OPTIONS -> Protocol.HTTP1;
                    case HTTP2_PROTOCOL_OPTIONS -> Protocol.HTTP2;
                    default ->
                        throw new InvalidResource(at, "expected http_protocol_options or http2_protocol_options");
                };
            }
            case USE_DOWNSTREAM_PROTOCOL_CONFIG -> {
                var config = message.getUseDownstreamProtocolConfig();
                noOptions(
                        config.getHttpProtocolOptions(),
                        config.getHttp2ProtocolOptions(),
                        path.field("use_downstream_protocol_config"));
                yield Protocol.DOWNSTREAM;
            }
            case AUTO_CONFIG -> {
                var config = message.getAutoConfig();
                noOptions(config.getHttpProtocolOptions(), config.getHttp2ProtocolOptions(), path.field("auto_config"));
                yield Protocol.ALPN;
            }
            case UPSTREAMPROTOCOLOPTIONS_NOT_SET ->
                throw new InvalidResource(
                        path, "expected explicit_http_config, use_downstream_protocol_config or auto_config");
        };
        return common(
                protocol, message.getCommonHttpProtocolOptions(), 0, message.getUpstreamHttpProtocolOptions(), path);
    }

    @SuppressWarnings("deprecation") // the form of files older than the extension
    private UpstreamHttp older(io.envoyproxy.envoy.config.cluster.v3.Cluster message, FieldPath path) {
        noOptions(message.getHttpProtocolOptions(), message.getHttp2ProtocolOptions(), path);
        Protocol protocol = message.hasHttp2ProtocolOptions() ? Protocol.HTTP2 : Protocol.HTTP1;
        if (message.getProtocolSelection() == ClusterProtocolSelection.USE_DOWNSTREAM_PROTOCOL) {
            protocol = Protocol.DOWNSTREAM;
        }
        return common(
                protocol,
                message.getCommonHttpProtocolOptions(),
                Scalars.within(
                        message.hasMaxRequestsPerConnection(),
                        message.getMaxRequestsPerConnection(),
                        0,
                        Integer.MAX_VALUE,
                        0,
                        path.field("max_requests_per_connection")),
                message.getUpstreamHttpProtocolOptions(),
                path);
    }

    private UpstreamHttp common(
            Protocol protocol,
            io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions common,
            int maxRequests,
            UpstreamHttpProtocolOptions upstream,
            FieldPath path) {
        FieldPath at = path.field("common_http_protocol_options");
        reading.notSupportedHere(common, at, "idle_timeout", "max_requests_per_connection", "max_stream_duration");
        return new UpstreamHttp(
                protocol,
                Scalars.duration(
                        common.hasIdleTimeout(),
                        common.getIdleTimeout(),
                        at.field("idle_timeout"),
                        Cluster.DEFAULT_IDLE_TIMEOUT),
                Scalars.within(
                        common.hasMaxRequestsPerConnection(),
                        common.getMaxRequestsPerConnection(),
                        0,
                        Integer.MAX_VALUE,
                        maxRequests,
                        at.field("max_requests_per_connection")),
                Scalars.duration(
                        common.hasMaxStreamDuration(),
                        common.getMaxStreamDuration(),
                        at.field("max_stream_duration"),
                        Duration.ZERO),
                upstream.getAutoSni(),
                upstream.getAutoSanValidation());
    }

    /** Options that have an effect towards clients have none towards a cluster. */
    private void noOptions(Http1ProtocolOptions http1, Http2ProtocolOptions http2, FieldPath path) {
        reading.notSupportedHere(http1, path.field("http_protocol_options"), "header_key_format");
        reading.notSupportedHere(http2, path.field("http2_protocol_options"));
    }
}
