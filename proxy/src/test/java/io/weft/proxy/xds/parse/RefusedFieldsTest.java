package io.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused, with the exact words: they are what an operator has to go by. */
class RefusedFieldsTest {

    private static final String FORWARD = "{ match: { prefix: / }, route: { cluster: c } }";
    private static final String HCM = "listeners[l].filter_chains[0].filters[0].typed_config";
    private static final String ROUTE = HCM + ".route_config.virtual_hosts[0].routes[0]";
    private static final String RULES = HCM + ".rules.policies[p]";

    static Stream<Arguments> listeners() {
        return Stream.of(
                refused(Written.tcpListener("tcp_backlog_size: 5"), "listeners[l].tcp_backlog_size: not supported"),
                refused(
                        Written.tcpListener("bind_to_port: false"),
                        "listeners[l].bind_to_port: false not supported: expected true"),
                refused(
                        Written.tcpListener("listener_filters: [{ name: x, typed_config: { \"@type\": a/b.C } }]"),
                        "listeners[l].listener_filters[0].typed_config: type \"a/b.C\" not supported"),
                refused(
                        Written.tcpListener("listener_filters: [{ name: x }]"),
                        "listeners[l].listener_filters[0].typed_config: missing for \"x\": expected one of OriginalDst,"
                                + " TlsInspector, HttpInspector"),
                refused(
                        Written.tcpListener("listener_filters_timeout: -1s"),
                        "listeners[l].listener_filters_timeout: -1s: expected a duration from 0s to 3153600000s"),
                refused(
                        Written.tcpListener("listener_filters_timeout: 315576000000s"),
                        "listeners[l].listener_filters_timeout: 315576000000s: expected a duration from 0s to"
                                + " 3153600000s"),
                refused(
                        Written.tcpListener("").replace("127.0.0.1", "localhost"),
                        "listeners[l].address.socket_address.address: \"localhost\": expected an IP address"),
                refused(
                        Written.tcpListener("").replace("127.0.0.1", "\"1\""),
                        "listeners[l].address.socket_address.address: \"1\": expected an IP address"),
                refused(
                        Written.tcpListener("").replace("port_value: 1", "port_value: 65536"),
                        "listeners[l].address.socket_address.port_value: 65536: expected 0 to 65535"),
                refused(
                        Written.tcpListener("").replace("port_value: 1", "protocol: UDP, port_value: 1"),
                        "listeners[l].address.socket_address.protocol: UDP not supported: expected TCP"),
                refused(
                        Written.chain("filter_chain_match: { transport_protocol: quic }"),
                        "listeners[l].filter_chains[0].filter_chain_match.transport_protocol: \"quic\": expected tls or"
                                + " raw_buffer"),
                refused(
                        Written.chain("filter_chain_match: { server_names: [\"*\"] }"),
                        "listeners[l].filter_chains[0].filter_chain_match.server_names[0]: \"*\": expected a name or"
                                + " *.suffix"),
                refused(
                        Written.chain("filter_chain_match: { address_suffix: x }"),
                        "listeners[l].filter_chains[0].filter_chain_match.address_suffix: not supported"),
                refused(
                        Written.chain(
                                "filter_chain_match: { prefix_ranges: [{ address_prefix: \"fe80::1%eth0\", prefix_len: 64 }] }"),
                        "listeners[l].filter_chains[0].filter_chain_match.prefix_ranges[0].address_prefix:"
                                + " \"fe80::1%eth0\": expected an IP address"),
                refused(
                        Written.chain(
                                "filter_chain_match: { prefix_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 33 }] }"),
                        "listeners[l].filter_chains[0].filter_chain_match.prefix_ranges[0].prefix_len: 33: expected 0"
                                + " to 32"),
                refused(
                        Written.chain("transport_socket_connect_timeout: 0s"),
                        "listeners[l].filter_chains[0].transport_socket_connect_timeout: 0s: expected more than zero"),
                refused(
                        Written.chain("transport_socket: { name: envoy.transport_sockets.alts }"),
                        "listeners[l].filter_chains[0].transport_socket.typed_config: missing for"
                                + " \"envoy.transport_sockets.alts\": expected one of DownstreamTlsContext, RawBuffer"),
                refused(
                        Written.chain("transport_socket: { name: t, typed_config: { \"@type\": x/" + TlsParser.PACKAGE
                                + "UpstreamTlsContext } }"),
                        "listeners[l].filter_chains[0].transport_socket.typed_config: type"
                                + " \"x/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext\": expected one of"
                                + " DownstreamTlsContext, RawBuffer"),
                refused(
                        "name: l\naddress: { pipe: { path: /x } }",
                        "listeners[l].filter_chains: empty: expected at least one"),
                refused("name: l", "listeners[l].address: expected socket_address or pipe"));
    }

