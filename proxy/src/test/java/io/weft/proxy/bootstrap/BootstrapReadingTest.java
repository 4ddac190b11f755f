package io.weft.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.wire.Message;
import io.weft.proxy.xds.parse.DataSources;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.UnsupportedFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a text becomes a message: bit by bit, and yet with all that YAML has to refer to what stood before. */
class BootstrapReadingTest {

    private static final String TYPE = "envoy.config.bootstrap.v3.Bootstrap";

    @Test
    void a_resource_is_handed_on_before_the_rest_of_the_file_is_read() {
        List<String> taken = new ArrayList<>();
        MessageReader.Elements elements = (owner, list, index, element) -> {
            boolean wanted = owner.name().endsWith(".StaticResources");
            if (wanted) {
                taken.add(list.name() + "[" + index + "] " + element.text("name"));
            }
            return wanted;
        };
        String yaml = "static_resources: { clusters: [{ name: a }, { name: b }], listeners: [{ name: l }] }\n";
        Message read = MessageReader.read(new YamlText(yaml, "f"), TYPE, elements);
        assertThat(read.message("static_resources").isEmpty()).isTrue();
        assertThat(taken).containsExactly("clusters[0] a", "clusters[1] b", "listeners[0] l");
        assertThatThrownBy(() -> MessageReader.read(new YamlText(yaml + "]", "f"), TYPE, elements))
                .hasMessageStartingWith("f:2: not YAML: ");
        assertThat(taken).hasSize(6);
        assertThatThrownBy(() -> MessageReader.read(new YamlText("nodes: {}\n" + yaml, "f"), TYPE, elements))
                .hasMessage("f:1: nodes: no such field in " + TYPE);
        assertThat(taken)
                .describedAs("nothing is made of a file that has a problem")
                .hasSize(6);
    }

