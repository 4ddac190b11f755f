package io.weft.proxy.xds.parse;

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
import io.weft.proxy.wire.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Network filter {@code http_connection_manager}. */
final class HttpConnectionManagerParser {

    private static final String PACKAGE = "envoy.extensions.filters.network.http_connection_manager.v3.";
    static final String TYPE = PACKAGE + "HttpConnectionManager";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(TYPE)
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
                            "internal_address_config",
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
            MessageFields.of(PACKAGE + "HttpConnectionManager.InternalAddressConfig")
                    .decidesPolicy()
                    .honours("cidr_ranges")
                    .only("unix_sockets", "clients come over TCP", "false"),
            MessageFields.of(PACKAGE + "HttpConnectionManager.SetCurrentClientCertDetails")
                    .honours("subject", "dns", "uri", "cert", "chain"),
            MessageFields.of(PACKAGE + "HttpConnectionManager.UpgradeConfig").honours("upgrade_type", "enabled"),
            MessageFields.of("envoy.config.core.v3.HttpProtocolOptions")
                    .honours(
                            "idle_timeout",
                            "max_connection_duration",
                            "max_headers_count",
                            "max_requests_per_connection",
                            "max_stream_duration")
                    .only("headers_with_underscores_action", "headers are kept as they came", "ALLOW"),
            MessageFields.of("envoy.config.core.v3.Http1ProtocolOptions")
                    .honours("accept_http_10", "default_host_for_http_10")
                    .only("allow_absolute_url", "the absolute form is always understood", "true"),
            MessageFields.of("envoy.config.core.v3.Http2ProtocolOptions")
                    .honours("max_concurrent_streams", "initial_stream_window_size", "initial_connection_window_size"));

    private static final int MIN_WINDOW = 65_535;
    private static final int MAX_HEADER_KB = 8192;
    private static final int MAX_HEADERS = 10_000;

    private final Message message;
    private final FieldPath path;
    private final Reading reading;

    private HttpConnectionManagerParser(Message message, FieldPath path, Reading reading) {
        this.message = message;
        this.path = path;
        this.reading = reading;
    }

    static HttpConnectionManager manager(Message message, FieldPath path, Reading reading) {
        return new HttpConnectionManagerParser(message, path, reading).manager();
    }

    private HttpConnectionManager manager() {
        return new HttpConnectionManager(
                Scalars.name(message.text("stat_prefix"), path.field("stat_prefix")),
                codec(),
                routes(),
                HttpFilterParser.filters(message.messages("http_filters"), path.field("http_filters"), reading),
                timeouts(),
                limits(),
                pathRules(),
                forwarded(),
                serverHeader(),
                Scalars.text(message.text("server_name"), path.field("server_name")),
                http1(),
                http2(message.message("http2_protocol_options"), path.field("http2_protocol_options")),
                !message.has("generate_request_id")
                        || message.message("generate_request_id").flag("value"),
                message.flag("preserve_external_request_id"),
                message.flag("strip_any_host_port"),
                upgrades(),
                AccessLogParser.logs(message.messages("access_log"), path.field("access_log"), reading));
    }

    private Codec codec() {
        return switch (message.choice("codec_type")) {
            case "AUTO" -> Codec.AUTO;
            case "HTTP1" -> Codec.HTTP1;
            case "HTTP2" -> Codec.HTTP2;
            default ->
                throw new InvalidResource(
                        path.field("codec_type"), message.choice("codec_type") + ": expected AUTO, HTTP1 or HTTP2");
        };
    }

    private RouteSource routes() {
        return switch (message.which("route_specifier")) {
            case "route_config" ->
                new RouteSource.Inline(
                        RouteTableParser.table(message.message("route_config"), path.field("route_config"), reading));
            case "rds" -> {
                FieldPath at = path.field("rds");
                var rds = message.message("rds");
                ConfigSourceParser.ads(
                        rds.has("config_source"), rds.message("config_source"), at.field("config_source"));
                yield new RouteSource.Named(Scalars.name(rds.text("route_config_name"), at.field("route_config_name")));
            }
            default -> throw new InvalidResource(path, "expected rds or route_config");
        };
    }

    private Timeouts timeouts() {
        Message common = message.message("common_http_protocol_options");
        FieldPath at = path.field("common_http_protocol_options");
        reading.notSupportedHere(
                common,
                at,
                "idle_timeout",
                "max_connection_duration",
                "max_headers_count",
                "max_requests_per_connection",
                "max_stream_duration",
                "headers_with_underscores_action");
        Timeouts otherwise = Timeouts.DEFAULT;
        return new Timeouts(
                Scalars.duration(
                        common.has("idle_timeout"),
                        common.message("idle_timeout"),
                        at.field("idle_timeout"),
                        otherwise.idle()),
                Scalars.duration(
                        message.has("request_headers_timeout"),
                        message.message("request_headers_timeout"),
                        path.field("request_headers_timeout"),
                        otherwise.requestHeaders()),
                Scalars.duration(
                        message.has("request_timeout"),
                        message.message("request_timeout"),
                        path.field("request_timeout"),
                        otherwise.request()),
                Scalars.duration(
                        message.has("stream_idle_timeout"),
                        message.message("stream_idle_timeout"),
                        path.field("stream_idle_timeout"),
                        otherwise.streamIdle()),
                Scalars.duration(
                        message.has("drain_timeout"),
                        message.message("drain_timeout"),
                        path.field("drain_timeout"),
                        otherwise.drain()),
                Scalars.duration(
                        common.has("max_connection_duration"),
                        common.message("max_connection_duration"),
                        at.field("max_connection_duration"),
                        otherwise.maxConnectionDuration()),
                Scalars.duration(
                        common.has("max_stream_duration"),
                        common.message("max_stream_duration"),
                        at.field("max_stream_duration"),
                        otherwise.maxStreamDuration()));
    }

    private Limits limits() {
        Message common = message.message("common_http_protocol_options");
        FieldPath at = path.field("common_http_protocol_options");
        Limits otherwise = Limits.DEFAULT;
        return new Limits(
                1024
                        * Scalars.within(
                                message.has("max_request_headers_kb"),
                                message.message("max_request_headers_kb"),
                                1,
                                MAX_HEADER_KB,
                                otherwise.maxHeaderBytes() / 1024,
                                path.field("max_request_headers_kb")),
                Scalars.within(
                        common.has("max_headers_count"),
                        common.message("max_headers_count"),
                        1,
                        MAX_HEADERS,
                        otherwise.maxHeaders(),
                        at.field("max_headers_count")),
                Scalars.within(
                        common.has("max_requests_per_connection"),
                        common.message("max_requests_per_connection"),
                        0,
                        Integer.MAX_VALUE,
                        otherwise.maxRequestsPerConnection(),
                        at.field("max_requests_per_connection")));
    }

    private PathRules pathRules() {
        EscapedSlashes escaped = switch (message.choice("path_with_escaped_slashes_action")) {
            case "IMPLEMENTATION_SPECIFIC_DEFAULT", "KEEP_UNCHANGED" -> EscapedSlashes.KEEP;
            case "REJECT_REQUEST" -> EscapedSlashes.REJECT;
            case "UNESCAPE_AND_REDIRECT" -> EscapedSlashes.UNESCAPE_AND_REDIRECT;
            case "UNESCAPE_AND_FORWARD" -> EscapedSlashes.UNESCAPE_AND_FORWARD;
            default ->
                throw HeaderChangesParser.unknown(
                        path.field("path_with_escaped_slashes_action"),
                        message.number("path_with_escaped_slashes_action"));
        };
        return new PathRules(message.message("normalize_path").flag("value"), message.flag("merge_slashes"), escaped);
    }

    private Forwarded forwarded() {
        var details = message.message("set_current_client_cert_details");
        ClientCert clientCert = switch (message.choice("forward_client_cert_details")) {
            case "SANITIZE" -> ClientCert.SANITIZE;
            case "FORWARD_ONLY" -> ClientCert.FORWARD_ONLY;
            case "APPEND_FORWARD" -> ClientCert.APPEND_FORWARD;
            case "SANITIZE_SET" -> ClientCert.SANITIZE_SET;
            case "ALWAYS_FORWARD_ONLY" -> ClientCert.ALWAYS_FORWARD_ONLY;
            default ->
                throw HeaderChangesParser.unknown(
                        path.field("forward_client_cert_details"), message.number("forward_client_cert_details"));
        };
        return new Forwarded(
                message.message("use_remote_address").flag("value"),
                (int) Scalars.within(
                        Scalars.unsigned(message.number("xff_num_trusted_hops")),
                        0,
                        100,
                        path.field("xff_num_trusted_hops")),
                message.flag("skip_xff_append"),
                clientCert,
                details.flag("uri"),
                details.flag("dns"),
                details.message("subject").flag("value"),
                details.flag("cert"),
                details.flag("chain"),
                AddressParser.cidrs(
                        message.message("internal_address_config").messages("cidr_ranges"),
                        path.field("internal_address_config").field("cidr_ranges")));
    }

    private ServerHeader serverHeader() {
        return switch (message.choice("server_header_transformation")) {
            case "OVERWRITE" -> ServerHeader.OVERWRITE;
            case "APPEND_IF_ABSENT" -> ServerHeader.APPEND_IF_ABSENT;
            case "PASS_THROUGH" -> ServerHeader.PASS_THROUGH;
            default ->
                throw HeaderChangesParser.unknown(
                        path.field("server_header_transformation"), message.number("server_header_transformation"));
        };
    }

    /** As in Envoy where the options are given; where they are not, HTTP/1.0 is served. */
    private Http1 http1() {
        if (!message.has("http_protocol_options")) {
            return Http1.DEFAULT;
        }
        Message options = message.message("http_protocol_options");
        FieldPath at = path.field("http_protocol_options").field("default_host_for_http_10");
        String host = Scalars.text(options.text("default_host_for_http_10"), at);
        return new Http1(options.flag("accept_http_10"), host.isEmpty() ? null : Scalars.authority(host, at));
    }

    private static Http2Settings http2(Message message, FieldPath path) {
        Http2Settings otherwise = Http2Settings.DEFAULT;
        return new Http2Settings(
                Scalars.within(
                        message.has("max_concurrent_streams"),
                        message.message("max_concurrent_streams"),
                        1,
                        Integer.MAX_VALUE,
                        otherwise.maxConcurrentStreams(),
                        path.field("max_concurrent_streams")),
                Scalars.within(
                        message.has("initial_stream_window_size"),
                        message.message("initial_stream_window_size"),
                        MIN_WINDOW,
                        Integer.MAX_VALUE,
                        otherwise.streamWindow(),
                        path.field("initial_stream_window_size")),
                Scalars.within(
                        message.has("initial_connection_window_size"),
                        message.message("initial_connection_window_size"),
                        MIN_WINDOW,
                        Integer.MAX_VALUE,
                        otherwise.connectionWindow(),
                        path.field("initial_connection_window_size")));
    }

    private List<String> upgrades() {
        List<String> upgrades = new ArrayList<>(message.count("upgrade_configs"));
        for (int i = 0; i < message.count("upgrade_configs"); i++) {
            var config = message.message("upgrade_configs", i);
            FieldPath at = path.field("upgrade_configs").at(i).field("upgrade_type");
            String type =
                    HeaderChangesParser.name(config.text("upgrade_type"), at).toLowerCase(Locale.ROOT);
            if (type.startsWith("connect")) {
                throw new InvalidResource(at, Quote.of(config.text("upgrade_type")) + ": CONNECT is not supported");
            }
            if (!config.has("enabled") || config.message("enabled").flag("value")) {
                upgrades.add(type.intern());
            }
        }
        return upgrades;
    }
}
