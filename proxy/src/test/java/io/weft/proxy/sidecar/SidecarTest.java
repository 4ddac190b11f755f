package io.weft.proxy.sidecar;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.identity.CertificateFiles;
import io.weft.proxy.identity.IssuedOptions;
import io.weft.proxy.identity.IssuedOptions.Proof;
import io.weft.proxy.sidecar.SidecarOptions.IdentityFrom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SidecarTest {

    private final Map<String, String> environment = new HashMap<>(Map.of(
            "POD_NAME", "cart-7d9",
            "POD_NAMESPACE", "shop",
            "SERVICE_ACCOUNT", "cart",
            "INSTANCE_IP", "10.1.0.7"));

    @Test
    void the_node_is_named_as_istio_names_it() throws Exception {
        environment.putAll(Map.of(
                "INSTANCE_IPS", "10.1.0.7,fd00::7",
                "NODE_NAME", "host-1",
                "ISTIO_META_CLUSTER_ID", "east",
                "ISTIO_META_WORKLOAD_NAME", "cart",
                "ISTIO_METAJSON_ANNOTATIONS", "{\"ANNOTATIONS\":{\"a\":\"b\"}}",
                "ISTIO_METAJSON_LABELS", "{\"app\":\"cart\",\"version\":\"v1\"}"));
        Bootstrap.Node node =
                options("app=\"cart2\"\npod-template-hash=\"7d9\"\n").node();

        assertThat(node.id()).isEqualTo("sidecar~10.1.0.7~cart-7d9.shop~shop.svc.cluster.local");
        assertThat(node.cluster()).isEqualTo("cart2.shop");
        Struct.Builder metadata = Struct.newBuilder();
        JsonFormat.parser().merge(node.metadata(), metadata);
        assertThat(text(metadata, "NAMESPACE")).isEqualTo("shop");
        assertThat(text(metadata, "SERVICE_ACCOUNT")).isEqualTo("cart");
        assertThat(text(metadata, "NAME")).isEqualTo("cart-7d9");
        assertThat(text(metadata, "INSTANCE_IPS")).isEqualTo("10.1.0.7,fd00:0:0:0:0:0:0:7");
        assertThat(text(metadata, "CLUSTER_ID")).isEqualTo("east");
        assertThat(text(metadata, "WORKLOAD_NAME")).isEqualTo("cart");
        assertThat(text(metadata, "NODE_NAME")).isEqualTo("host-1");
        assertThat(metadata.getFieldsOrThrow("LABELS").getStructValue().getFieldsMap())
                .containsOnlyKeys("app", "version");
        assertThat(metadata.getFieldsOrThrow("ANNOTATIONS").getStructValue().getFieldsMap())
                .containsKey("a");
    }

    @Test
    void the_control_plane_is_where_proxy_config_says_and_else_in_weft_system() {
        assertThat(options("").discovery()).isEqualTo(new Address.Socket("weft-control-plane.weft-system.svc", 15012));

        environment.put(
                "PROXY_CONFIG",
                "discoveryAddress: 10.0.0.1:15012\nconcurrency: 2\nterminationDrainDuration: 7s\nproxyAdminPort: 15009\nstatusPort: 15019\n");
        SidecarOptions options = options("");
        assertThat(options.discovery()).isEqualTo(new Address.Socket("10.0.0.1", 15012));
        assertThat(options.concurrency()).isEqualTo(2);
        assertThat(options.drainDuration()).isEqualTo(Duration.ofSeconds(7));
        assertThat(options.adminPort()).isEqualTo(15009);
        assertThat(options.agentPort()).isEqualTo(15019);
    }

    @Test
    void the_bootstrap_is_delta_ads_over_mutual_tls_and_admin_on_loopback() {
        environment.put("PROXY_CONFIG", "{\"discoveryAddress\":\"10.0.0.1:15012\"}");
        Bootstrap bootstrap = SidecarBootstrap.of(options(""));

        assertThat(bootstrap.ads()).isEqualTo(new Bootstrap.Ads("xds-grpc", true));
        assertThat(bootstrap.admin()).isEqualTo(new Address.Socket("127.0.0.1", 15000));
        Cluster cluster = bootstrap.clusters().getFirst();
        assertThat(cluster.discovery()).isInstanceOf(Cluster.Discovery.Static.class);
        assertThat(requireNonNull(cluster.tls())
                        .parameters()
                        .validation()
                        .names()
                        .toString())
                .contains("spiffe://cluster.local/ns/weft-system/sa/weft-control-plane");

        environment.put("ISTIO_DELTA_XDS", "false");
        environment.put("PROXY_CONFIG", "");
        Bootstrap named = SidecarBootstrap.of(options(""));
        assertThat(named.ads()).isEqualTo(new Bootstrap.Ads("xds-grpc", false));
        assertThat(named.clusters().getFirst().discovery()).isInstanceOf(Cluster.Discovery.StrictDns.class);
    }

    @Test
    void a_join_token_makes_an_issued_identity_with_istios_rotation_settings() {
        environment.putAll(Map.of(
                "WEFT_JOIN_TOKEN", "weft1.x",
                "TRUST_DOMAIN", "prod.example",
                "SECRET_TTL", "1h30m",
                "SECRET_GRACE_PERIOD_RATIO", "0.2",
                "CA_ADDR", "ca.example:15012",
                "OUTPUT_CERTS", "/etc/istio-output-certs"));

        assertThat(options("").identity()).isInstanceOfSatisfying(IdentityFrom.Issued.class, issued -> {
            IssuedOptions options = issued.options();
            assertThat(options.id()).hasToString("spiffe://prod.example/ns/shop/sa/cart");
            assertThat(options.server()).isEqualTo(new Address.Socket("ca.example", 15012));
            assertThat(options.lifetime()).isEqualTo(Duration.ofMinutes(90));
            assertThat(options.renewalPoint()).isEqualTo(0.8);
            assertThat(options.proof()).isEqualTo(new Proof.JoinToken("weft1.x"));
            assertThat(options.folder()).isEqualTo(Path.of("/etc/istio-output-certs"));
            assertThat(options.toString()).doesNotContain("weft1.x");
        });
    }

    @Test
    void without_a_join_token_the_platforms_token_is_shown_to_a_server_of_the_discovery_name() {
        assertThat(options("").identity())
                .isInstanceOfSatisfying(
                        IdentityFrom.Issued.class,
                        issued -> assertThat(issued.options().proof())
                                .isEqualTo(new Proof.PlatformToken(
                                        Path.of("/var/run/secrets/tokens/istio-token"),
                                        Path.of("/var/run/secrets/istio/root-cert.pem"),
                                        "weft-control-plane.weft-system.svc")));
    }

    @Test
    void mounted_files_are_used_instead_of_a_certificate_service() {
        environment.put("FILE_MOUNTED_CERTS", "true");
        environment.put("ISTIO_META_TLS_CLIENT_KEY", "/keys/key.pem");

        assertThat(options("").identity())
                .isEqualTo(new IdentityFrom.Mounted(new CertificateFiles(
                        Path.of("/etc/certs/cert-chain.pem"),
                        Path.of("/keys/key.pem"),
                        Path.of("/etc/certs/root-cert.pem"))));
    }

    @Test
    void flags_win_over_the_environment() {
        environment.put("PROXY_CONFIG", "{\"discoveryAddress\":\"a:1\",\"concurrency\":4}");
        SidecarOptions options = Sidecar.options(new SidecarInput(
                environment,
                new SidecarFlags("router", "x.example", "edge", "b:2", 1, Duration.ZERO, "/token", "/certs"),
                "",
                List.of()));

        assertThat(options.node().id()).isEqualTo("router~10.1.0.7~cart-7d9.shop~x.example");
        assertThat(options.node().cluster()).isEqualTo("edge");
        assertThat(options.discovery()).isEqualTo(new Address.Socket("b", 2));
        assertThat(options.concurrency()).isEqualTo(1);
        assertThat(options.drainDuration()).isZero();
        assertThat(options.identity())
                .isInstanceOfSatisfying(
                        IdentityFrom.Issued.class,
                        issued -> assertThat(issued.options().proof())
                                .isEqualTo(new Proof.JoinTokenFile(Path.of("/token"))));
    }

    @Test
    void the_meshs_proxy_metadata_stands_behind_the_pods_own_environment() {
        environment.put("PROXY_CONFIG", "{\"proxyMetadata\":{\"SECRET_TTL\":\"2h\",\"SERVICE_ACCOUNT\":\"other\"}}");

        assertThat(options("").identity()).isInstanceOfSatisfying(IdentityFrom.Issued.class, issued -> {
            assertThat(issued.options().lifetime()).isEqualTo(Duration.ofHours(2));
            assertThat(issued.options().id()).hasToString("spiffe://cluster.local/ns/shop/sa/cart");
        });
    }

    @Test
    void the_addresses_of_the_host_serve_where_the_environment_names_none() {
        environment.remove("INSTANCE_IP");
        SidecarOptions options =
                Sidecar.options(new SidecarInput(environment, SidecarFlags.NONE, "", List.of("192.0.2.7")));
        assertThat(options.node().id()).startsWith("sidecar~192.0.2.7~");
    }

    @Test
    void what_stands_on_the_host_is_read_from_the_mounted_labels(@TempDir Path folder) throws Exception {
        Path labels = Files.writeString(folder.resolve("labels"), "app=\"cart\"");
        SidecarInput input = SidecarHost.input(environment, SidecarFlags.NONE, labels);
        assertThat(Sidecar.options(input).node().cluster()).isEqualTo("cart.shop");
        assertThat(SidecarHost.input(environment, SidecarFlags.NONE, folder.resolve("none"))
                        .labelsFile())
                .isEmpty();
    }

    @Test
    void the_locality_is_read_from_the_label() {
        Bootstrap.Node node = options("istio-locality=\"eu.eu-1.rack2\"").node();
        assertThat(List.of(node.region(), node.zone(), node.subZone())).containsExactly("eu", "eu-1", "rack2");
    }

    @ParameterizedTest
    @CsvSource({
        "INSTANCE_IP, 10.1.0, INSTANCE_IP: \"10.1.0\": expected an IP address",
        "TRUST_DOMAIN, No/Such, expected only a-z",
        "SECRET_TTL, soon, 'SECRET_TTL: \"soon\": expected a duration'",
        "SECRET_GRACE_PERIOD_RATIO, 1.5, expected a number from 0 to 1",
        "FILE_MOUNTED_CERTS, yes, expected true or false",
        "CA_ADDR, nowhere, 'CA_ADDR: \"nowhere\": expected host:port'",
        "CA_PROVIDER, GkeWorkloadCertificate, 'expected Citadel'",
        "PROXY_CONFIG, '{\"tracing\":{}}', PROXY_CONFIG.tracing: not supported",
        "PROXY_CONFIG, '[', PROXY_CONFIG: expected YAML or JSON",
        "ISTIO_METAJSON_LABELS, x, ISTIO_METAJSON_LABELS: expected a JSON object",
        "JWT_POLICY, none, 'JWT_POLICY: \"none\"'",
        "ENVOY_STATUS_PORT, 70000, expected a port",
        "SERVICE_ACCOUNT, a/b, contains a slash"
    })
    void a_value_that_is_not_understood_is_told_and_not_taken_for_a_default(String name, String value, String problem) {
        environment.put(name, value);
        assertThatThrownBy(() -> options(""))
                .isInstanceOf(InvalidEnvironment.class)
                .hasMessageContaining(problem);
    }

    @Test
    void all_that_is_wrong_is_told_at_once() {
        environment.putAll(Map.of("SECRET_TTL", "x", "ENVOY_STATUS_PORT", "y"));
        assertThatThrownBy(() -> options(""))
                .isInstanceOfSatisfying(
                        InvalidEnvironment.class, e -> assertThat(e.problems()).hasSize(2));
    }

    @ParameterizedTest
    @CsvSource({"24h,86400000", "1h30m,5400000", "0.5s,500", "100ms,100", "45s,45000", "0,0", "2m3s,123000"})
    void durations_are_read_as_go_writes_them(String text, long millis) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    private SidecarOptions options(String labels) {
        return Sidecar.options(new SidecarInput(environment, SidecarFlags.NONE, labels, List.of()));
    }

    private static String text(Struct.Builder struct, String field) {
        return struct.getFieldsOrThrow(field).getStringValue();
    }
}
