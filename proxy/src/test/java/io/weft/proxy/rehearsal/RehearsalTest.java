package io.weft.proxy.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.TlsParameters.Validation;
import io.weft.proxy.config.TlsParameters.Version;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.rehearsal.Rehearsal.Length;
import io.weft.proxy.telemetry.Workload;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real data planes in this process, mutual TLS with certificates of an authority of the test's own. */
class RehearsalTest {

    private static final Logger LOG = Logger.getLogger("io.weft.proxy.rehearsal");
    private static final Duration LONG = Duration.ofMinutes(1);

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private final Handler listening = new Handler() {
        @Override
        public void publish(LogRecord record) {
            told.add(new SimpleFormatter().formatMessage(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOG.setLevel(Level.ALL);
        LOG.addHandler(listening);
    }

    @AfterEach
    void stopListening() {
        LOG.removeHandler(listening);
        LOG.setLevel(null);
    }

    private Map<String, Secret> secrets() {
        X509Svid svid = authority.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(authority.trustDomain(), "shop", "cart"),
                Duration.ofHours(1),
                Set.of());
        return Map.of(
                "default",
                new Secret.Certificate(svid.chainPem(), svid.keyPem()),
                "ROOTCA",
                new Secret.Trust(authority.bundle().toPem()));
    }

    private static Snapshot mesh(Cluster.Protocol protocol, Map<String, Secret> secrets) {
        TlsParameters mutual = new TlsParameters(
                Version.TLS_1_2,
                Version.TLS_1_3,
                List.of(),
                List.of(),
                List.of("istio"),
                new CertificateSource.Named("default"),
                new Validation(new TrustSource.Named("ROOTCA"), List.of()));
        Cluster cluster = Fixture.cluster("a", protocol, new UpstreamTls(mutual, "", false, false), List.of());
        Snapshot routed = Fixture.http(Fixture.manager(Fixture.routes(Fixture.forwardTo("a"))), cluster);
        return new Snapshot(1, routed.listeners(), routed.clusters(), routed.routes(), secrets);
    }

    private static Rehearsal rehearsal(int requests, Duration most) {
        return new Rehearsal(new Length(requests, most), Workload.UNKNOWN_WORKLOAD, InstantSource.system());
    }

    private String next() throws InterruptedException {
        String line = told.poll(20, TimeUnit.SECONDS);
        return line == null ? "nothing was told" : line;
    }

    /** It is over a moment after it was told of. */
    private static void awaitOver(Rehearsal rehearsal) {
        long end = System.nanoTime() + LONG.toNanos();
        while (!rehearsal.isOver() && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(rehearsal.isOver()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Cluster.Protocol.class)
    void every_protocol_is_rehearsed_through_both_roles_over_mutual_tls_LC_07(Cluster.Protocol protocol)
            throws Exception {
        Play play = Play.of(mesh(protocol, secrets()));
        try (RunningProxy proxy = new RunningProxy(play.exit())) {
            int exit = proxy.port();
            assertThatThrownBy(() -> new Visitor(exit, System.nanoTime() + LONG.toNanos()).ask(List.of("/"), 1))
                    .as("nobody without a certificate is answered")
                    .isInstanceOf(java.io.IOException.class);
            proxy.apply(play.whole(exit));
            int entry = proxy.proxy().bound().stream()
                    .filter(bound -> bound.listener().name().equals(Play.ENTRY))
                    .findFirst()
                    .orElseThrow()
                    .addresses()
                    .getFirst()
                    .getPort();
            Visitor visitor = new Visitor(entry, System.nanoTime() + LONG.toNanos());
            visitor.ask(play.paths(), 35);
            assertThat(visitor.answers()).isEqualTo(35 * play.paths().size());
            for (int i = 0; i < 2 * visitor.answers(); i++) {
                RunningProxy.Logged logged = proxy.logged();
                assertThat(logged.status()).isEqualTo(200);
                assertThat(logged.cluster()).isIn("", "/http1", "/http2");
            }
            for (String path : play.paths()) {
                assertThat(proxy.traffic(path).connections())
                        .as("handshakes are rehearsed too, by %s", path)
                        .isGreaterThanOrEqualTo(35 / 4);
            }
        }
    }

    @Test
    void it_runs_once_and_is_over_afterwards() throws Exception {
        try (Rehearsal rehearsal = rehearsal(24, LONG)) {
            assertThat(rehearsal.isOver()).isFalse();
            rehearsal.begin(mesh(Cluster.Protocol.HTTP2, secrets()));
            rehearsal.begin(mesh(Cluster.Protocol.HTTP2, secrets()));
            assertThat(next()).matches("rehearsed 48 requests in [0-9,]+ ms");
            awaitOver(rehearsal);
            rehearsal.begin(mesh(Cluster.Protocol.HTTP2, secrets()));
            assertThat(told).isEmpty();
        }
    }

    @Test
    void an_identity_that_cannot_be_used_is_told_and_keeps_nobody_waiting() throws Exception {
        try (Rehearsal rehearsal = rehearsal(24, LONG)) {
            rehearsal.begin(mesh(Cluster.Protocol.HTTP1, Map.of()));
            assertThat(next())
                    .matches("rehearsed 0 requests in [0-9,]+ ms; then expected status 200, got HTTP/1.1 503[^!]*");
            awaitOver(rehearsal);
        }
    }

    @Test
    void when_its_time_is_over_it_is_over() throws Exception {
        try (Rehearsal rehearsal = rehearsal(Length.MAX_REQUESTS, Duration.ofMillis(50))) {
            rehearsal.begin(mesh(Cluster.Protocol.HTTP1, secrets()));
            assertThat(next()).endsWith("; then the time was over");
            awaitOver(rehearsal);
        }
    }

    @Test
    void a_proxy_that_ends_does_not_wait_for_it() throws Exception {
        Rehearsal rehearsal = rehearsal(Length.MAX_REQUESTS, LONG);
        rehearsal.begin(mesh(Cluster.Protocol.HTTP1, secrets()));
        rehearsal.close();
        assertThat(rehearsal.isOver()).isTrue();
        rehearsal.begin(mesh(Cluster.Protocol.HTTP1, secrets()));
        assertThat(told).hasSizeLessThanOrEqualTo(1).noneMatch(line -> line.startsWith("rehearsed 100"));
    }

    @Test
    void where_none_is_wanted_it_is_over_from_the_beginning() {
        try (Rehearsal rehearsal = rehearsal(0, LONG)) {
            assertThat(rehearsal.isOver()).isTrue();
            rehearsal.begin(mesh(Cluster.Protocol.HTTP1, secrets()));
        }
        assertThat(told).isEmpty();
    }

    @Test
    void a_visitor_of_nobody_and_one_out_of_time_say_so() throws Exception {
        try (Socket bound = new Socket()) {
            bound.bind(null); // and does not listen: nobody else is given the port meanwhile
            int nobody = bound.getLocalPort();
            assertThatThrownBy(() -> new Visitor(nobody, System.nanoTime() + LONG.toNanos()).ask(List.of("/"), 1))
                    .isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> new Visitor(nobody, System.nanoTime() - 1).ask(List.of("/"), 1))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }
}