    static Stream<Arguments> managers() {
        return Stream.of(
                refused(Written.http("tracing: {}", FORWARD), HCM + ".tracing: not supported"),
                refused(
                        Written.http("codec_type: HTTP3", FORWARD),
                        HCM + ".codec_type: HTTP3: expected AUTO, HTTP1 or HTTP2"),
                refused(
                        Written.http("max_request_headers_kb: 9000", FORWARD),
                        HCM + ".max_request_headers_kb: 9000: expected 1 to 8192"),
                refused(
                        Written.http("http2_protocol_options: { initial_stream_window_size: 1 }", FORWARD),
                        HCM + ".http2_protocol_options.initial_stream_window_size: 1: expected 65535 to 2147483647"),
                refused(
                        Written.http("http2_protocol_options: { allow_connect: true }", FORWARD),
                        HCM + ".http2_protocol_options.allow_connect: not supported"),
                refused(
                        Written.http(
                                "common_http_protocol_options: { headers_with_underscores_action: REJECT_REQUEST }",
                                FORWARD),
                        HCM + ".common_http_protocol_options.headers_with_underscores_action: REJECT_REQUEST not"
                                + " supported: expected ALLOW"),
                refused(
                        Written.http("internal_address_config: { unix_sockets: true }", FORWARD),
                        HCM + ".internal_address_config.unix_sockets: true not supported: expected false"),
                refused(
                        Written.http(
                                "http_protocol_options: { accept_http_10: true, default_host_for_http_10: a/b }",
                                FORWARD),
                        HCM + ".http_protocol_options.default_host_for_http_10: \"a/b\": expected a host and optional"
                                + " port"),
                refused(
                        Written.http("upgrade_configs: [{ upgrade_type: CONNECT }]", FORWARD),
                        HCM + ".upgrade_configs[0].upgrade_type: \"CONNECT\": CONNECT is not supported"),
                refused(
                        Written.http("", FORWARD).replace("[{ name: envoy.filters.http.router }]", "[]"),
                        HCM + ".http_filters: expected the router at the end"),
                refused(
                        Written.http("", FORWARD)
                                .replace("http.router }]", "http.router }, { name: envoy.filters.http.router }]"),
                        HCM + ".http_filters[1]: expected nothing after the router"),
                refused(
                        Written.http(
                                "access_log: [{ name: f, filter: { duration_filter: {} }, typed_config: { \"@type\":"
                                        + " a/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog } }]",
                                FORWARD),
                        HCM + ".access_log[0].filter: not supported"));
    }

