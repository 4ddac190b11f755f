package io.weft.proxy.exchange;

import static io.weft.proxy.testing.Endpoint.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.RetryPolicy.On;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Http2Endpoint;
import io.weft.proxy.testing.RunningProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Retries that a route asks for (feature R-05), on traffic. */
@Timeout(60)
class RetriesTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

    private static Snapshot http(Cluster cluster, Route.RetryPolicy policy) {
        return Fixture.http(
                cluster,
                forward -> new Route.Forward(forward.cluster(), forward.timeout(), null, null, forward.host(), policy));
    }

    private static Route.RetryPolicy policy(int attempts, On... on) {
        return new Route.RetryPolicy(Set.of(on), attempts, Duration.ZERO);
    }

    private static Route.RetryPolicy perTry(int attempts, On... on) {
        return new Route.RetryPolicy(Set.of(on), attempts, Duration.ofMillis(150));
    }

    private static byte[] status(int code) {
        return bytes("HTTP/1.1 " + code + " No\r\nContent-Length: 0\r\n\r\n");
    }

    private static Endpoint failing(int code) throws Exception {
        return new Endpoint(request -> status(code));
    }

    @Test
    void a_retry_goes_to_an_endpoint_that_has_not_failed_the_request() throws Exception {
        try (Endpoint bad = failing(503);
                Endpoint worse = failing(502);
                Endpoint good = Endpoint.saying("ok")) {
            Cluster cluster = Fixture.balancing(
                    Fixture.cluster("app", bad.port(), worse.port(), good.port()),
                    new Cluster.LoadBalancing.LeastRequest(2));
            try (RunningProxy proxy = new RunningProxy(http(cluster, policy(2, On.GATEWAY_ERROR)));
                    Client client = proxy.connect()) {
                for (int i = 0; i < 20; i++) {
                    assertThat(client.send(GET).answer().status()).isEqualTo(200);
                    assertThat(proxy.logged().flags()).isEmpty();
                }
                assertThat(good.seen()).hasSize(20);
            }
        }
    }

    @Test
    void the_only_endpoint_is_tried_again_and_the_answer_says_when_retries_are_used_up() throws Exception {
        try (Endpoint bad = failing(503);
                RunningProxy proxy =
                        new RunningProxy(http(Fixture.cluster("app", bad.port()), policy(3, On.SERVER_ERROR)));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(503);
            RunningProxy.Logged logged = proxy.logged();
            assertThat(logged.attempts()).isEqualTo(4);
            assertThat(logged.details()).isEqualTo("via_upstream");
            assertThat(logged.flags()).containsExactly(ResponseFlag.URX);
        }
    }

    @Test
    void an_answer_that_the_policy_does_not_name_is_the_answer() throws Exception {
        try (Endpoint bad = failing(500);
                RunningProxy proxy =
                        new RunningProxy(http(Fixture.cluster("app", bad.port()), policy(3, On.GATEWAY_ERROR)));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(500);
            RunningProxy.Logged logged = proxy.logged();
            assertThat(logged.attempts()).isEqualTo(1);
            assertThat(logged.flags()).isEmpty();
        }
    }

    @Test
    void a_small_body_is_sent_again_with_each_retry() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        try (Endpoint app = new Endpoint(
                        request -> refusals.incrementAndGet() % 3 == 0 ? Endpoint.ok("taken") : status(503));
                RunningProxy proxy =
                        new RunningProxy(http(Fixture.cluster("app", app.port()), policy(3, On.SERVER_ERROR)));
                Client client = proxy.connect()) {
            String most = "x".repeat(64 * 1024);
            for (String body : List.of("a", most)) {
                client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                assertThat(client.answer().body()).isEqualTo("taken");
                assertThat(proxy.logged().attempts()).isEqualTo(3);
                assertThat(app.seen().subList(app.seen().size() - 3, app.seen().size()))
                        .allMatch(seen -> seen.body().equals(body));
            }
            client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nab\r\n3\r\ncde\r\n0\r\nX-Sum: 5\r\n\r\n");
            assertThat(client.answer().body()).isEqualTo("taken");
            assertThat(app.seen()).hasSize(9);
            assertThat(app.seen().subList(6, 9)).allMatch(seen -> seen.body().startsWith("abcde"));
        }
    }

    @Test
    void a_large_body_is_not_kept_and_so_not_sent_again() throws Exception {
        try (Endpoint bad = failing(503);
                RunningProxy proxy =
                        new RunningProxy(http(Fixture.cluster("app", bad.port()), policy(3, On.SERVER_ERROR)));
                Client client = proxy.connect()) {
            String body = "x".repeat(64 * 1024 + 1);
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            assertThat(client.answer().status()).isEqualTo(503);
            assertThat(proxy.logged().attempts()).isEqualTo(1);
            assertThat(bad.seen()).hasSize(1);
        }
    }

    @Test
    void a_body_that_still_comes_follows_what_was_sent_again() throws Exception {
        try (ServerSocket app = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                RunningProxy proxy =
                        new RunningProxy(http(Fixture.cluster("app", app.getLocalPort()), policy(2, On.RESET)));
                Client client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
            try (Socket first = app.accept()) {
                assertThat(until(first, "hello")).endsWith("\r\n\r\nhello");
            }
            client.send("world");
            try (Socket second = app.accept()) {
                assertThat(until(second, "world")).endsWith("\r\n\r\nhelloworld");
                second.getOutputStream().write(Endpoint.ok("ok"));
                assertThat(client.answer().body()).isEqualTo("ok");
            }
        }
    }

    private static String until(Socket socket, String end) throws IOException {
        socket.setSoTimeout(10_000);
        StringBuilder read = new StringBuilder();
        int next;
        while (!read.toString().endsWith(end) && (next = socket.getInputStream().read()) >= 0) {
            read.append((char) next);
        }
        return read.toString();
    }

    @Test
    void without_a_policy_nothing_of_a_body_is_kept() throws Exception {
        try (Endpoint leaves = new Endpoint(request -> request.line().startsWith("GET") ? Endpoint.ok("ok") : null);
                RunningProxy proxy =
                        new RunningProxy(http(Fixture.cluster("app", leaves.port()), Route.RetryPolicy.NONE));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().body()).isEqualTo("ok");
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na");
            assertThat(client.answer().status()).isEqualTo(503);
            assertThat(leaves.seen()).hasSize(2);
        }
    }

    @Test
    void a_body_that_waits_for_a_connection_goes_along_with_the_retry() throws Exception {
        try (Endpoint app = Endpoint.saying("ok")) {
            int nobody;
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                nobody = socket.getLocalPort();
            }
            Cluster cluster = Fixture.cluster("app", nobody, app.port());
            try (RunningProxy proxy = new RunningProxy(http(cluster, policy(1, On.RESET_BEFORE_REQUEST)));
                    Client client = proxy.connect()) {
                for (int i = 0; i < 4; i++) {
                    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
                    assertThat(client.answer().status()).isEqualTo(200);
                    assertThat(app.seen().getLast().body()).isEqualTo("hello");
                }
            }
        }
    }

    @Test
    void an_attempt_that_takes_too_long_is_followed_by_another_one() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (Endpoint slow = new Endpoint(request -> {
                    await(never);
                    return null;
                });
                Endpoint good = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(
                        http(Fixture.cluster("app", slow.port(), good.port()), perTry(1, On.GATEWAY_ERROR)));
                Client client = proxy.connect()) {
            for (int i = 0; i < 4; i++) {
                assertThat(client.send(GET).answer().status()).isEqualTo(200);
                assertThat(proxy.logged().flags()).isEmpty();
            }
            assertThat(slow.seen()).isNotEmpty();
            never.countDown();
        }
    }

    @Test
    void an_attempt_that_takes_too_long_is_a_504_where_nothing_follows_it_R_08() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (Endpoint slow = new Endpoint(request -> {
                    await(never);
                    return null;
                });
                RunningProxy proxy = new RunningProxy(http(Fixture.cluster("app", slow.port()), perTry(0)));
                Client client = proxy.connect()) {
            Client.Answer answer = client.send(GET).answer();
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.body()).isEqualTo("upstream request timeout");
            RunningProxy.Logged logged = proxy.logged();
            assertThat(logged.details()).isEqualTo("upstream_per_try_timeout");
            assertThat(logged.flags()).containsExactly(ResponseFlag.UT);
            never.countDown();
        }
    }

    @Test
    void an_answer_that_has_begun_in_time_may_take_longer_than_one_try() throws Exception {
        try (Http2Endpoint slow = new Http2Endpoint((request, wire) -> {
                    wire.headers(request.stream(), false, ":status", "200");
                    assertThat(new CountDownLatch(1).await(400, TimeUnit.MILLISECONDS))
                            .isFalse();
                    wire.body(request.stream(), true, bytes("late"));
                });
                RunningProxy proxy = new RunningProxy(http(
                        Fixture.speaking(Fixture.cluster("app", slow.port()), Cluster.Protocol.HTTP2),
                        perTry(1, On.RESET)));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().body()).isEqualTo("late");
            assertThat(proxy.logged().attempts()).isEqualTo(1);
        }
    }

    @Test
    void a_refused_stream_is_tried_again_as_often_as_the_policy_says() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (refusals.incrementAndGet() <= 3) {
                        wire.reset(request.stream(), 7);
                    } else {
                        Http2Endpoint.ok(request, wire, "ok");
                    }
                });
                RunningProxy proxy = new RunningProxy(http(
                        Fixture.speaking(Fixture.cluster("app", app.port()), Cluster.Protocol.HTTP2),
                        policy(2, On.REFUSED_STREAM)));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().body()).isEqualTo("ok");
            assertThat(proxy.logged().attempts())
                    .as("one, the safe replay, two retries")
                    .isEqualTo(4);
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
