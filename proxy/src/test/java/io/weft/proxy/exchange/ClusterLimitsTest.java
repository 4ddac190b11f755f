package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Http2Client;
import io.weft.proxy.testing.Http2Endpoint;
import io.weft.proxy.testing.RunningProxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits of a cluster (feature R-04) and the age of its idle connections, on traffic. */
@Timeout(60)
class ClusterLimitsTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

    private static Cluster atMost(int requests, Cluster cluster) {
        return Fixture.bounded(cluster, new Cluster.Limits(1024, 1024, requests), Cluster.DEFAULT_IDLE_TIMEOUT);
    }

    @Test
    void a_request_beyond_the_greatest_number_is_answered_503_at_once_and_says_so() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    begun.countDown();
                    go.await(10, TimeUnit.SECONDS);
                    Http2Endpoint.ok(request, wire, "ok");
                });
                RunningProxy proxy = new RunningProxy(Fixture.http(
                        atMost(1, Fixture.speaking(Fixture.cluster("app", app.port()), Cluster.Protocol.HTTP2))));
                Client first = proxy.connect();
                Client second = proxy.connect()) {
            first.send(GET);
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            Client.Answer refused = second.send(GET).answer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.has("x-envoy-overloaded: true")).isTrue();
            RunningProxy.Logged logged = proxy.logged();
            assertThat(logged.flags()).containsExactly(ResponseFlag.UO);
            assertThat(logged.details()).isEqualTo("upstream_reset_before_response_started{overflow}");
            go.countDown();
            assertThat(first.answer().body()).isEqualTo("ok");
            assertThat(second.send(GET).answer().body())
                    .as("there is room again")
                    .isEqualTo("ok");
        }
    }

    @Test
    void the_limit_holds_for_http1_too_and_a_request_that_failed_no_longer_counts() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Endpoint app = new Endpoint(request -> {
                    if (!request.line().startsWith("POST")) {
                        return Endpoint.ok("ok");
                    }
                    begun.countDown();
                    await(go);
                    return null;
                });
                RunningProxy proxy = new RunningProxy(Fixture.http(atMost(1, Fixture.cluster("app", app.port()))));
                Client first = proxy.connect();
                Client second = proxy.connect()) {
            first.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(second.send(GET).answer().status()).isEqualTo(503);
            assertThat(proxy.logged().flags()).containsExactly(ResponseFlag.UO);
            go.countDown();
            assertThat(first.answer().status()).isEqualTo(503);
            assertThat(proxy.logged().flags()).containsExactly(ResponseFlag.UC);
            for (int i = 0; i < 5; i++) {
                assertThat(second.send(GET).answer().status()).isEqualTo(200);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_stream_that_lasts_longer_than_the_cluster_lets_it_is_a_504_or_reset_R_08() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (request.path().equals("/begun")) {
                        wire.headers(request.stream(), false, ":status", "200");
                    }
                    never.await(10, TimeUnit.SECONDS);
                });
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.lasting(
                        Fixture.speaking(Fixture.cluster("app", app.port()), Cluster.Protocol.HTTP2),
                        Duration.ofMillis(200))));
                Client client = proxy.connect();
                Http2Client second = new Http2Client(proxy.port());
                Client slow = proxy.connect()) {
            Client.Answer answer = client.send(GET).answer();
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.body()).isEqualTo("upstream max stream duration reached");
            RunningProxy.Logged logged = proxy.logged();
            assertThat(logged.flags()).containsExactly(ResponseFlag.UMSDR);
            assertThat(logged.details()).isEqualTo("upstream_max_stream_duration_reached");
            second.request(1, true, "GET", "/begun");
            assertThat(second.answer(1).reset()).isNotNegative();
            assertThat(proxy.logged().flags()).containsExactly(ResponseFlag.UMSDR);
            slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na");
            assertThat(slow.answer().status()).as("the client was the late one").isEqualTo(408);
            never.countDown();
        }
    }

    @Test
    void a_connection_that_was_dialled_and_never_used_grows_old_as_well() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.bounded(
                        Fixture.cluster("app", app.port()),
                        new Cluster.Limits(1024, 1024, 0),
                        Duration.ofMillis(200))));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(503);
            assertThat(app.seen()).isEmpty();
            assertThat(proxy.traffic("app").connectionsActive()).isEqualTo(1);
            long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (proxy.traffic("app").connectionsActive() > 0) {
                assertThat(System.nanoTime()).isLessThan(giveUp);
                assertThat(new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS))
                        .isFalse();
            }
        }
    }
}
