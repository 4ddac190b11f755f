package io.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.weft.proxy.bootstrap.YamlFixture;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.EnvoyApi;
import io.weft.proxy.wire.Message;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RefusedClustersTest {

    private static final String HTTP =
            "typed_extension_protocol_options: { h: { \"@type\": a/" + UpstreamHttpParser.EXTENSION + ", %s } }";
    private static final String TLS = "transport_socket: { name: t, typed_config: { \"@type\": a/" + TlsParser.PACKAGE
            + "UpstreamTlsContext, common_tls_context: { %s } } }";
    private static final String AT = "clusters[c].transport_socket.typed_config.common_tls_context";
    private static final String OPTIONS = "clusters[c].typed_extension_protocol_options[h]";

    private final Parsers parsers = new Parsers(UnsupportedFields.rejected());

    static Stream<Arguments> clusters() {
        return Stream.of(
                refused("outlier_detection: {}", "outlier_detection: not supported"),
                refused("health_checks: [{}]", "health_checks: not supported"),
                refused(
                        "lb_policy: RING_HASH",
                        "lb_policy: RING_HASH: expected ROUND_ROBIN, LEAST_REQUEST, RANDOM or" + " CLUSTER_PROVIDED"),
                refused(
                        "lb_policy: CLUSTER_PROVIDED",
                        "lb_policy: expected CLUSTER_PROVIDED with type ORIGINAL_DST and" + " only with it"),
                refused(
                        "type: ORIGINAL_DST",
                        "lb_policy: expected CLUSTER_PROVIDED with type ORIGINAL_DST and only with it"),
                refused(
                        "least_request_lb_config: {}",
                        "least_request_lb_config: expected only with lb_policy" + " LEAST_REQUEST"),
                refused("connect_timeout: 0s", "connect_timeout: 0s: expected more than zero"),
                refused("dns_jitter: 1s", "dns_jitter: not supported"),
                refused("type: EDS", "eds_cluster_config.eds_config: missing: expected ads"),
                refused(
                        "type: EDS\neds_cluster_config: { eds_config: { path_config_source: { path: /x } } }",
                        "eds_cluster_config.eds_config.path_config_source: not supported"),
                refused(
                        "type: EDS\neds_cluster_config: { eds_config: { ads: {}, initial_fetch_timeout: 15s } }",
                        "eds_cluster_config.eds_config.initial_fetch_timeout: 15s not supported: expected 0s"),
                refused(
                        "common_lb_config: { healthy_panic_threshold: { value: .nan } }",
                        "common_lb_config.healthy_panic_threshold.value: NaN: expected 0 to 100"),
                refused(
                        "common_lb_config: { zone_aware_lb_config: {} }",
                        "common_lb_config.zone_aware_lb_config: not supported"),
                refused(
                        "circuit_breakers: { thresholds: [{ max_retries: 3 }] }",
                        "circuit_breakers.thresholds[0].max_retries: 3 not supported: expected 4294967295"),
                refused(
                        "upstream_bind_config: { source_address: { address: 127.0.0.6, port_value: 7 } }",
                        "upstream_bind_config.source_address.port_value: 7: expected 0, which lets the system choose"),
                refused(
                        "upstream_bind_config: { extra_source_addresses: [{ address: { address: '::6', port_value: 0 } }] }",
                        "upstream_bind_config.extra_source_addresses: expected a source_address before them"),
                refused(
                        "load_assignment: { cluster_name: c, endpoints: [{ lb_endpoints: [{ endpoint: { address: {"
                                + " socket_address: { address: a.b, port_value: 1 } } } }] }] }",
                        "load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address: \"a.b\":"
                                + " expected an IP address"),
                refused(
                        "load_assignment: { cluster_name: c, policy: { overprovisioning_factor: 100 } }",
                        "load_assignment.policy.overprovisioning_factor: 100 not supported: expected 140"),
                refused(
                        "load_assignment: { cluster_name: c, endpoints: [{ lb_endpoints: [{ load_balancing_weight: 0,"
                                + " endpoint: { address: { pipe: { path: /x } } } }] }] }",
                        "load_assignment.endpoints[0].lb_endpoints[0].load_balancing_weight: 0: expected 1 to"
                                + " 4294967295"),
                refused("type: LOGICAL_DNS", "load_assignment.endpoints: expected exactly one endpoint"));
    }

    @ParameterizedTest
    @MethodSource("clusters")
    void a_cluster_is_refused_with_the_field_and_what_was_expected(String yaml, String message) {
        assertThatCode(() -> parsers.cluster(Written.cluster("name: c\n" + yaml)))
                .hasMessage("clusters[c]." + message);
    }

    static Stream<Arguments> transports() {
        return Stream.of(
                Arguments.of(
                        HTTP.formatted("common_http_protocol_options: {}"),
                        OPTIONS + ": expected explicit_http_config, use_downstream_protocol_config or auto_config"),
                Arguments.of(
                        HTTP.formatted(
                                "explicit_http_config: { http2_protocol_options: { max_concurrent_streams: 1 } }"),
                        OPTIONS + ".explicit_http_config.http2_protocol_options.max_concurrent_streams: not supported"),
                Arguments.of(
                        HTTP.formatted("explicit_http_config: { http3_protocol_options: {} }"),
                        OPTIONS + ".explicit_http_config.http3_protocol_options: not supported"),
                Arguments.of(
                        HTTP.formatted("auto_config: {}"),
                        "clusters[c].typed_extension_protocol_options: auto_config: expected TLS, which agrees on ALPN"),
                Arguments.of(
                        HTTP.formatted("explicit_http_config: { http_protocol_options: {} }")
                                + "\nhttp2_protocol_options: {}",
                        "clusters[c].typed_extension_protocol_options: expected either this or the cluster's own"
                                + " *_protocol_options, not both"),
                Arguments.of(
                        TLS.formatted("tls_params: { cipher_suites: [ECDHE-RSA-AES256-GCM-SHA384, AES128-SHA] }"),
                        AT + ".tls_params.cipher_suites[1]: \"AES128-SHA\": expected one of "
                                + String.join(", ", TlsParameters.CIPHERS)),
                Arguments.of(
                        TLS.formatted("tls_params: { cipher_suites: [\"[ECDHE-RSA-AES256-GCM-SHA384|NONE]\"] }"),
                        AT + ".tls_params.cipher_suites[0]: \"NONE\": expected one of "
                                + String.join(", ", TlsParameters.CIPHERS)),
                Arguments.of(
                        TLS.formatted("tls_params: { ecdh_curves: [X25519, secp192r1] }"),
                        AT + ".tls_params.ecdh_curves[1]: \"secp192r1\": expected one of "
                                + String.join(", ", TlsParameters.GROUPS)),
                Arguments.of(
                        TLS.formatted("tls_params: { tls_minimum_protocol_version: TLSv1_1 }"),
                        AT + ".tls_params.tls_minimum_protocol_version: TLSv1_1: expected TLSv1_2 or TLSv1_3"),
                Arguments.of(
                        TLS.formatted(
                                "tls_params: { tls_minimum_protocol_version: TLSv1_3, tls_maximum_protocol_version: TLSv1_2 }"),
                        AT + ".tls_params: minimum version TLS_1_3 above maximum TLS_1_2"),
                Arguments.of(
                        TLS.formatted("validation_context: { verify_certificate_hash: [x] }"),
                        AT + ".validation_context.verify_certificate_hash: not supported"),
                Arguments.of(
                        TLS.formatted("validation_context: { trust_chain_verification: ACCEPT_UNTRUSTED }"),
                        AT + ".validation_context.trust_chain_verification: ACCEPT_UNTRUSTED not supported: expected"
                                + " VERIFY_TRUST_CHAIN"),
                Arguments.of(
                        TLS.formatted(
                                "validation_context: { match_typed_subject_alt_names: [{ san_type: OTHER_NAME, matcher: { exact: x } }] }"),
                        AT
                                + ".validation_context.match_typed_subject_alt_names[0].san_type: OTHER_NAME: expected URI, DNS,"
                                + " IP_ADDRESS or EMAIL"),
                Arguments.of(
                        TLS.formatted(
                                "validation_context: { match_typed_subject_alt_names: [{ san_type: URI, matcher: { exact: x } }] }"),
                        AT + ": names to match but no trusted_ca to believe them by"),
                Arguments.of(
                        TLS.formatted("")
                                + "\nupstream_http_protocol_options: { auto_sni: true, auto_san_validation: true }",
                        AT + ": names to match but no trusted_ca to believe them by"),
                Arguments.of(
                        TLS.formatted("validation_context: { trusted_ca: { filename: /no/such/file.pem } }"),
                        AT + ".validation_context.trusted_ca.filename: \"/no/such/file.pem\": no such file"),
                Arguments.of(
                        TLS.formatted("validation_context: { trusted_ca: { filename: / } }"),
                        AT + ".validation_context.trusted_ca.filename: \"/\": not a regular file"),
                Arguments.of(
                        TLS.formatted("validation_context: { trusted_ca: { environment_variable: NO_SUCH_VARIABLE } }"),
                        AT + ".validation_context.trusted_ca.environment_variable: \"NO_SUCH_VARIABLE\": not set"),
                Arguments.of(
                        TLS.formatted("validation_context: { trusted_ca: { inline_string: secret } }"),
                        AT + ".validation_context.trusted_ca: 6 characters: expected PEM with"
                                + " \"-----BEGIN CERTIFICATE-----\""),
                Arguments.of(
                        TLS.formatted(
                                "tls_certificate_sds_secret_configs: [{ name: a, sds_config: { api_config_source: {"
                                        + " api_type: GRPC, transport_api_version: V3, grpc_services: [{ envoy_grpc: { cluster_name:"
                                        + " vault } }] } } }]"),
                        AT + ".tls_certificate_sds_secret_configs[0].sds_config.api_config_source.grpc_services[0]"
                                + ".envoy_grpc.cluster_name: \"vault\": expected \"sds-grpc\", which the proxy's own"
                                + " identity answers"),
                Arguments.of(
                        TLS.formatted("tls_certificate_sds_secret_configs: [{ name: a }, { name: b }]"),
                        AT + ".tls_certificate_sds_secret_configs: 2 certificates: expected at most 1"));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void a_transport_is_refused_with_the_field_and_what_was_expected(String yaml, String message) {
        assertThatCode(() -> parsers.cluster(Written.cluster("name: c\n" + yaml)))
                .hasMessage(message);
    }

    @Test
    void a_secret_shows_nothing_of_its_key_when_it_is_refused() {
        Message secret = YamlFixture.read(
                "name: s\ntls_certificate: { certificate_chain: { inline_string: \"-----BEGIN CERTIFICATE-----\" },"
                        + " private_key: { inline_string: hunter2 } }",
                "envoy.extensions.transport_sockets.tls.v3.Secret");
        assertThatCode(() -> parsers.secret(secret))
                .hasMessage("secrets[s].tls_certificate.private_key: 7 characters: expected PEM with"
                        + " \"PRIVATE KEY-----\"");
    }

    @Test
    @DisplayName("H6: protobuf nested without end is refused before anything recurses over it")
    void a_nesting_bomb_is_refused() {
        Permission rule = Permission.newBuilder().setAny(true).build();
        for (int i = 0; i < 300; i++) {
            rule = Permission.newBuilder().setNotRule(rule).build();
        }
        RBAC filter = RBAC.newBuilder()
                .setStatPrefix("r")
                .setRules(io.envoyproxy
                        .envoy
                        .config
                        .rbac
                        .v3
                        .RBAC
                        .newBuilder()
                        .putPolicies(
                                "p",
                                Policy.newBuilder()
                                        .addPermissions(rule)
                                        .addPrincipals(Principal.newBuilder().setAny(true))
                                        .build()))
                .build();
        var listener =
                io.envoyproxy.envoy.config.listener.v3.Listener.newBuilder().setName("l");
        listener.addFilterChainsBuilder().addFiltersBuilder().setTypedConfig(Any.pack(filter));
        assertThatCode(() -> parsers.listener(EnvoyApi.message(listener.build())))
                .isInstanceOf(InvalidResource.class)
                .hasMessageStartingWith("listeners[l].filter_chains[0].filters[0].typed_config: not a valid");
        assertThatCode(() -> parsers.listener(EnvoyApi.bytes(listener.build()))).isInstanceOf(InvalidResource.class);
    }

    @Test
    void a_field_that_this_version_of_the_api_does_not_know_is_refused() {
        Cluster cluster = Cluster.newBuilder()
                .setName("c")
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                4000,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build();
        assertThatCode(() -> parsers.cluster(EnvoyApi.message(cluster)))
                .hasMessage("clusters[c]: field number 4000 is unknown: not supported");
    }

    @Test
    void durations_at_the_edge_of_their_type_are_refused_and_not_wrapped() {
        Cluster cluster = Cluster.newBuilder()
                .setName("c")
                .setConnectTimeout(
                        Duration.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(Integer.MIN_VALUE))
                .build();
        assertThatCode(() -> parsers.cluster(EnvoyApi.message(cluster)))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("connect_timeout: 9223372036854775804");
    }

    @Test
    void a_resource_that_cannot_be_parsed_is_still_named() {
        byte[] whole = Cluster.newBuilder().setName("broken").build().toByteArray();
        byte[] cut = Arrays.copyOf(whole, whole.length + 2);
        Arrays.fill(cut, whole.length, cut.length, (byte) 0xff);
        assertThat(Parsers.nameOf(Bytes.of(cut))).isEqualTo("broken");
        assertThat(Parsers.nameOf(Bytes.EMPTY)).isEmpty();
        assertThat(Parsers.nameOf(Bytes.utf8("\u0000x"))).isEmpty();
        assertThatCode(() -> parsers.cluster(Bytes.of(cut)))
                .hasMessageStartingWith("clusters[broken]: not a valid envoy.config.cluster.v3.Cluster: ");
    }

    @Test
    void a_name_cannot_forge_a_line_of_a_log() {
        assertThatCode(() -> parsers.routes(EnvoyApi.message(
                        RouteConfiguration.newBuilder().setName("a\nb").build())))
                .hasMessage("routes[a?b].name: \"a?b\": expected no control characters");
    }

    @Test
    void endpoints_share_the_map_of_their_metadata() {
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName("c");
        var locality = assignment.addEndpointsBuilder();
        for (int i = 1; i < 4; i++) {
            var endpoint = locality.addLbEndpointsBuilder();
            endpoint.getEndpointBuilder()
                    .getAddressBuilder()
                    .getSocketAddressBuilder()
                    .setAddress("10.0.0." + i)
                    .setPortValue(80);
            endpoint.getMetadataBuilder()
                    .putFilterMetadata(
                            "envoy.transport_socket_match",
                            Struct.newBuilder()
                                    .putFields(
                                            "tlsMode",
                                            Value.newBuilder()
                                                    .setStringValue("istio")
                                                    .build())
                                    .build());
        }
        var endpoints = parsers.assignment(EnvoyApi.message(assignment.build()))
                .endpoints()
                .getFirst()
                .endpoints();
        assertThat(endpoints.get(2).transportMetadata())
                .containsEntry("tlsMode", "istio")
                .isSameAs(endpoints.get(0).transportMetadata());
    }

    private static Arguments refused(String yaml, String message) {
        return Arguments.of(yaml, message);
    }
}
