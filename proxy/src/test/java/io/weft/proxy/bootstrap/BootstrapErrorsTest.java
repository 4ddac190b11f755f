package io.weft.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.UnsupportedFields;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person sees who starts the proxy with a file that it does not take. */
class BootstrapErrorsTest {

    private final Parsers parsers = new Parsers(UnsupportedFields.rejected());

    @Test
    void every_problem_of_a_file_is_told_at_once_each_with_its_line() {
        String yaml = """
                layered_runtime: {}
                stats_sinks: []
                static_resources:
                  listeners:
                    - name: a
                      address:
                        socket_address: { address: 127.0.0.1, port_value: 1 }
                      filter_chains:
                        - filters:
                            - name: t
                              typed_config:
                                "@type": x/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                                stat_prefix: t
                                cluster: c
                                tunneling_config:
                                  hostname: h
                    - name: b
                  clusters:
                    - name: c
                      lbPolicy: MAGLEV
                    - name: d
                    - name: d
                """;
        assertThat(problems(yaml))
                .containsExactly(
                        "envoy.yaml:15: listeners[a].filter_chains[0].filters[0].typed_config.tunneling_config: not"
                                + " supported",
                        "envoy.yaml:17: listeners[b].address: expected socket_address or pipe",
                        "envoy.yaml:20: clusters[c].lb_policy: MAGLEV: expected ROUND_ROBIN, LEAST_REQUEST, RANDOM or"
                                + " CLUSTER_PROVIDED",
                        "envoy.yaml:22: clusters[d]: expected a name used once",
                        "envoy.yaml:1: layered_runtime: not supported");
    }

    @Test
    void every_word_that_is_not_envoys_is_told_at_once_each_with_its_line() {
        String yaml = """
                admin: 5
                node: { id: [a], cluster: 7 }
                static_resources:
                  clusters:
                    - nmae: c
                      type: DYNAMIC
                      connect_timeout: 5
                      lb_policy: [a]
                      per_connection_buffer_limit_bytes: 5000000000
                      max_requests_per_connection: 1e999999999
                      respect_dns_ttl: yes
                      typed_extension_protocol_options: { a: { b: c } }
                      load_assignment: &a { endpoints: { x: y } }
                      type: STATIC
                """.replace("      type: STATIC\n", "      cluster_type: { name: x }\n");
        assertThat(problems(yaml))
                .containsExactly(
                        "envoy.yaml:1: admin: expected an object, not \"5\"",
                        "envoy.yaml:2: node.id: expected a value, not a list",
                        "envoy.yaml:2: node.cluster: \"7\": expected a string: put it in quotes",
                        "envoy.yaml:5: static_resources.clusters[0].nmae: no such field in"
                                + " envoy.config.cluster.v3.Cluster",
                        "envoy.yaml:6: static_resources.clusters[0].type: \"DYNAMIC\": expected one of STATIC,"
                                + " STRICT_DNS, LOGICAL_DNS, EDS, ORIGINAL_DST",
                        "envoy.yaml:7: static_resources.clusters[0].connect_timeout: \"5\": expected a duration in"
                                + " seconds, such as 0.25s",
                        "envoy.yaml:8: static_resources.clusters[0].lb_policy: expected a value, not a list",
                        "envoy.yaml:9: static_resources.clusters[0].per_connection_buffer_limit_bytes: \"5000000000\":"
                                + " expected a whole number from 0 to 4294967295",
                        "envoy.yaml:10: static_resources.clusters[0].max_requests_per_connection: \"1e999999999\":"
                                + " expected a whole number from 0 to 4294967295",
                        "envoy.yaml:11: static_resources.clusters[0].respect_dns_ttl: \"yes\": expected true or false",
                        "envoy.yaml:12: static_resources.clusters[0].typed_extension_protocol_options[a]: expected"
                                + " \"@type\"",
                        "envoy.yaml:13: static_resources.clusters[0].load_assignment.endpoints: expected a list");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                       | envoy.yaml: empty",
                "'a: [1'                  | envoy.yaml:1: not YAML: expected ',' or ']', but got <stream end>",
                "'node: {}\nnode: {}'      | envoy.yaml:2: node: given twice",
                "'- a'                    | envoy.yaml:1: expected an object",
                "'admin: *x'              | envoy.yaml:1: not YAML: found undefined alias x",
                "'? [a]\n: b'             | envoy.yaml: not YAML: Non scalar key is detected but it is not configured to be allowed.",
            })
    void what_is_not_a_bootstrap_is_refused_in_a_line(String yaml, String message) {
        assertThat(problems(yaml)).containsExactly(message);
    }

    @Test
    @DisplayName("H6: YAML nested 100,000 deep is refused")
    void deep_yaml_is_refused() {
        assertThat(problems("a: " + "[".repeat(100_000)))
                .containsExactly("envoy.yaml: not YAML: nested deeper than 100");
    }

    @Test
    @DisplayName("H6: aliases of aliases do not multiply")
    void a_billion_laughs_are_refused() {
        StringBuilder yaml = new StringBuilder("node:\n  metadata:\n    a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            yaml.append("    a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(4) + "x"));
        }
        assertThat(problems(yaml.toString())).singleElement().asString().endsWith(": more than 2000000 values");
    }

    @Test
    void references_that_nothing_could_resolve_are_refused() {
        String yaml = """
                dynamic_resources:
                  ads_config:
                    api_type: GRPC
                    transport_api_version: V3
                    grpc_services: [{ envoy_grpc: { cluster_name: nobody } }]
                static_resources:
                  listeners:
                    - name: l
                      address: { socket_address: { address: 127.0.0.1, port_value: 1 } }
                      filter_chains:
                        - filters:
                            - name: t
                              typed_config:
                                "@type": x/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                                stat_prefix: t
                                cluster: c
                """;
        assertThat(problems(yaml))
                .containsExactly(
                        "envoy.yaml: dynamic_resources.ads_config: no static cluster \"nobody\"",
                        "envoy.yaml: listeners[l] filter chain chain-0: no cluster \"c\"");
        assertThat(problems("dynamic_resources: { lds_config: { ads: {} } }"))
                .containsExactly("envoy.yaml:1: dynamic_resources.lds_config: ads: expected"
                        + " dynamic_resources.ads_config to say where that is");
        assertThat(problems("dynamic_resources: { cds_config: { path_config_source: { path: /cds.yaml } } }"))
                .containsExactly("envoy.yaml:1: dynamic_resources.cds_config.path_config_source: not supported");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        assertThat(catchThrowableOfType(
                        InvalidBootstrap.class, () -> BootstrapFile.read(Path.of("/no/such.yaml"), parsers)))
                .hasMessage("/no/such.yaml: no such file");
    }

    @Test
    void with_warnings_asked_for_the_rest_of_the_file_is_used() {
        UnsupportedFields policy = UnsupportedFields.warnedOf();
        Bootstrap bootstrap = BootstrapFile.parse(
                "layered_runtime: {}\nstatic_resources: { clusters: [{ name: c, outlier_detection: {} }] }",
                "envoy.yaml",
                new Parsers(policy));
        assertThat(bootstrap.clusters()).hasSize(1);
        assertThat(policy.listed())
                .containsExactly("clusters[c].outlier_detection: not supported", "layered_runtime: not supported");
    }

    private java.util.List<String> problems(String yaml) {
        return catchThrowableOfType(InvalidBootstrap.class, () -> BootstrapFile.parse(yaml, "envoy.yaml", parsers))
                .problems();
    }
}
