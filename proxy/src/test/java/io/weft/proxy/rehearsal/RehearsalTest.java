package io.weft.proxy.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.RehearsalLength;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.telemetry.Workload;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.LogLines;
import io.weft.proxy.testing.RunningProxy;
import io.weft.proxy.testing.Svids;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real data planes in this process, mutual TLS with certificates of an authority of the test's own. */
class RehearsalTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final LogLines told = new LogLines("io.weft.proxy.rehearsal");
    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());

    @AfterEach
    void stopListening() {
        told.close();
    }

    private Map<String, Secret> secrets() {
        return Svids.secrets(authority, "cart");
    }

    private static Snapshot mesh(Cluster.Protocol protocol, Map<String, Secret> secrets) {
        Cluster cluster = Fixture.cluster(
                "a", protocol, new UpstreamTls(Svids.mutual(List.of("istio")), "", false, false), List.of());
        Snapshot routed = Fixture.http(Fixture.manager(Fixture.routes(Fixture.forwardTo("a"))), cluster);
        return new Snapshot(1, routed.listeners(), routed.clusters(), routed.routes(), secrets);
    }

    private static Rehearsal rehearsal(int requests, Duration most) {
        return new Rehearsal(new RehearsalLength(requests, most), Workload.UNKNOWN_WORKLOAD, InstantSource.system());
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
            assertThat(told.next()).matches("INFO rehearsed 48 requests in [0-9,]+ ms");
            awaitOver(rehearsal);
            rehearsal.begin(mesh(Cluster.Protocol.HTTP2, secrets()));
            assertThat(told.rest()).isEmpty();
        }
    }

    @Test
    void an_identity_that_cannot_be_used_is_told_and_keeps_nobody_waiting() throws Exception {
        try (Rehearsal rehearsal = rehearsal(24, LONG)) {
            rehearsal.begin(mesh(Cluster.Protocol.HTTP1, Map.of()));
            assertThat(told.next())
                    .matches(
                            "INFO rehearsed 0 requests in [0-9,]+ ms; then expected status 200, got HTTP/1.1 503[^!]*");
            awaitOver(rehearsal);
        }
    }

    @Test
    void when_its_time_is_over_it_is_over() throws Exception {
        try (Rehearsal rehearsal = rehearsal(RehearsalLength.MAX_REQUESTS, Duration.ofMillis(50))) {
            rehearsal.begin(mesh(Cluster.Protocol.HTTP1, secrets()));
            assertThat(told.next()).endsWith("; then the time was over");
            awaitOver(rehearsal);
        }
    }

    @Test
    void traffic_waits_no_longer_than_its_time_whatever_keeps_it() {
        try (Rehearsal rehearsal = rehearsal(RehearsalLength.MAX_REQUESTS, Duration.ofNanos(1))) {
            rehearsal.begin(mesh(Cluster.Protocol.HTTP1, secrets()));
            assertThat(rehearsal.isOver())
                    .as("while its data plane is still being made")
                    .isTrue();
            assertThat(told.rest()).isEmpty();
        }
    }

    @Test
    void a_proxy_that_ends_does_not_wait_for_it() throws Exception {
        Rehearsal rehearsal = rehearsal(RehearsalLength.MAX_REQUESTS, LONG);
        rehearsal.begin(mesh(Cluster.Protocol.HTTP1, secrets()));
        rehearsal.close();
        assertThat(rehearsal.isOver()).isTrue();
        rehearsal.begin(mesh(Cluster.Protocol.HTTP1, secrets()));
        assertThat(told.rest()).hasSizeLessThanOrEqualTo(1).noneMatch(line -> line.startsWith("INFO rehearsed 100"));
    }

    @Test
    void where_none_is_wanted_it_is_over_from_the_beginning() {
        try (Rehearsal rehearsal = rehearsal(0, LONG)) {
            assertThat(rehearsal.isOver()).isTrue();
            rehearsal.begin(mesh(Cluster.Protocol.HTTP1, secrets()));
        }
        assertThat(told.rest()).isEmpty();
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
