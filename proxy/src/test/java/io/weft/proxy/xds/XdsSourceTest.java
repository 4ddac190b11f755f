package io.weft.proxy.xds;

import static io.weft.proxy.xds.FakeControlPlane.PATIENCE;
import static io.weft.proxy.xds.FakeControlPlane.delta;
import static io.weft.proxy.xds.FakeControlPlane.world;
import static io.weft.proxy.xds.SampleParser.badCluster;
import static io.weft.proxy.xds.SampleParser.cluster;
import static io.weft.proxy.xds.SampleParser.endpoints;
import static io.weft.proxy.xds.SampleParser.listener;
import static io.weft.proxy.xds.SampleParser.roots;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.netty.GrpcSslContexts;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.UpstreamTls;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The whole client over real sockets, against a control plane that does as it is told. */
class XdsSourceTest {

    private static final TrustDomain DOMAIN = new TrustDomain("cluster.local");
    private static final String VERSION = "v-";

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final BlockingQueue<Snapshot> snapshots = new LinkedBlockingQueue<>();
    private final Identity identity = new Identity();
    private volatile Duration ahead = Duration.ZERO;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }

    @Test
    void a_cluster_and_a_listener_told_over_delta_become_a_snapshot() throws Exception {
        FakeControlPlane control = control(0, null);
        XdsSource source = source(true, control.port(), null, XdsOptions.DEFAULT);
        var stream = control.delta();

        DeltaDiscoveryRequest clusters = stream.next();
        assertThat(clusters.getNode().getId()).isEqualTo("sidecar~10.0.0.1~a.b~b.svc.cluster.local");
        assertThat(clusters.getNode().getUserAgentName()).isEqualTo("weft");
        assertThat(clusters.getResourceNamesSubscribeList()).isEmpty();
        assertThat(stream.next().hasNode()).as("only the first request").isFalse();

        tell(stream, "a");
        Snapshot snapshot = next(s -> !s.listeners().isEmpty());
        assertThat(snapshot.clusters()).containsKey("a");
        assertThat(source.status().connected()).isTrue();
        assertThat(source.status().complete()).isTrue();
        assertThat(source.received())
                .filteredOn(received -> received.type() == ResourceType.CLUSTERS)
                .singleElement()
                .satisfies(received -> {
                    assertThat(received.status()).isEqualTo(ReceivedResource.Status.ACKED);
                    assertThat(received.version()).isEqualTo(VERSION + "c1");
                    assertThat(received.body()).isEqualTo(io.weft.proxy.wire.EnvoyApi.bytes(cluster("a")));
                });
    }

    @Test
    @DisplayName("R4: a bad cluster is refused with its field, the last good one serves, a later good one applies")
    void a_bad_cluster_is_refused_and_the_last_good_one_serves() throws Exception {
        FakeControlPlane control = control(0, null);
        XdsSource source = source(true, control.port(), null, XdsOptions.DEFAULT);
        var stream = control.delta();
        tell(stream, "a");
        next(s -> !s.listeners().isEmpty());

        stream.responses().onNext(delta(ResourceType.CLUSTERS, "c2", Map.of("a", badCluster("a")), List.of()));
        DeltaDiscoveryRequest nack = request(stream, r -> r.getResponseNonce().equals("c2"));
        assertThat(nack.getErrorDetail().getMessage()).isEqualTo("clusters[a].alt_stat_name: not supported");
        assertThat(source.status().types().get(ResourceType.CLUSTERS))
                .isEqualTo(new XdsStatus.Updates(1, 1, "clusters[a].alt_stat_name: not supported"));
        assertThat(source.received())
                .filteredOn(received -> received.status() == ReceivedResource.Status.NACKED)
                .singleElement()
                .satisfies(received -> assertThat(received.version()).isEqualTo(VERSION + "c1"));
        assertThat(snapshots).as("nothing new to show").isEmpty();

        stream.responses()
                .onNext(delta(
                        ResourceType.CLUSTERS,
                        "c3",
                        Map.of(
                                "a",
                                cluster("a").toBuilder()
                                        .setPerConnectionBufferLimitBytes(com.google.protobuf.UInt32Value.of(7))
                                        .build()),
                        List.of()));
        assertThat(request(stream, r -> r.getResponseNonce().equals("c3")).hasErrorDetail())
                .isFalse();
        assertThat(next(s -> true).clusters().get("a"))
                .isEqualTo(Samples.eds("a", "a", 7).withEndpoints(Samples.at(80)));
    }

    @Test
    @DisplayName("X-12, R1: without a control plane the last good configuration stays; the new stream resumes")
    void a_control_plane_that_comes_back_is_told_what_is_held_and_takes_away_what_vanished() throws Exception {
        FakeControlPlane control = control(0, null);
        XdsSource source = source(true, control.port(), null, XdsOptions.DEFAULT);
        var stream = control.delta();
        tell(stream, "a", "b");
        next(s -> !s.listeners().isEmpty());
        control.close();

        FakeControlPlane again = control(control.port(), null);
        var resumed = again.delta();
        DeltaDiscoveryRequest clusters = resumed.next();
        assertThat(clusters.getNode().getId()).isNotEmpty();
        assertThat(clusters.getInitialResourceVersionsMap()).isEqualTo(Map.of("a", "v-c1", "b", "v-c1"));
        assertThat(source.status().connects()).isGreaterThan(1);
        assertThat(snapshots).as("nothing was lost").isEmpty();

        resumed.responses().onNext(delta(ResourceType.CLUSTERS, "n1", Map.of(), List.of("b")));
        assertThat(next(s -> true).clusters()).containsKey("a").doesNotContainKey("b");
    }

    @Test
    void state_of_the_world_is_spoken_when_asked_for() throws Exception {
        FakeControlPlane control = control(0, null);
        source(false, control.port(), null, XdsOptions.DEFAULT);
        var stream = control.stateOfTheWorld();
        assertThat(stream.next().getTypeUrl()).isEqualTo(ResourceType.CLUSTERS.url());
        stream.responses().onNext(world(ResourceType.CLUSTERS, "c1", List.of(cluster("a"), cluster("b"))));
        DiscoveryRequest ask;
        do {
            ask = stream.next();
        } while (!ask.getTypeUrl().equals(ResourceType.ENDPOINTS.url()));
        assertThat(ask.getResourceNamesList()).containsExactlyInAnyOrder("a", "b");
        stream.responses().onNext(world(ResourceType.ENDPOINTS, "e1", List.of(endpoints("a", 80), endpoints("b", 80))));
        assertThat(next(s -> true).clusters()).containsKeys("a", "b");

        stream.responses().onNext(world(ResourceType.CLUSTERS, "c2", List.of(badCluster("a"))));
        DiscoveryRequest nack;
        do {
            nack = stream.next();
        } while (!nack.getResponseNonce().equals("c2"));
        assertThat(nack.getVersionInfo()).isEqualTo("v-c1");
        assertThat(nack.hasErrorDetail()).isTrue();
        assertThat(next(s -> true).clusters()).containsKey("a").doesNotContainKey("b");
    }

    @Test
    @DisplayName("R4: a message above the limit ends the stream, not the configuration")
    void a_message_that_is_too_large_is_not_taken() throws Exception {
        FakeControlPlane control = control(0, null);
        XdsSource source = source(true, control.port(), null, new XdsOptions(Duration.ofSeconds(15), 64 * 1024));
        var stream = control.delta();
        tell(stream, "a");
        next(s -> !s.listeners().isEmpty());

        stream.responses()
                .onNext(delta(
                        ResourceType.CLUSTERS,
                        "c2",
                        Map.of("x".repeat(100_000), cluster("x".repeat(100_000))),
                        List.of()));
        DeltaDiscoveryRequest resumed = control.delta().next();
        assertThat(resumed.getInitialResourceVersionsMap()).containsEntry("a", "v-c1");
        assertThat(source.status().lastError()).contains("RESOURCE_EXHAUSTED").contains("65536");
        assertThat(snapshots).isEmpty();
    }

    @Test
    @DisplayName("R9: a renewed certificate serves at once; the stream stays as long as its own is good")
    void a_renewal_does_not_touch_the_stream() throws Exception {
        Authority authority = Authority.inMemory(DOMAIN, InstantSource.system());
        FakeControlPlane control = control(0, server(authority, SpiffeId.controlPlane(DOMAIN)));
        XdsSource source = source(true, control.port(), toControlPlane(), XdsOptions.DEFAULT);
        X509Svid first = workload(authority);
        identity.has(first, authority);
        var stream = control.delta();
        assertThat(stream.client()).isEqualTo(first.leaf());
        tell(stream, "a");
        next(s -> !s.listeners().isEmpty());
        long opened = source.status().connects();

        X509Svid second = workload(authority);
        identity.has(second, authority);
        Snapshot snapshot = next(s -> true);
        assertThat(snapshot.listeners()).containsKey("l");
        assertThat(snapshot.secrets().get("default"))
                .isEqualTo(new Secret.Certificate(second.chainPem(), second.keyPem()));
        stream.responses().onNext(delta(ResourceType.CLUSTERS, "c2", Map.of("z", cluster("z")), List.of()));
        request(stream, r -> r.getResponseNonce().equals("c2"));
        assertThat(source.status().connects()).isEqualTo(opened);
        assertThat(control.log).containsExactly("open");
    }

    @Test
    @DisplayName("R9: near its end the stream moves to a new one, which is open first, and nothing is sent again")
    void before_its_certificate_ends_the_stream_moves_and_resumes() throws Exception {
        Authority authority = Authority.inMemory(DOMAIN, InstantSource.system());
        FakeControlPlane control = control(0, server(authority, SpiffeId.controlPlane(DOMAIN)));
        source(true, control.port(), toControlPlane(), XdsOptions.DEFAULT);
        identity.has(workload(authority), authority);
        var stream = control.delta();
        tell(stream, "a");
        next(s -> !s.listeners().isEmpty());

        ahead = Duration.ofHours(1).minusMillis(1500);
        X509Svid second = workload(authority);
        identity.has(second, authority);
        var renewed = control.delta();
        assertThat(renewed.client()).isEqualTo(second.leaf());
        assertThat(renewed.next().getInitialResourceVersionsMap()).containsEntry("a", "v-c1");
        // In this order from the proxy, see StreamsTest; the two connections have threads of their own here.
        List<String> steps = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            steps.add(String.valueOf(control.log.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)));
        }
        assertThat(steps).containsExactlyInAnyOrder("open", "open", "close");
        renewed.responses().onNext(delta(ResourceType.CLUSTERS, "n1", Map.of("b", cluster("b")), List.of()));
        request(
                renewed,
                r -> r.getTypeUrl().equals(ResourceType.ENDPOINTS.url())
                        && r.getResourceNamesSubscribeList().contains("b"));
    }

    @Test
    void a_new_certificate_that_the_control_plane_refuses_leaves_the_stream_as_it_is() throws Exception {
        Authority authority = Authority.inMemory(DOMAIN, InstantSource.system());
        FakeControlPlane control = control(0, server(authority, SpiffeId.controlPlane(DOMAIN)));
        XdsSource source = source(true, control.port(), toControlPlane(), XdsOptions.DEFAULT);
        identity.has(workload(authority), authority);
        var stream = control.delta();
        tell(stream, "a");
        next(s -> !s.listeners().isEmpty());
        long opened = source.status().connects();

        ahead = Duration.ofHours(1);
        identity.has(workload(Authority.inMemory(DOMAIN, InstantSource.system())), authority);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (source.status().connects() < opened + 2 && System.nanoTime() - end < 0) {
            stream.responses().onNext(delta(ResourceType.CLUSTERS, "again", Map.of("a", cluster("a")), List.of()));
            request(stream, r -> r.getResponseNonce().equals("again"));
        }
        assertThat(source.status().connects()).isGreaterThanOrEqualTo(opened + 2);
        assertThat(source.status().connected()).isTrue();
        assertThat(control.log).as("a refused connection has no stream").containsExactly("open");
    }

    @Test
    @DisplayName("R11: changed roots come over the stream at once, to the identity and to nobody else")
    void roots_are_asked_for_and_what_is_told_goes_to_the_identity() throws Exception {
        Authority authority = Authority.inMemory(DOMAIN, InstantSource.system());
        FakeControlPlane control = control(0, server(authority, SpiffeId.controlPlane(DOMAIN)));
        identity.followed = Set.of("ROOTCA");
        source(true, control.port(), toControlPlane(), XdsOptions.DEFAULT);
        identity.has(workload(authority), authority);
        var stream = control.delta();
        DeltaDiscoveryRequest ask = request(stream, r -> r.getTypeUrl().equals(ResourceType.SECRETS.url()));
        assertThat(ask.getResourceNamesSubscribeList()).containsExactly("ROOTCA");

        stream.responses()
                .onNext(delta(ResourceType.SECRETS, "s1", Map.of("ROOTCA", roots("ROOTCA", "both")), List.of()));
        assertThat(request(stream, r -> r.getResponseNonce().equals("s1")).hasErrorDetail())
                .isFalse();
        assertThat(identity.told).containsExactly(new Secret.Trust("both"));
        assertThat(snapshots)
                .as("the identity has not said so")
                .noneMatch(snapshot ->
                        new Secret.Trust("both").equals(snapshot.secrets().get("ROOTCA")));
    }

    @Test
    void a_server_of_another_identity_is_not_listened_to() throws Exception {
        Authority authority = Authority.inMemory(DOMAIN, InstantSource.system());
        FakeControlPlane control = control(0, server(authority, SpiffeId.workload(DOMAIN, "other", "thief")));
        XdsSource source = source(true, control.port(), toControlPlane(), XdsOptions.DEFAULT);
        identity.has(workload(authority), authority);

        assertThat(error(source, e -> e.contains("thief"))).contains("weft-control-plane");
        assertThat(source.status().connected()).isFalse();
    }

    @Test
    @DisplayName("R3: without a certificate nothing is said to anybody")
    void it_waits_for_a_certificate_before_it_connects() throws Exception {
        FakeControlPlane control = control(0, null);
        XdsSource source = source(true, control.port(), toControlPlane(), XdsOptions.DEFAULT);

        assertThat(error(source, e -> !e.isEmpty())).contains("secret default is not there");
        assertThat(source.status().waiting()).contains("clusters: no answer yet", "listeners: no answer yet");
    }

    @Test
    void an_ads_cluster_that_is_not_static_is_refused_at_start() {
        assertThatThrownBy(() -> new XdsSource(
                        Samples.bootstrap(true),
                        new SampleParser(),
                        List.of(),
                        loops(),
                        XdsOptions.DEFAULT,
                        InstantSource.system()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ADS cluster xds: expected a static cluster of that name");
    }

    private static void tell(
            FakeControlPlane.Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> stream, String... clusters)
            throws InterruptedException {
        var messages = new java.util.HashMap<String, com.google.protobuf.Message>();
        var assignments = new java.util.HashMap<String, com.google.protobuf.Message>();
        for (String name : clusters) {
            messages.put(name, cluster(name));
            assignments.put(name, endpoints(name, 80));
        }
        stream.responses().onNext(delta(ResourceType.CLUSTERS, "c1", messages, List.of()));
        DeltaDiscoveryRequest ask = request(stream, r -> r.getTypeUrl().equals(ResourceType.ENDPOINTS.url()));
        assertThat(ask.getResourceNamesSubscribeList()).containsExactlyInAnyOrder(clusters);
        stream.responses().onNext(delta(ResourceType.ENDPOINTS, "e1", assignments, List.of()));
        stream.responses()
                .onNext(delta(ResourceType.LISTENERS, "l1", Map.of("l", listener("l", clusters[0])), List.of()));
    }

    private static DeltaDiscoveryRequest request(
            FakeControlPlane.Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> stream,
            Predicate<DeltaDiscoveryRequest> wanted)
            throws InterruptedException {
        while (true) {
            DeltaDiscoveryRequest request = stream.next();
            if (wanted.test(request)) {
                return request;
            }
        }
    }

    private Snapshot next(Predicate<Snapshot> wanted) throws InterruptedException {
        while (true) {
            Snapshot snapshot = snapshots.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (snapshot == null) {
                throw new AssertionError("no such snapshot within " + PATIENCE);
            }
            if (wanted.test(snapshot)) {
                return snapshot;
            }
        }
    }

    private String error(XdsSource source, Predicate<String> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - end < 0) {
            String error = source.status().lastError();
            if (wanted.test(error)) {
                return error;
            }
            if (snapshots.poll(5, TimeUnit.MILLISECONDS) != null) {
                throw new AssertionError("expected no snapshot");
            }
        }
        throw new AssertionError("no such error within " + PATIENCE + ": " + source.status());
    }

    private FakeControlPlane control(int port, @Nullable SslContext tls) throws Exception {
        FakeControlPlane control = new FakeControlPlane(port, tls);
        opened.addLast(control);
        return control;
    }

    private EventLoops loops() {
        return new EventLoops(group, NioSocketChannel.class);
    }

    private XdsSource source(boolean delta, int port, @Nullable UpstreamTls tls, XdsOptions options) {
        Cluster plain = Samples.fixed("xds", new Address.Socket("127.0.0.1", port));
        Cluster xds = Samples.cluster("xds", plain.discovery(), plain.endpoints(), tls, 0);
        Bootstrap bootstrap = Samples.bootstrap(delta, List.of(), List.of(xds));
        XdsSource source = new XdsSource(
                bootstrap,
                new SampleParser(),
                tls == null ? List.of() : List.of(identity),
                loops(),
                options,
                () -> Instant.now().plus(ahead));
        opened.addFirst(source);
        source.start(snapshot -> {
            // A snapshot of the static cluster alone comes first; it says nothing here.
            if (!snapshot.clusters().keySet().equals(Set.of("xds"))
                    || !snapshot.listeners().isEmpty()) {
                snapshots.add(snapshot);
            }
        });
        return source;
    }

    private static UpstreamTls toControlPlane() {
        TlsParameters named = Samples.tls("default", "ROOTCA");
        return new UpstreamTls(
                new TlsParameters(
                        named.min(),
                        named.max(),
                        named.ciphers(),
                        named.groups(),
                        named.alpn(),
                        named.certificate(),
                        new TlsParameters.Validation(
                                named.validation().trust(),
                                List.of(new TlsParameters.NameMatch(
                                        TlsParameters.NameType.URI,
                                        new StringMatch.Exact(
                                                SpiffeId.controlPlane(DOMAIN).toString(), false))))),
                "",
                false,
                false);
    }

    private static X509Svid workload(Authority authority) {
        return authority.issueOwn(
                KeyAlgorithm.EC_P256, SpiffeId.workload(DOMAIN, "b", "a"), Duration.ofHours(1), Set.of());
    }

    private static SslContext server(Authority authority, SpiffeId id) throws SSLException {
        X509Svid svid = authority.issueOwn(KeyAlgorithm.EC_P256, id, Duration.ofHours(2), Set.of());
        return GrpcSslContexts.configure(
                        SslContextBuilder.forServer(stream(svid.chainPem()), stream(svid.keyPem())),
                        SslProvider.OPENSSL)
                .trustManager(stream(authority.bundle().toPem()))
                .clientAuth(ClientAuth.REQUIRE)
                .build();
    }

    private static ByteArrayInputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    /** An identity that the test sets. */
    private static final class Identity implements SecretSource {
        private final List<Consumer<Map<String, Secret>>> listeners = new ArrayList<>();
        private final List<Secret> told = new CopyOnWriteArrayList<>();
        private Set<String> followed = Set.of();

        @Override
        public Set<String> names() {
            return Set.of("default", "ROOTCA");
        }

        @Override
        public Set<String> followed() {
            return followed;
        }

        @Override
        public void told(String name, Secret secret) {
            told.add(secret);
        }

        @Override
        public void subscribe(Consumer<Map<String, Secret>> listener) {
            listeners.add(listener);
            listener.accept(Map.of());
        }

        void has(X509Svid svid, Authority authority) {
            listeners.forEach(listener -> listener.accept(Map.of(
                    "default", new Secret.Certificate(svid.chainPem(), svid.keyPem()),
                    "ROOTCA", new Secret.Trust(authority.bundle().toPem()))));
        }
    }
}
