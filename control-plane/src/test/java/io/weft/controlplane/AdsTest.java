package io.weft.controlplane;

import static io.weft.controlplane.TestMesh.clusterOf;
import static io.weft.controlplane.TestMesh.service;
import static io.weft.controlplane.TestProxy.node;
import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.ENDPOINT;
import static io.weft.controlplane.generate.ResourceType.LISTENER;
import static io.weft.controlplane.generate.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.StreamObserver;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The xDS server over real sockets and real TLS, with Envoy's own stubs as the client. */
class AdsTest {
    private TestMesh mesh;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        mesh = TestMesh.in(folder);
        mesh.write("cart.yaml", service("shop", "cart", "10.1.0.1"));
        mesh.write("pay.yaml", service("bank", "pay", "10.1.0.2"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        mesh.close();
    }

    @Test
    @DisplayName("X-01: delta")
    void a_proxy_gets_its_clusters_and_their_endpoints_incrementally() throws Exception {
        TestProxy proxy = proxy("shop", "cart");
        awaitCluster(proxy, clusterOf("bank", "pay"));
        proxy.subscribe(ENDPOINT, clusterOf("bank", "pay"));
        DeltaDiscoveryResponse endpoints = proxy.next(ENDPOINT);
        assertThat(endpoints.getResources(0).getName()).isEqualTo(clusterOf("bank", "pay"));
        proxy.subscribe(LISTENER);
        proxy.next(LISTENER);
        assertThat(proxy.of(LISTENER)).containsKeys("virtualOutbound", "virtualInbound");
    }

    @Test
    @DisplayName("X-01: state of the world")
    void a_proxy_gets_its_clusters_as_the_state_of_the_world() throws Exception {
        var responses = new LinkedBlockingQueue<DiscoveryResponse>();
        StreamObserver<DiscoveryRequest> requests = AggregatedDiscoveryServiceGrpc.newStub(
                        mesh.channel(mesh.svid("shop", "cart")))
                .streamAggregatedResources(new Collecting(responses));
        requests.onNext(DiscoveryRequest.newBuilder()
                .setNode(node("shop", "cart-0"))
                .setTypeUrl(CLUSTER.typeUrl())
                .build());
        DiscoveryResponse first = next(responses);
        List<String> names = names(first);
        while (!names.contains(clusterOf("shop", "cart")) || !names.contains(clusterOf("bank", "pay"))) {
            names = names(next(responses));
        }
        mesh.delete("pay.yaml");
        while (names.contains(clusterOf("bank", "pay"))) {
            names = names(next(responses));
        }
        assertThat(names).contains(clusterOf("shop", "cart"));
        assertThat(first.getControlPlane().getIdentifier()).isEqualTo("weft");
        requests.onCompleted();
    }

    @Test
    @DisplayName("section 4: an edit is live in under 200 ms")
    void an_edit_reaches_a_connected_proxy_in_under_200_ms() throws Exception {
        TestProxy proxy = proxy("shop", "cart");
        String cluster = clusterOf("bank", "pay");
        awaitCluster(proxy, cluster);
        proxy.subscribe(ENDPOINT, cluster);
        proxy.next(ENDPOINT);
        Duration best = Duration.ofDays(1);
        for (int i = 10; i < 15; i++) {
            long start = System.nanoTime();
            mesh.write("pay.yaml", service("bank", "pay", "10.1.0." + i));
            proxy.next(ENDPOINT);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            best = took.compareTo(best) < 0 ? took : best;
        }
        assertThat(best).isLessThan(Duration.ofMillis(200));
        assertThat(mesh.metric("pilot_proxy_convergence_time_count")).isPositive();
    }

    @Test
    @DisplayName("X-12, R2: a proxy that comes back after a restart gets the difference only, and loses what vanished")
    void a_proxy_that_comes_back_to_a_restarted_control_plane_gets_the_difference() throws Exception {
        TestProxy before = proxy("shop", "cart");
        awaitCluster(before, clusterOf("bank", "pay"));
        awaitCluster(before, clusterOf("shop", "cart"));
        var kept = new TreeMap<>(before.of(CLUSTER));

        mesh.restart(() -> {
            mesh.delete("pay.yaml");
            mesh.write("mail.yaml", service("shop", "mail", "10.1.0.9"));
        });
        assertThat(before.end().getCode()).isEqualTo(io.grpc.Status.Code.UNAVAILABLE);

        TestProxy after = TestProxy.connect(mesh.channel(mesh.svid("shop", "cart")), node("shop", "cart-0"));
        after.resume(CLUSTER, kept);
        DeltaDiscoveryResponse answer = after.next(CLUSTER);
        assertThat(answer.getResourcesList())
                .extracting(resource -> resource.getName())
                .containsExactly(clusterOf("shop", "mail"));
        assertThat(answer.getRemovedResourcesList()).containsExactly(clusterOf("bank", "pay"));
    }

    @Test
    @DisplayName("X-04, O-02: a refusal is shown with the proxy's own words")
    void a_nack_is_shown_in_syncz_and_counted() throws Exception {
        TestProxy proxy = TestProxy.connect(mesh.channel(mesh.svid("shop", "cart")), node("shop", "cart-0"));
        proxy.subscribe(CLUSTER);
        proxy.refuse("clusters[x].lb_policy: not supported");
        // A request that is answered shows that the refusal before it has arrived.
        proxy.subscribe(SECRET, "ROOTCA");
        proxy.next(SECRET);
        assertThat(mesh.get("/debug/syncz").body())
                .contains("\"cluster_status\": \"NACKED\"")
                .contains("clusters[x].lb_policy: not supported")
                .contains("\"cluster_acked\": \"\"")
                .contains("\"identity\": \"spiffe://cluster.local/ns/shop/sa/cart\"");
        assertThat(mesh.metric("pilot_total_xds_rejects{type=\"cds\"}")).isEqualTo(1);
        assertThat(mesh.metric("pilot_xds_cds_reject")).isEqualTo(1);
    }

    @Test
    void a_proxy_whose_view_is_unchanged_is_not_woken() throws Exception {
        TestProxy cart = proxy("shop", "cart");
        awaitCluster(cart, clusterOf("bank", "pay"));
        mesh.write("pod.yaml", pod("bank", "pay", "10.0.0.1"));
        TestProxy pay = TestProxy.connect(mesh.channel(mesh.svid("bank", "pay")), node("bank", "pay-0"));
        pay.subscribe(LISTENER);
        pay.next(LISTENER);
        double unchanged = mesh.metric("weft_push_unchanged_total");
        mesh.write("policy.yaml", """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: nobody, namespace: bank}
                spec:
                  action: ALLOW
                  rules: [{from: [{source: {namespaces: [nowhere]}}]}]
                """);
        pay.next(response -> response.toString().contains("nobody"));
        assertThat(mesh.metric("weft_push_unchanged_total")).isGreaterThan(unchanged);
        // Whatever was sent to the other one before would be here before the answer to its next request.
        int before = cart.unread();
        cart.subscribe(SECRET, "ROOTCA");
        DeltaDiscoveryResponse next = cart.next(response -> true);
        assertThat(before).isZero();
        assertThat(next.getTypeUrl()).isEqualTo(SECRET.typeUrl());
    }

    @Test
    @DisplayName("R7: a proxy that does not read stalls nobody, and costs one merged offer")
    void a_proxy_that_does_not_read_stalls_nobody_and_gets_the_last_state_when_it_reads() throws Exception {
        TestProxy slow =
                TestProxy.connect(mesh.channel(mesh.svid("shop", "slow"), 1 << 16), node("shop", "slow-0"), false);
        slow.subscribe(CLUSTER);
        TestProxy fast = proxy("shop", "cart");
        awaitCluster(fast, clusterOf("shop", "cart"));
        int changes = 20;
        for (int i = 0; i < changes; i++) {
            StringBuilder many = new StringBuilder();
            for (int s = 0; s < 30; s++) {
                many.append(service("shop", "s" + i + "x" + s, "10.1.1.1")).append("---\n");
            }
            mesh.write("many.yaml", many.toString());
            awaitCluster(fast, clusterOf("shop", "s" + i + "x0"));
        }
        String last = clusterOf("shop", "s" + (changes - 1) + "x29");
        int responses = 0;
        do {
            slow.read();
            slow.next(response -> true);
            responses++;
        } while (!slow.of(CLUSTER).containsKey(last));
        assertThat(responses).as("merged, not queued").isLessThan(changes);
    }

    @Test
    void proxies_that_arrive_and_say_nothing_or_read_nothing_keep_nobody_out() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            many.append(service("shop", "many" + i, "10.1.1.1")).append("---\n");
        }
        mesh.write("many.yaml", many.toString());
        for (int i = 0; i < 20; i++) {
            TestProxy.connect(mesh.channel(mesh.svid("shop", "silent")), node("shop", "silent-" + i));
            TestProxy deaf = TestProxy.connect(
                    mesh.channel(mesh.svid("shop", "deaf"), 1 << 16), node("shop", "deaf-" + i), false);
            deaf.subscribe(CLUSTER);
        }
        TestProxy cart = proxy("shop", "cart");
        awaitCluster(cart, clusterOf("shop", "many299"));
        assertThat(mesh.metric("weft_xds_arrivals_waiting")).isZero();
    }

    @Test
    @DisplayName("X-14, 6.3: a node that claims another identity than its certificate's")
    void a_node_that_claims_another_namespace_account_or_id_is_refused() throws Exception {
        var channel = mesh.channel(mesh.svid("shop", "cart"));
        assertRefused(TestProxy.connect(channel, node("bank", "cart-0")));
        assertRefused(TestProxy.connect(channel, node("shop", "cart-0", "SERVICE_ACCOUNT", "pay")));
        assertRefused(TestProxy.connect(
                channel,
                node("shop", "cart-0").toBuilder()
                        .setId("sidecar~10.0.0.1~pay-0.bank~bank.svc.cluster.local")
                        .build()));
        assertThat(mesh.metric("weft_xds_denied_total{cause=\"other_identity\"}"))
                .isEqualTo(3);
    }

    @Test
    void a_caller_without_a_certificate_gets_no_configuration() throws Exception {
        TestProxy proxy = TestProxy.connect(mesh.channel(null), node("shop", "cart-0"));
        assertThat(proxy.end().getCode()).isEqualTo(io.grpc.Status.Code.UNAUTHENTICATED);
    }

    @Test
    void a_caller_with_a_certificate_of_another_authority_gets_nothing() throws Exception {
        Authority stranger = Authority.inMemory(TestMesh.TRUST_DOMAIN, InstantSource.system());
        X509Svid svid = stranger.issueOwn(
                io.weft.certs.key.KeyAlgorithm.EC_P256,
                TestMesh.id("shop", "cart"),
                Duration.ofHours(1),
                java.util.Set.of());
        TestProxy proxy = TestProxy.connect(mesh.channel(svid), node("shop", "cart-0"));
        // A client may keep a certificate to itself that the server's list of authorities does not ask for.
        assertThat(proxy.end().getCode()).isIn(io.grpc.Status.Code.UNAVAILABLE, io.grpc.Status.Code.UNAUTHENTICATED);
    }

    @Test
    @DisplayName("6.3: a stream ends with the certificate that opened it")
    void a_stream_ends_when_the_certificate_that_opened_it_expires() throws Exception {
        X509Svid shortLived = mesh.svid("shop", "cart", Duration.ofSeconds(3));
        TestProxy proxy = TestProxy.connect(mesh.channel(shortLived), node("shop", "cart-0"));
        proxy.subscribe(CLUSTER);
        proxy.next(CLUSTER);
        assertThat(proxy.end().getCode()).isEqualTo(io.grpc.Status.Code.UNAUTHENTICATED);
        assertThat(proxy.end().getDescription()).contains("expired");
    }

    @Test
    void nothing_is_told_to_a_certificate_that_is_over_even_if_its_timer_is_late() throws Exception {
        TestProxy proxy = proxy("shop", "cart");
        awaitCluster(proxy, clusterOf("bank", "pay"));

        mesh.advance(Duration.ofHours(2));
        mesh.write("new.yaml", service("shop", "new", "10.1.0.9"));
        assertThat(proxy.end().getDescription()).contains("expired");
        assertThat(proxy.of(CLUSTER)).doesNotContainKey(clusterOf("shop", "new"));
    }

    @Test
    @DisplayName("6.3: at most four streams of one proxy")
    void a_fifth_stream_of_one_proxy_is_refused_until_another_one_ends() throws Exception {
        var channel = mesh.channel(mesh.svid("shop", "cart"));
        TestProxy first = TestProxy.connect(channel, node("shop", "cart-0"));
        first.subscribe(CLUSTER);
        first.next(CLUSTER);
        for (int i = 0; i < 3; i++) {
            TestProxy more = TestProxy.connect(channel, node("shop", "cart-0"));
            more.subscribe(CLUSTER);
            more.next(CLUSTER);
        }
        TestProxy fifth = TestProxy.connect(channel, node("shop", "cart-0"));
        fifth.subscribe(CLUSTER);
        assertThat(fifth.end().getCode()).isEqualTo(io.grpc.Status.Code.RESOURCE_EXHAUSTED);
        TestProxy other = TestProxy.connect(channel, node("shop", "cart-1"));
        other.subscribe(CLUSTER);
        other.next(CLUSTER);
    }

    @Test
    @DisplayName("R4: a message above 4 MiB is refused")
    void a_message_above_4_mib_ends_the_stream() throws Exception {
        TestProxy proxy = TestProxy.connect(mesh.channel(mesh.svid("shop", "cart")), node("shop", "cart-0"));
        proxy.send(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(CLUSTER.typeUrl())
                .addResourceNamesSubscribe("x".repeat(5 << 20)));
        assertThat(proxy.end().getCode()).isEqualTo(io.grpc.Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void a_type_that_is_not_known_is_answered_with_nothing() throws Exception {
        TestProxy proxy = TestProxy.connect(mesh.channel(mesh.svid("shop", "cart")), node("shop", "cart-0"));
        String url = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";
        proxy.send(DeltaDiscoveryRequest.newBuilder().setTypeUrl(url));
        DeltaDiscoveryResponse answer =
                proxy.next(response -> response.getTypeUrl().equals(url));
        assertThat(answer.getResourcesList()).isEmpty();
        proxy.subscribe(CLUSTER);
        proxy.next(CLUSTER);
    }

    @Test
    @DisplayName("R11: a root that is added to the authority's folder reaches every proxy, over SDS")
    void the_roots_come_over_sds_again_when_one_is_added_and_a_private_key_never_does() throws Exception {
        TestProxy proxy = TestProxy.connect(mesh.channel(mesh.svid("shop", "cart")), node("shop", "cart-0"));
        proxy.subscribe(SECRET, "ROOTCA", "default");
        DeltaDiscoveryResponse first = proxy.next(SECRET);
        assertThat(first.getRemovedResourcesList()).containsExactly("default");
        assertThat(roots(first)).isEqualTo(mesh.authority().bundle().toPem());

        Authority second = Authority.inMemory(TestMesh.TRUST_DOMAIN, InstantSource.system());
        Files.writeString(
                mesh.authority.resolve("trusted-roots.pem"), second.bundle().toPem());
        DeltaDiscoveryResponse next = proxy.next(SECRET);
        assertThat(roots(next)).contains(second.bundle().toPem().strip());
        assertThat(first.toString() + next).doesNotContain("PRIVATE KEY");
        // The server's own certificate was renewed with it, and the stream is still open.
        proxy.subscribe(CLUSTER);
        proxy.next(CLUSTER);
    }

    @Test
    @DisplayName("R11: a root that is taken away ends the streams of its certificates, and no others")
    void a_stream_ends_when_the_root_of_its_certificate_is_not_trusted_any_more() throws Exception {
        Authority second = Authority.inMemory(TestMesh.TRUST_DOMAIN, InstantSource.system());
        Path roots = mesh.authority.resolve("trusted-roots.pem");
        TestProxy ours = TestProxy.connect(mesh.channel(mesh.svid("shop", "cart")), node("shop", "cart-0"));
        ours.subscribe(SECRET, "ROOTCA");
        ours.next(SECRET);
        Files.writeString(roots, second.bundle().toPem());
        ours.next(SECRET);
        X509Svid svid = second.issueOwn(
                KeyAlgorithm.EC_P256, TestMesh.id("shop", "cart"), Duration.ofHours(1), java.util.Set.of());
        TestProxy theirs = TestProxy.connect(mesh.channel(svid), node("shop", "cart-1"));
        theirs.subscribe(CLUSTER);
        theirs.next(CLUSTER);

        Files.delete(roots);
        ours.next(SECRET);
        assertThat(theirs.end().getCode()).isEqualTo(io.grpc.Status.Code.UNAUTHENTICATED);
        assertThat(theirs.end().getDescription()).contains("not trusted any more");
        ours.subscribe(CLUSTER);
        ours.next(CLUSTER);
    }

    private TestProxy proxy(String namespace, String account) throws IOException {
        TestProxy proxy =
                TestProxy.connect(mesh.channel(mesh.svid(namespace, account)), node(namespace, account + "-0"));
        proxy.subscribe(CLUSTER);
        return proxy;
    }

    private static void awaitCluster(TestProxy proxy, String name) throws InterruptedException {
        if (!proxy.of(CLUSTER).containsKey(name)) {
            proxy.next(response -> proxy.of(CLUSTER).containsKey(name));
        }
    }

    private static void assertRefused(TestProxy proxy) {
        proxy.subscribe(CLUSTER);
        assertThat(proxy.end().getCode()).isEqualTo(io.grpc.Status.Code.PERMISSION_DENIED);
    }

    private static String pod(String namespace, String app, String address) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %2$s-0, namespace: %1$s, labels: {app: %2$s}}
                spec: {serviceAccountName: %2$s}
                status: {podIP: %3$s, phase: Running}
                """.formatted(namespace, app, address);
    }

    private static String roots(DeltaDiscoveryResponse response) throws IOException {
        return response.getResources(0)
                .getResource()
                .unpack(Secret.class)
                .getValidationContext()
                .getTrustedCa()
                .getInlineString();
    }

    private static DiscoveryResponse next(LinkedBlockingQueue<DiscoveryResponse> responses)
            throws InterruptedException {
        DiscoveryResponse response = responses.poll(10, TimeUnit.SECONDS);
        assertThat(response).isNotNull();
        return response;
    }

    private static List<String> names(DiscoveryResponse response) throws IOException {
        var names = new java.util.ArrayList<String>();
        for (var any : response.getResourcesList()) {
            names.add(any.unpack(Cluster.class).getName());
        }
        return names;
    }

    private record Collecting(LinkedBlockingQueue<DiscoveryResponse> responses)
            implements StreamObserver<DiscoveryResponse> {
        @Override
        public void onNext(DiscoveryResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }
}
