package io.weft.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.xds.XdsChannelCredentials;
import io.grpc.xds.XdsNameResolverProvider;
import io.grpc.xds.XdsServerBuilder;
import io.grpc.xds.XdsServerCredentials;
import io.weft.examples.lab.Await;
import io.weft.examples.lab.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** grpc-java's own client and server of xDS on our control plane: a mesh without a proxy. */
class ProxylessGrpcTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String TARGET = ":///names.shop.svc.cluster.local:7070";
    private static final String PLAINTEXT = """
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: plaintext, namespace: shop}
            spec: {mtls: {mode: DISABLE}}
            """;
    private static final String STRICT = """
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: strict, namespace: shop}
            spec: {mtls: {mode: STRICT}}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: names, namespace: shop}
            spec: {host: names, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
            """;

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Ports ports = new Ports();
    private final int first = ports.next();
    private final int second = ports.next();
    private WeftControlPlane control;

    @BeforeEach
    void start() throws IOException {
        control = opened(WeftControlPlane.start(folder));
    }

    @AfterEach
    void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    @Test
    @DisplayName("X-13: gRPC resolves a service, spreads calls over its endpoints, and follows their change")
    void a_client_resolves_the_target_spreads_its_calls_and_follows_a_change_of_endpoints() throws Exception {
        mesh(PLAINTEXT, 1, 2);
        server("127.0.0.2", first, "names", "one");
        server("127.0.0.3", second, "names", "two");
        ManagedChannel channel = client("front", TARGET);

        eventually("both are connected", () -> tally(channel, 10).size() == 2);
        assertThat(tally(channel, 40))
                .containsOnlyKeys("one", "two")
                .allSatisfy((name, calls) -> assertThat(calls).isGreaterThan(10));

        mesh(PLAINTEXT, 1);
        eventually("the second endpoint is gone", () -> tally(channel, 10).equals(Map.of("one", 10)));
        mesh(PLAINTEXT, 1, 2);
        eventually("it is back", () -> tally(channel, 10).size() == 2);
        ManagedChannel byShortName = client("front", ":///names.shop:7070");
        eventually("both by its short name", () -> tally(byShortName, 10).size() == 2);
        control.nobodyRefused();
        assertThat(control.connected()).anySatisfy(seen -> {
            assertThat(seen.get("user_agent").getAsString()).isEqualTo("gRPC Java");
            assertThat(seen.toString()).contains("\"endpoint_status\":\"SYNCED\"");
        });
    }

    @Test
    void both_sides_use_certificates_of_our_authority_and_prove_their_ids() throws Exception {
        mesh(STRICT, 1, 2);
        server("127.0.0.2", first, "names", "one");
        server("127.0.0.3", second, "names", "two");
        ManagedChannel channel = client("front", TARGET);

        // The first calls may go out while only one of the connections has shaken hands.
        eventually("both are connected", () -> tally(channel, 20).size() == 2);
        assertThat(tally(channel, 20))
                .containsOnlyKeys(
                        "one to spiffe://cluster.local/ns/shop/sa/front",
                        "two to spiffe://cluster.local/ns/shop/sa/front");
        control.nobodyRefused();
    }

    @Test
    void a_server_with_another_id_than_the_services_is_not_called() throws Exception {
        mesh(STRICT, 1);
        server("127.0.0.2", first, "names", "impostor", "impostor");
        ManagedChannel channel = client("front", TARGET);

        assertThatThrownBy(() -> GrpcName.call(channel))
                .satisfies(e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }

    @Test
    @DisplayName("T-17: what only a sidecar can do is refused with that reason, and nothing is called in plaintext")
    void a_rule_that_names_files_is_refused_by_name_and_others_are_called_as_before() throws Exception {
        mesh(PLAINTEXT + """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: legacy, namespace: shop}
                spec: {clusterIP: 10.96.0.8, selector: {app: names}, ports: [{name: grpc, port: 7070}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: legacy, namespace: shop}
                spec: {host: legacy, trafficPolicy: {tls: {mode: SIMPLE, caCertificates: /etc/legacy/ca.pem}}}
                """, 1);
        server("127.0.0.2", first, "names", "one");
        assertThatThrownBy(() -> GrpcName.call(client("front", ":///legacy.shop.svc.cluster.local:7070")))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                    assertThat(e.getStatus().getDescription()).contains("tls.mode SIMPLE needs a sidecar");
                });
        assertThat(control.log()).contains("tls.mode SIMPLE needs a sidecar");
        assertThat(GrpcName.call(client("front", TARGET))).isEqualTo("one");
    }

    @Test
    void a_server_lets_in_whom_the_policies_allow_and_a_change_of_them_holds_at_once() throws Exception {
        String policy = """
                ---
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: callers, namespace: shop}
                spec:
                  selector: {matchLabels: {app: names}}
                  rules: [{from: [{source: {principals: ["cluster.local/ns/shop/sa/%s"]}}],
                           to: [{operation: {paths: ["/interop.Names/*"], methods: [POST]}}]}]
                ---
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: never, namespace: shop}
                spec:
                  action: DENY
                  rules: [{from: [{source: {namespaces: [elsewhere]}}]}]
                """;
        mesh(STRICT + policy.formatted("front"), 1);
        server("127.0.0.2", first, "names", "one");
        ManagedChannel front = client("front", TARGET);
        ManagedChannel other = client("other", TARGET);

        assertThat(GrpcName.call(front)).startsWith("one to");
        assertThatThrownBy(() -> GrpcName.call(other))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));

        mesh(STRICT + policy.formatted("other"), 1);
        eventually("the other one is let in", () -> GrpcName.tryCall(other) != null);
        eventually("the first one no more", () -> GrpcName.tryCall(front) == null);
        control.nobodyRefused();
    }

    private void eventually(String what, BooleanSupplier holds) {
        assertThat(Await.that(SOON, holds)).as(what).isTrue();
    }

    private static Map<String, Integer> tally(ManagedChannel channel, int calls) {
        var tally = new TreeMap<String, Integer>();
        for (int i = 0; i < calls; i++) {
            tally.merge(GrpcName.call(channel), 1, Integer::sum);
        }
        return tally;
    }

    /** A service with these of its two instances, and more objects. */
    private void mesh(String more, int... instances) {
        var yaml = new StringBuilder("""
                apiVersion: v1
                kind: Service
                metadata: {name: names, namespace: shop}
                spec:
                  clusterIP: 10.96.0.7
                  selector: {app: names}
                  ports: [{name: grpc, port: 7070, targetPort: 7070}]
                """);
        for (int instance : instances) {
            yaml.append("""
                    ---
                    apiVersion: networking.istio.io/v1
                    kind: WorkloadEntry
                    metadata: {name: names-%1$d, namespace: shop}
                    spec:
                      address: 127.0.0.%2$d
                      ports: {grpc: %3$d}
                      labels: {app: names, security.istio.io/tlsMode: istio}
                      serviceAccount: names
                    """.formatted(instance, instance + 1, instance == 1 ? first : second));
        }
        control.write("mesh.yaml", yaml.append(more).toString());
    }

    private Server server(String address, int port, String account, String name) throws Exception {
        return server(address, port, account, name, account);
    }

    /** @param certified whose certificate it has */
    private Server server(String address, int port, String account, String name, String certified) throws Exception {
        Server server = XdsServerBuilder.forPort(port, XdsServerCredentials.create(InsecureServerCredentials.create()))
                .overrideBootstrapForTest(bootstrap(account, address, certified))
                .addService(GrpcName.service(name))
                .build()
                .start();
        opened(() -> {
            server.shutdownNow();
            server.awaitTermination(5, TimeUnit.SECONDS);
        });
        return server;
    }

    private ManagedChannel client(String account, String target) throws IOException {
        // Channels of one scheme share a client of xDS; each of these has its own.
        String scheme = "xds-" + opened.size();
        var provider = XdsNameResolverProvider.createForTest(scheme, bootstrap(account, "127.0.0.9", account));
        NameResolverRegistry.getDefaultRegistry().register(provider);
        opened(() -> NameResolverRegistry.getDefaultRegistry().deregister(provider));
        ChannelCredentials credentials = XdsChannelCredentials.create(InsecureChannelCredentials.create());
        ManagedChannel channel =
                Grpc.newChannelBuilder(scheme + target, credentials).build();
        opened(() -> {
            channel.shutdownNow();
            channel.awaitTermination(5, TimeUnit.SECONDS);
        });
        return channel;
    }

    /** What a program would find in the file that GRPC_XDS_BOOTSTRAP names. */
    private Map<String, Object> bootstrap(String account, String address, String certified) throws IOException {
        Path certificates = control.certificate("shop", certified);
        var bootstrap = new HashMap<String, Object>();
        bootstrap.put(
                "xds_servers",
                List.of(Map.of(
                        "server_uri",
                        "127.0.0.1:" + control.plaintextPort(),
                        "channel_creds",
                        List.of(Map.of("type", "insecure")),
                        "server_features",
                        List.of("xds_v3"))));
        bootstrap.put(
                "node",
                Map.of(
                        "id",
                        "sidecar~" + address + "~" + account + ".shop~shop.svc.cluster.local",
                        "metadata",
                        Map.of(
                                "GENERATOR",
                                "grpc",
                                "NAMESPACE",
                                "shop",
                                "SERVICE_ACCOUNT",
                                account,
                                "INSTANCE_IPS",
                                address)));
        bootstrap.put("server_listener_resource_name_template", "grpc/server?xds.resource.listening_address=%s");
        bootstrap.put(
                "certificate_providers",
                Map.of(
                        "default",
                        Map.of(
                                "plugin_name",
                                "file_watcher",
                                "config",
                                Map.of(
                                        "certificate_file",
                                        certificates.resolve("cert-chain.pem").toString(),
                                        "private_key_file",
                                        certificates.resolve("key.pem").toString(),
                                        "ca_certificate_file",
                                        certificates.resolve("root-cert.pem").toString(),
                                        "refresh_interval",
                                        "60s"))));
        return bootstrap;
    }
}