    static Stream<Arguments> routes() {
        return Stream.of(
                refused(
                        route("{ match: { prefix: / }, route: { cluster: c, cors: {} } }"),
                        ROUTE + ".route.cors: not supported"),
                refused(
                        route("{ match: { prefix: / }, route: { cluster_header: x } }"),
                        ROUTE + ".route.cluster_header: not supported"),
                refused(
                        route("{ match: { prefix: / }, route: { cluster: c, priority: HIGH } }"),
                        ROUTE + ".route.priority: HIGH not supported: expected DEFAULT"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { cluster: c, retry_policy: { retry_back_off: { base_interval: 2s, max_interval: 1s } } } }"),
                        ROUTE + ".route.retry_policy.retry_back_off.max_interval: PT1S: expected no less than"
                                + " base_interval PT2S"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { cluster: c, retry_policy: { retry_back_off: { max_interval: 1s } } } }"),
                        ROUTE + ".route.retry_policy.retry_back_off.base_interval: 0s: expected more than zero"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { cluster: c, retry_policy: { retry_on: \"5xx, envoy-ratelimited\" } } }"),
                        ROUTE + ".route.retry_policy.retry_on: \"envoy-ratelimited\": expected one of 5xx, cancelled,"
                                + " connect-failure, deadline-exceeded, gateway-error, internal, refused-stream, reset,"
                                + " reset-before-request, resource-exhausted, retriable-4xx, retriable-status-codes,"
                                + " unavailable"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { cluster: c, retry_policy: { retry_on: retriable-status-codes, retriable_status_codes: [99] } } }"),
                        ROUTE + ".route.retry_policy.retriable_status_codes[0]: 99: expected 200 to 599"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { cluster: c, retry_policy: { retry_host_predicate: [{ name: envoy.retry_host_predicates.omit_canary_hosts }] } } }"),
                        ROUTE + ".route.retry_policy.retry_host_predicate[0]:"
                                + " \"envoy.retry_host_predicates.omit_canary_hosts\": expected"
                                + " envoy.retry_host_predicates.previous_hosts"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { weighted_clusters: { clusters: [{ name: a, weight: 0 }] } } }"),
                        ROUTE + ".route.weighted_clusters.clusters: weights add up to 0: expected 1 to 4294967295"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { weighted_clusters: { total_weight: 100, clusters: [{ name: a, weight: 90 }] } } }"),
                        ROUTE + ".route.weighted_clusters.total_weight: 100: expected 90 to 90"),
                refused(
                        route("{ match: { safe_regex: { regex: \"(\" } }, route: { cluster: c } }"),
                        ROUTE + ".match.safe_regex.regex: \"(\": expected an RE2 expression: missing closing )"),
                refused(
                        route("{ match: { safe_regex: { regex: \"(a{1000}){1000}\" } }, route: { cluster: c } }"),
                        ROUTE + ".match.safe_regex.regex: regular expression \"(a{1000}){1000}\" that repeats to"
                                + " 1000000 steps: expected at most 10000"),
                refused(
                        route("{ match: { safe_regex: { regex: " + "a".repeat(1025) + " } }, route: { cluster: c } }"),
                        ROUTE
                                + ".match.safe_regex.regex: regular expression of 1025 characters: expected at most 1024"),
                refused(
                        route(
                                "{ match: { prefix: /, runtime_fraction: { default_value: { numerator: 101 } } }, route: { cluster: c } }"),
                        ROUTE + ".match.runtime_fraction.default_value.numerator: 1010000: expected 0 to 1000000"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { cluster: c }, request_headers_to_add: [{ header: { key: a, value: \"%REQ(x)%\" } }] }"),
                        ROUTE + ".request_headers_to_add[0].header.value: \"%REQ(x)%\": substitution operators are not"
                                + " supported: expected %% for a percent sign"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { cluster: c }, request_headers_to_add: [{ header: { key: Host, value: x } }] }"),
                        ROUTE
                                + ".request_headers_to_add[0].header.key: \"Host\": expected a header that may be changed"),
                refused(
                        route("{ match: { prefix: / }, route: { cluster: c }, response_headers_to_remove: [\"a b\"] }"),
                        ROUTE + ".response_headers_to_remove[0]: \"a b\": expected a header name"),
                refused(
                        route("{ match: { prefix: / }, direct_response: { status: 700 } }"),
                        ROUTE + ".direct_response.status: 700: expected 200 to 599"),
                refused(
                        route("{ match: { prefix: / }, direct_response: { status: 200, body: { inline_string: "
                                + "a".repeat(4097) + " } } }"),
                        ROUTE + ".direct_response.body: 4097 bytes: expected at most 4096"),
                refused(
                        route(
                                "{ match: { prefix: / }, route: { cluster: c, regex_rewrite: { pattern: { regex: a }, substitution: \"\\\\1\" } } }"),
                        ROUTE + ".route.regex_rewrite.substitution: \"\\1\": expected \\0 to \\0"),
                refused(route("{ match: { prefix: / } }"), ROUTE + ": expected route, redirect or direct_response"),
                refused(
                        route(FORWARD).replace("[\"*\"]", "[\"a\", \"A\"]"),
                        HCM + ".route_config.virtual_hosts[0].domains[1]: \"a\": expected a domain used once, also at "
                                + HCM + ".route_config.virtual_hosts[0].domains[0]"));
    }

    static Stream<Arguments> policies() {
        return Stream.of(
                refused(
                        Written.rbac("[{ metadata: { filter: x } }]", "[{ any: true }]"),
                        RULES + ".permissions[0].metadata: not supported"),
                refused(
                        Written.rbac("[{ any: true }]", "[{ filter_state: { key: x } }]"),
                        RULES + ".principals[0].filter_state: not supported"),
                refused(
                        Written.rbac("[{ any: false }]", "[{ any: true }]"),
                        RULES + ".permissions[0].any: false: expected true"),
                refused(Written.rbac("[]", "[{ any: true }]"), RULES + ".permissions: empty: expected at least one"),
                refused(
                        Written.rbac("[{ not_rule: { and_rules: {} } }]", "[{ any: true }]"),
                        RULES + ".permissions[0].not_rule.and_rules.rules: empty: expected at least one"),
                refused(
                        Written.rbac("[{ any: true }]", "[{ authenticated: { principal_name: { prefix: \"\" } } }]"),
                        RULES + ".principals[0].authenticated.principal_name.prefix: empty: expected at least one"
                                + " character"),
                refused(
                        Written.rbac("[{ destination_port_range: { start: 5, end: 5 } }]", "[{ any: true }]"),
                        RULES + ".permissions[0].destination_port_range.end: 5: expected 6 to 65536"));
    }

    @ParameterizedTest
    @MethodSource({"listeners", "managers", "routes", "policies"})
    void a_listener_is_refused_with_the_field_and_what_was_expected(String yaml, String message) {
        InvalidResource refused = catchThrowableOfType(
                InvalidResource.class,
                () -> new Parsers(UnsupportedFields.rejected()).listener(Written.listener(yaml)));
        assertThat(refused).hasMessage(message);
        assertThat(refused.getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void what_decides_who_may_do_what_is_refused_even_when_warnings_were_asked_for(String yaml, String message) {
        assertThatCode(() -> new Parsers(UnsupportedFields.warnedOf()).listener(Written.listener(yaml)))
                .hasMessage(message);
    }

    @Test
    void all_unsupported_fields_are_told_at_once_through_typed_configs_too() {
        String yaml =
                Written.http("tracing: {}\n          via: x", FORWARD.replace("cluster: c", "cluster: c, cors: {}"))
                        + "tcp_backlog_size: 1";
        assertThatCode(() -> new Parsers(UnsupportedFields.rejected()).listener(Written.listener(yaml)))
                .hasMessage(String.join(
                        "; ",
                        ROUTE + ".route.cors: not supported",
                        HCM + ".tracing: not supported",
                        HCM + ".via: not supported",
                        "listeners[l].tcp_backlog_size: not supported"));
    }

    @Test
    void with_warnings_asked_for_a_field_has_no_effect_and_is_listed() {
        UnsupportedFields policy = UnsupportedFields.warnedOf();
        String yaml = Written.http("tracing: {}", FORWARD)
                        .replace(
                                "[{ name: envoy", "[{ name: lua, typed_config: { \"@type\": a/b.Lua } }, { name: envoy")
                + "tcp_backlog_size: 1";
        assertThat(new Parsers(policy).listener(Written.listener(yaml)).chains())
                .hasSize(1);
        assertThat(policy.listed())
                .containsExactly(
                        HCM + ".http_filters[0].typed_config: type \"a/b.Lua\" not supported",
                        HCM + ".tracing: not supported",
                        "listeners[l].tcp_backlog_size: not supported");
    }

    private static String route(String route) {
        return Written.http("", route);
    }

    private static Arguments refused(String yaml, String message) {
        return Arguments.of(yaml, message);
    }
}