    @Test
    void files_that_many_clusters_name_are_read_once_and_kept_once() {
        List<String> read = new ArrayList<>();
        DataSources sources = new DataSources() {
            @Override
            public byte[] file(String path) {
                read.add(path);
                return "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n".getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public @Nullable String environment(String name) {
                return null;
            }
        };
        String tls = """
                transport_socket: { name: tls, typed_config: {
                  "@type": x/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext,
                  common_tls_context: { tls_certificates: [{ certificate_chain: { filename: c }, private_key: { filename: k } }] } } }
                """;
        String yaml = "static_resources: { clusters: [{ name: a, %s }, { name: b, %s }] }".formatted(tls, tls);
        Parsers parsers = new Parsers(UnsupportedFields.rejected(), sources);
        Bootstrap bootstrap = BootstrapFile.parse(yaml, "f", parsers);
        assertThat(read).containsExactly("c", "k");
        Secret.Certificate first = certificate(bootstrap.clusters().get(0));
        Secret.Certificate second = certificate(bootstrap.clusters().get(1));
        assertThat(second.keyPem()).isSameAs(first.keyPem());
        assertThat(second.chainPem()).isSameAs(first.chainPem());
        BootstrapFile.parse(yaml, "f", parsers);
        assertThat(read).describedAs("another time as it is then").containsExactly("c", "k", "c", "k");
    }

    private static Secret.Certificate certificate(Cluster cluster) {
        return ((CertificateSource.Inline) Objects.requireNonNull(
                        Objects.requireNonNull(cluster.tls()).parameters().certificate()))
                .certificate();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: &a 1, b: *a, c: &a 2, d: *a            | {\"a\":1,\"b\":1,\"c\":2,\"d\":2}",
                "a: &a {k: &b 1}, b: &b 2, c: *a, d: *b    | {\"a\":{\"k\":1},\"b\":2,\"c\":{\"k\":1},\"d\":2}",
                "a: &a [1, &b {x: *n}], b: *a, c: *b       | {\"a\":[1,{\"x\":\"n\"}],\"b\":[1,{\"x\":\"n\"}],\"c\":{\"x\":\"n\"}}",
                "a: &a 1, *a : 2                           | {\"a\":1,\"1\":2}",
                "a: &a , b: *a                             | {\"a\":null,\"b\":null}",
                "a: &a {x: 1}, b: {<<: *a, y: 2}           | {\"a\":{\"x\":1},\"b\":{\"y\":2,\"x\":1}}",
                "a: 5, <<: {a: 1, b: 2}, b: 9              | {\"a\":5,\"b\":9}",
                "<<: [{a: 1, b: 2}, {b: 4, d: 5}], c: 3    | {\"c\":3,\"a\":1,\"b\":2,\"d\":5}",
                "<<: {a: 1, <<: {b: 2, a: 3}}              | {\"a\":1,\"b\":2}",
                "a: {\"<<\": {b: 1}}                       | {\"a\":{\"<<\":{\"b\":1}}}",
            })
    void what_is_referred_to_is_what_was_last_called_so(String metadata, String json) {
        assertThat(read("node: { id: &n n, metadata: { " + metadata + " } }"))
                .hasToString("{\"node\":{\"id\":\"n\",\"metadata\":" + json + "}}");
    }

    @Test
    void resources_may_be_made_of_others() {
        assertThat(read("""
                static_resources:
                  clusters:
                  - &base { name: a, type: STATIC, connect_timeout: &t 5s }
                  - { <<: *base, name: b }
                  - { name: c, connect_timeout: *t }
                  - *base
                """).message("static_resources").messages("clusters"))
                .extracting(
                        cluster -> cluster.text("name"),
                        cluster -> cluster.message("connect_timeout").wide("seconds"))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a", 5L),
                        org.assertj.core.groups.Tuple.tuple("b", 5L),
                        org.assertj.core.groups.Tuple.tuple("c", 5L),
                        org.assertj.core.groups.Tuple.tuple("a", 5L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'node: { metadata: { a: &a [*a] } }'          | 'f: not YAML: nested deeper than 100'",
                "'node: { metadata: { a: &a { b: *a } } }'     | 'f: not YAML: nested deeper than 100'",
                "'node: { metadata: { <<: { a: 1, a: 2 } } }'  | 'f:1: node.metadata: \"a\" given twice'",
                "'node: { <<: { id: a, id: b } }'              | 'f:1: node.id: given twice'",
                "'node: { <<: 5 }'                             | 'f:1: not YAML: Expected mapping node or an anchor referencing mapping'",
                "'node: { <<: *q }'                            | 'f:1: not YAML: found undefined alias q'",
                "'node: { id: a }\n---\nnode: {}'              | 'f:2: not YAML: but found another document'",
                "'node: { ? { a: b } : c }'                    | 'f: not YAML: Non scalar key is detected but it is not configured to be allowed.'",
                "'node:\n  metadata: { a: &a 0x1F }\n  id: 5'  | 'f:2: node.metadata: \"0x1F\": expected a number\nf:3: node.id: \"5\": expected a string: put it in quotes'",
                "'node: { metadata: { a: { b: 1, b: 2, c: [[ 3 ]] } }, id: 5 }' | 'f:1: node.metadata: \"b\" given twice\nf:1: node.id: \"5\": expected a string: put it in quotes'",
                "'node: { id: !!str 7, cluster: !foo a }'      | 'f:1: node.cluster: \"a\": expected a string: put it in quotes'",
                "'node: !!null { idd: a }'                     | 'f:1: node.idd: no such field in envoy.config.core.v3.Node'",
            })
    void what_cannot_be_read_is_told(String yaml, String problems) {
        assertThat(problems(yaml)).isEqualTo(problems);
    }

    @Test
    void a_problem_of_what_is_referred_to_is_told_where_it_is_written() {
        assertThat(problems("""
                static_resources:
                  clusters:
                  - name: a
                    load_assignment: &endpoints
                      endpoints: 5
                  - name: b
                    load_assignment: *endpoints
                    typ: STATIC
                """)).isEqualTo("""
                f:5: static_resources.clusters[0].load_assignment.endpoints: expected a list
                f:5: static_resources.clusters[1].load_assignment.endpoints: expected a list
                f:8: static_resources.clusters[1].typ: no such field in envoy.config.cluster.v3.Cluster""");
    }

    @Test
    void a_type_may_come_after_the_fields_that_it_explains() {
        String config = """
                static_resources:
                  listeners:
                  - name: a
                    filter_chains:
                    - filters:
                      - name: x
                        typed_config:
                          stat_prefix: &s a
                          cluster: %s
                          "@type": x/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                    - filters: [{ name: *s }]
                """;
        Message listener =
                read(config.formatted("b")).message("static_resources").message("listeners", 0);
        assertThat(listener)
                .hasToString("{\"name\":\"a\",\"filter_chains\":[{\"filters\":[{\"name\":\"x\",\"typed_config\":"
                        + "{\"@type\":\"x/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy\","
                        + "\"stat_prefix\":\"a\",\"cluster\":\"b\"}}]},{\"filters\":[{\"name\":\"a\"}]}]}");
        assertThat(problems(config.formatted("[b]")))
                .isEqualTo("f:9: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.cluster:"
                        + " expected a value, not a list");
    }

    @Test
    @DisplayName("H6: what an alias stands for is not gone through to pass over it")
    void aliases_of_aliases_cost_nothing_where_nobody_asked_for_them() {
        StringBuilder yaml = new StringBuilder("node: { metadata: { a0: &a0 [x, x, x, x, x, x, x, x, x]");
        for (int i = 1; i < 12; i++) {
            yaml.append(", a%d: &a%d [%s]".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(4)));
        }
        assertThat(problems("nodes" + yaml.substring(4) + " }, id: *a11 }"))
                .isEqualTo("f:1: nodes: no such field in " + TYPE);
        assertThat(problems("node: { locality: { region: &a [*b] } }\n".replace("*b", "x") + "nodes" + yaml.substring(4)
                        + " } }\nadmin: *a11\n"))
                .isEqualTo("""
                        f:1: node.locality.region: expected a value, not a list
                        f:2: nodes: no such field in %s
                        f:2: admin: expected an object, not a list""".formatted(TYPE));
    }

    private static Message read(String yaml) {
        return MessageReader.read(new YamlText(yaml, "f"), TYPE);
    }

    private static String problems(String yaml) {
        return String.valueOf(
                catchThrowableOfType(InvalidBootstrap.class, () -> read(yaml)).getMessage());
    }
}
