package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.HttpConnectionManager.Codec;
import io.weft.proxy.config.HttpConnectionManager.Forwarded;
import io.weft.proxy.config.HttpConnectionManager.Forwarded.ClientCert;
import io.weft.proxy.config.HttpConnectionManager.Http1;
import io.weft.proxy.config.HttpConnectionManager.Http2Settings;
import io.weft.proxy.config.HttpConnectionManager.Limits;
import io.weft.proxy.config.HttpConnectionManager.PathRules;
import io.weft.proxy.config.HttpConnectionManager.PathRules.EscapedSlashes;
import io.weft.proxy.config.HttpConnectionManager.ServerHeader;
import io.weft.proxy.config.HttpConnectionManager.Timeouts;
import io.weft.proxy.config.RouteSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Network filter {@code http_connection_manager}. */
final class HttpConnectionManagerParser {

    private static final String PACKAGE = "envoy.extensions.filters.network.http_connection_manager.v3.";
    static final String TYPE = PACKAGE + "HttpConnectionManager";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(
                            TYPE,
                            io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3
                                            .HttpConnectionManager::getDefaultInstance)
                    .honours(
                            "codec_type",
                            "stat_prefix",
                            "rds",
                            "route_config",
                            "http_filters",
                            "common_http_protocol_options",
                            "http_protocol_options",
                            "http2_protocol_options",
                            "server_name",
                            "server_header_transformation",
                            "max_request_headers_kb",
                            "stream_idle_timeout",
                            "request_timeout",
                            "request_headers_timeout",
                            "drain_timeout",
                            "access_log",
                            "use_remote_address",
                            "xff_num_trusted_hops",
                            "skip_xff_append",
                            "generate_request_id",
                            "preserve_external_request_id",
                            "forward_client_cert_details",
                            "set_current_client_cert_details",
                            "upgrade_configs",
                            "normalize_path",
                            "merge_slashes",
                            "path_with_escaped_slashes_action",
                            "strip_any_host_port")
                    .only("add_user_agent", "no header is made up for the client", "false")
                    .only(
                            "stream_error_on_invalid_http_message",
                            "a connection with invalid framing is closed",
                            "false"),
            MessageFields.of(PACKAGE + "Rds").honours("config_source", "route_config_name"),
            MessageFields.of(PACKAGE + "HttpConnectionManager.SetCurrentClientCertDetails")
                    .honours("subject", "dns", "uri"),
            MessageFields.of(PACKAGE + "HttpConnectionManager.UpgradeConfig").honours("upgrade_type", "enabled"),
            MessageFields.of("envoy.config.core.v3.HttpProtocolOptions")
                    .honours(
                            "idle_timeout",
                            "max_connection_duration",
                            "max_headers_count",
                            "max_requests_per_connection")
                    .only("headers_with_underscores_action", "headers are kept as they came", "ALLOW"),
            MessageFields.of("envoy.config.core.v3.Http1ProtocolOptions")
                    .honours("accept_http_10", "default_host_for_http_10")
                    .only("allow_absolute_url", "the absolute form is always understood", "true"),
            MessageFields.of("envoy.config.core.v3.Http2ProtocolOptions")
                    .honours("max_concurrent_streams", "initial_stream_window_size", "initial_connection_window_size"));

    private static final int MIN_WINDOW = 65_535;
    private static final int MAX_HEADER_KB = 8192;
    private static final int MAX_HEADERS = 10_000;

    private final io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
            message;
    private final FieldPath path;
    private final Reading reading;

    private HttpConnectionManagerParser(
            io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager message,
            FieldPath path,
            Reading reading) {
        this.message = message;
        this.path = path;
        this.reading = reading;
    }

    static HttpConnectionManager manager(
            io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager message,
            FieldPath path,
            Reading reading) {
        return new HttpConnectionManagerParser(message, path, reading).manager();
    }

    private HttpConnectionManager manager() {
        return new HttpConnectionManager(
                Scalars.name(message.getStatPrefix(), path.field("stat_prefix")),
                codec(),
                routes(),
                HttpFilterParser.filters(message.getHttpFiltersList(), path.field("http_filters"), reading),
                timeouts(),
                limits(),
                pathRules(),
                forwarded(),
                serverHeader(),
                Scalars.text(message.getServerName(), path.field("server_name")),
                http1(),
                http2(message.getHttp2ProtocolOptions(), path.field("http2_protocol_options")),
                !message.hasGenerateRequestId()
                        || message.getGenerateRequestId().getValue(),
                message.getPreserveExternalRequestId(),
                message.getStripAnyHostPort(),
                upgrades(),
                AccessLogParser.logs(message.getAccessLogList(), path.field("access_log"), reading));
    }

    private Codec codec() {
        return switch (message.getCodecType()) {
            case AUTO -> Codec.AUTO;
            case HTTP1 -> Codec.HTTP1;
            case HTTP2 -> Codec.HTTP2;
            case HTTP3, UNRECOGNIZED ->
                throw new InvalidResource(
                        path.field("codec_type"), message.getCodecType().name() + ": expected AUTO, HTTP1 or HTTP2");
        };
    }

    private RouteSource routes() {
        return switch (message.getRouteSpecifierCase()) {
            case ROUTE_CONFIG ->
                new RouteSource.Inline(
                        RouteTableParser.table(message.getRouteConfig(), path.field("route_config"), reading));
            case RDS -> {
                FieldPath at = path.field("rds");
                var rds = message.getRds();
                ConfigSourceParser.ads(rds.hasConfigSource(), rds.getConfigSource(), at.field("config_source"));
                yield new RouteSource.Named(Scalars.name(rds.getRouteConfigName(), at.field("route_config_name")));
            }
            case SCOPED_ROUTES, ROUTESPECIFIER_NOT_SET ->
                throw new InvalidResource(path, "expected rds or route_config");
        };
    }

    private Timeouts timeouts() {
        HttpProtocolOptions common = message.getCommonHttpProtocolOptions();
        FieldPath at = path.field("common_http_protocol_options");
        Timeouts otherwise = Timeouts.DEFAULT;
        return new Timeouts(
                Scalars.duration(
                        common.hasIdleTimeout(), common.getIdleTimeout(), at.field("idle_timeout"), otherwise.idle()),
                Scalars.duration(
                        message.hasRequestHeadersTimeout(),
                        message.getRequestHeadersTimeout(),
                        path.field("request_headers_timeout"),
                        otherwise.requestHeaders()),
                Scalars.duration(
                        message.hasRequestTimeout(),
                        message.getRequestTimeout(),
                        path.field("request_timeout"),
                        otherwise.request()),
                Scalars.duration(
                        message.hasStreamIdleTimeout(),
                        message.getStreamIdleTimeout(),
                        path.field("stream_idle_timeout"),
                        otherwise.streamIdle()),
                Scalars.duration(
                        message.hasDrainTimeout(),
                        message.getDrainTimeout(),
                        path.field("drain_timeout"),
                        otherwise.drain()),
                Scalars.duration(
                        common.hasMaxConnectionDuration(),
                        common.getMaxConnectionDuration(),
                        at.field("max_connection_duration"),
                        otherwise.maxConnectionDuration()));
    }

    private Limits limits() {
        HttpProtocolOptions common = message.getCommonHttpProtocolOptions();
        FieldPath at = path.field("common_http_protocol_options");
        Limits otherwise = Limits.DEFAULT;
        return new Limits(
                1024
                        * Scalars.within(
                                message.hasMaxRequestHeadersKb(),
                                message.getMaxRequestHeadersKb(),
                                1,
                                MAX_HEADER_KB,
                                otherwise.maxHeaderBytes() / 1024,
                                path.field("max_request_headers_kb")),
                Scalars.within(
                        common.hasMaxHeadersCount(),
                        common.getMaxHeadersCount(),
                        1,
                        MAX_HEADERS,
                        otherwise.maxHeaders(),
                        at.field("max_headers_count")),
                Scalars.within(
                        common.hasMaxRequestsPerConnection(),
                        common.getMaxRequestsPerConnection(),
                        0,
                        Integer.MAX_VALUE,
                        otherwise.maxRequestsPerConnection(),
                        at.field("max_requests_per_connection")));
    }

    private PathRules pathRules() {
        EscapedSlashes escaped = switch (message.getPathWithEscapedSlashesAction()) {
            case IMPLEMENTATION_SPECIFIC_DEFAULT, KEEP_UNCHANGED -> EscapedSlashes.KEEP;
            case REJECT_REQUEST -> EscapedSlashes.REJECT;
            case UNESCAPE_AND_REDIRECT -> EscapedSlashes.UNESCAPE_AND_REDIRECT;
            case UNESCAPE_AND_FORWARD -> EscapedSlashes.UNESCAPE_AND_FORWARD;
            case UNRECOGNIZED ->
                throw HeaderChangesParser.unknown(
                        path.field("path_with_escaped_slashes_action"), message.getPathWithEscapedSlashesActionValue());
        };
        return new PathRules(message.getNormalizePath().getValue(), message.getMergeSlashes(), escaped);
    }

    private Forwarded forwarded() {
        var details = message.getSetCurrentClientCertDetails();
        ClientCert clientCert = switch (message.getForwardClientCertDetails()) {
            case SANITIZE -> ClientCert.SANITIZE;
            case FORWARD_ONLY -> ClientCert.FORWARD_ONLY;
            case APPEND_FORWARD -> ClientCert.APPEND_FORWARD;
            case SANITIZE_SET -> ClientCert.SANITIZE_SET;
            case ALWAYS_FORWARD_ONLY -> ClientCert.ALWAYS_FORWARD_ONLY;
            case UNRECOGNIZED ->
                throw HeaderChangesParser.unknown(
                        path.field("forward_client_cert_details"), message.getForwardClientCertDetailsValue());
        };
        return new Forwarded(
                message.getUseRemoteAddress().getValue(),
                (int) Scalars.within(
                        Scalars.unsigned(message.getXffNumTrustedHops()), 0, 100, path.field("xff_num_trusted_hops")),
                message.getSkipXffAppend(),
                clientCert,
                details.getUri(),
                details.getDns(),
                details.getSubject().getValue());
    }

    private ServerHeader serverHeader() {
        return switch (message.getServerHeaderTransformation()) {
            case OVERWRITE -> ServerHeader.OVERWRITE;
            case APPEND_IF_ABSENT -> ServerHeader.APPEND_IF_ABSENT;
            case PASS_THROUGH -> ServerHeader.PASS_THROUGH;
            case UNRECOGNIZED ->
                throw HeaderChangesParser.unknown(
                        path.field("server_header_transformation"), message.getServerHeaderTransformationValue());
        };
    }

    /** As in Envoy where the options are given; where they are not, HTTP/1.0 is served. */
    private Http1 http1() {
        if (!message.hasHttpProtocolOptions()) {
            return Http1.DEFAULT;
        }
        Http1ProtocolOptions options = message.getHttpProtocolOptions();
        FieldPath at = path.field("http_protocol_options").field("default_host_for_http_10");
        String host = Scalars.text(options.getDefaultHostForHttp10(), at);
        return new Http1(options.getAcceptHttp10(), host.isEmpty() ? null : Scalars.authority(host, at));
    }

    private static Http2Settings http2(Http2ProtocolOptions message, FieldPath path) {
        Http2Settings otherwise = Http2Settings.DEFAULT;
        return new Http2Settings(
                Scalars.within(
                        message.hasMaxConcurrentStreams(),
                        message.getMaxConcurrentStreams(),
                        1,
                        Integer.MAX_VALUE,
                        otherwise.maxConcurrentStreams(),
                        path.field("max_concurrent_streams")),
                Scalars.within(
                        message.hasInitialStreamWindowSize(),
                        message.getInitialStreamWindowSize(),
                        MIN_WINDOW,
                        Integer.MAX_VALUE,
                        otherwise.streamWindow(),
                        path.field("initial_stream_window_size")),
                Scalars.within(
                        message.hasInitialConnectionWindowSize(),
                        message.getInitialConnectionWindowSize(),
                        MIN_WINDOW,
                        Integer.MAX_VALUE,
                        otherwise.connectionWindow(),
                        path.field("initial_connection_window_size")));
    }

    private List<String> upgrades() {
        List<String> upgrades = new ArrayList<>(message.getUpgradeConfigsCount());
        for (int i = 0; i < message.getUpgradeConfigsCount(); i++) {
            var config = message.getUpgradeConfigs(i);
            FieldPath at = path.field("upgrade_configs").at(i).field("upgrade_type");
            String type = HeaderChangesParser.name(config.getUpgradeType(), at).toLowerCase(Locale.ROOT);
            if (type.startsWith("connect")) {
                throw new InvalidResource(at, Quote.of(config.getUpgradeType()) + ": CONNECT is not supported");
            }
            if (!config.hasEnabled() || config.getEnabled().getValue()) {
                upgrades.add(type.intern());
            }
        }
        return upgrades;
    }
}
