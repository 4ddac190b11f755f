package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.HttpConnectionManager.Http1;
import io.weft.proxy.config.HttpConnectionManager.Limits;
import io.weft.proxy.config.HttpConnectionManager.Timeouts;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Http2Client;
import io.weft.proxy.testing.RunningProxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long clients' connections live, by age, by number of requests and by idleness, and who may speak HTTP/1.0. */
@Timeout(60)
class DownstreamLifeTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

    private static Snapshot http(int port, Timeouts timeouts, Limits limits, Http1 http1) {
        HttpConnectionManager manager =
                Fixture.manager(Fixture.routes(Fixture.forwardTo("app")), timeouts, limits, http1);
        return Fixture.http(manager, Fixture.cluster("app", port));
    }

    private static Snapshot aging(int port, Duration most, Duration drain) {
        Timeouts usual = Timeouts.DEFAULT;
        return http(
                port,
                new Timeouts(usual.idle(), usual.requestHeaders(), usual.request(), usual.streamIdle(), drain, most),
                Limits.DEFAULT,
                Http1.DEFAULT);
    }

    private static Snapshot counting(int port, int most) {
        return http(port, Timeouts.DEFAULT, new Limits(60 * 1024, 100, most), Http1.DEFAULT);
    }

    private static Snapshot speaking(int port, Http1 http1) {
        return http(port, Timeouts.DEFAULT, Limits.DEFAULT, http1);
    }

    private static void pass(long millis) throws InterruptedException {
        assertThat(new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void a_client_that_ends_without_a_word_is_let_go() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(speaking(app.port(), Http1.DEFAULT));
                Client client = proxy.connect()) {
            client.endSpeech();
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void a_client_that_ends_within_the_http2_preface_is_let_go() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(speaking(app.port(), Http1.DEFAULT));
                Client client = proxy.connect()) {
            client.send("PRI * HTTP/2.0\r\n\r\n").endSpeech();
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void an_old_connection_is_told_so_with_the_next_answer() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy =
                        new RunningProxy(aging(app.port(), Duration.ofMillis(300), Duration.ofSeconds(30)));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().has("connection: close")).isFalse();
            pass(500);
            Client.Answer last = client.send(GET).answer();
            assertThat(last.status()).as("not closed under the client's hands").isEqualTo(200);
            assertThat(last.has("connection: close")).isTrue();
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void an_old_connection_without_another_request_is_closed_after_the_time_to_drain() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy =
                        new RunningProxy(aging(app.port(), Duration.ofMillis(200), Duration.ofMillis(200)));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().has("connection: close")).isFalse();
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void a_connection_that_grew_old_in_silence_is_closed_and_told_of() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy =
                        new RunningProxy(aging(app.port(), Duration.ofMillis(200), Duration.ofSeconds(30)));
                Client client = proxy.connect()) {
            assertThat(client.isClosed()).isTrue();
            assertThat(proxy.connectionEnded()).isEqualTo("duration_timeout");
        }
    }

    @Test
    void an_old_http2_connection_ends_when_its_streams_have() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (Endpoint app = new Endpoint(request -> {
                    await(go);
                    return Endpoint.ok("ok");
                });
                RunningProxy proxy =
                        new RunningProxy(aging(app.port(), Duration.ofMillis(200), Duration.ofSeconds(5)));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, true, "GET", "/");
            assertThat(client.goAway().word(0)).isEqualTo(Integer.MAX_VALUE);
            go.countDown();
            assertThat(client.answer(1).body()).isEqualTo("ok");
            assertThat(client.goAway().word(0)).isEqualTo(1);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void a_connection_carries_no_more_requests_than_it_may() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(counting(app.port(), 3));
                Client client = proxy.connect();
                Http2Client second = new Http2Client(proxy.port())) {
            client.send(GET + GET + GET + GET);
            assertThat(client.answer().has("connection: close")).isFalse();
            assertThat(client.answer().has("connection: close")).isFalse();
            assertThat(client.answer().has("connection: close")).isTrue();
            assertThat(client.isClosed()).isTrue();
            assertThat(app.seen()).hasSize(3);
            for (int stream = 1; stream <= 5; stream += 2) {
                assertThat(second.get(stream, "/").body()).isEqualTo("ok");
            }
            second.goAway();
            assertThat(second.isClosed()).isTrue();
        }
    }

    @Test
    void an_idle_http2_connection_says_goodbye_and_is_closed() throws Exception {
        Timeouts usual = Timeouts.DEFAULT;
        Timeouts idle = new Timeouts(
                Duration.ofMillis(200),
                usual.requestHeaders(),
                usual.request(),
                usual.streamIdle(),
                usual.drain(),
                Duration.ZERO);
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(http(app.port(), idle, Limits.DEFAULT, Http1.DEFAULT));
                Http2Client used = new Http2Client(proxy.port());
                Http2Client unused = new Http2Client(proxy.port())) {
            assertThat(used.get(1, "/").body()).isEqualTo("ok");
            assertThat(used.goAway().error()).isZero();
            assertThat(used.isClosed()).isTrue();
            assertThat(unused.goAway().error()).isZero();
            assertThat(unused.isClosed()).isTrue();
        }
    }

    @Test
    void http_1_0_without_a_host_gets_the_one_that_is_configured_or_400_H_02() throws Exception {
        try (Endpoint app = new Endpoint(request -> Endpoint.ok(request.head()))) {
            try (RunningProxy proxy = new RunningProxy(speaking(app.port(), new Http1(true, "old.example.com")));
                    Client client = proxy.connect();
                    Client named = proxy.connect()) {
                assertThat(client.send("GET / HTTP/1.0\r\n\r\n").rest()).contains("host: old.example.com");
                assertThat(named.send("GET / HTTP/1.0\r\nHost: x\r\n\r\n").rest())
                        .contains("Host: x\r\n")
                        .doesNotContain("old.example.com");
            }
            try (RunningProxy proxy = new RunningProxy(speaking(app.port(), Http1.DEFAULT));
                    Client client = proxy.connect()) {
                assertThat(client.send("GET / HTTP/1.0\r\n\r\n").answer().status())
                        .isEqualTo(400);
                assertThat(proxy.logged().details()).isEqualTo("missing_host");
            }
        }
    }

    @Test
    void http_1_0_is_answered_426_where_it_is_not_accepted_H_02() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(speaking(app.port(), new Http1(false, "x")));
                Client client = proxy.connect()) {
            assertThat(client.send("GET / HTTP/1.0\r\nHost: x\r\n\r\n").answer().status())
                    .isEqualTo(426);
            assertThat(proxy.logged().details()).isEqualTo("low_version");
            assertThat(app.seen()).isEmpty();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
