package io.weft.proxy.exchange;

import static io.weft.proxy.testing.Endpoint.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Route;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/1 on both sides, through a real proxy on real sockets. */
@Timeout(60)
class Http1ExchangeTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

    @Test
    void a_request_arrives_byte_for_byte_and_its_answer_returns_so_H_03() throws Exception {
        try (Endpoint app = new Endpoint(
                        request -> bytes("HTTP/1.1 201 Made\r\nX-aBc:  1\r\nContent-Length: 2\r\nX-Z: 2\r\n\r\nhi"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            Client.Answer answer = client.send(
                            "POST /p?q HTTP/1.1\r\nX-MiXeD: v\r\nHost: Shop:80\r\ncontent-LENGTH: 3\r\n\r\nabc")
                    .answer();
            assertThat(answer.head())
                    .isEqualTo("HTTP/1.1 201 Made\r\nX-aBc:  1\r\nContent-Length: 2\r\nX-Z: 2\r\n\r\n");
            assertThat(answer.body()).isEqualTo("hi");
            Endpoint.Seen seen = app.seen().getFirst();
            assertThat(seen.head())
                    .isEqualTo("POST /p?q HTTP/1.1\r\nX-MiXeD: v\r\nHost: Shop:80\r\ncontent-LENGTH: 3\r\n"
                            + "x-forwarded-proto: http\r\n\r\n");
            assertThat(seen.body()).isEqualTo("abc");
            assertThat(proxy.logged().status()).isEqualTo(201);
        }
    }

    @Test
    void many_requests_use_one_connection_on_each_side() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            for (int i = 0; i < 50; i++) {
                assertThat(client.send(GET).answer().body()).isEqualTo("ok");
            }
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void pipelined_requests_get_their_own_answers_in_order() throws Exception {
        try (Endpoint app = new Endpoint(request -> Endpoint.ok(request.line()));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
            }
            client.send(all.toString());
            for (int i = 0; i < 100; i++) {
                assertThat(client.answer().body()).isEqualTo("GET /" + i + " HTTP/1.1");
            }
        }
    }

    @Test
    void chunked_bodies_and_their_trailers_pass_both_ways_H_11() throws Exception {
        try (Endpoint app = new Endpoint(
                        request -> bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
                                + "2;x=y\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            Client.Answer answer = client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "5\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 2\r\n\r\n")
                    .answer();
            assertThat(answer.body()).isEqualTo("abcde|X-Sum: 1");
            assertThat(app.seen().getFirst().body()).isEqualTo("hello world|X-T: 2");
            assertThat(client.send(GET).answer().body())
                    .as("the connection lives on")
                    .isEqualTo("abcde|X-Sum: 1");
        }
    }

    @Test
    void http_1_0_gets_a_body_that_ends_with_the_connection_H_02() throws Exception {
        try (Endpoint app = new Endpoint(request ->
                        bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            String all = client.send("GET / HTTP/1.0\r\nHost: x\r\n\r\n").rest();
            assertThat(all)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("\r\n\r\nabc")
                    .doesNotContain("chunked");
        }
    }

    @Test
    void a_body_that_ends_with_the_endpoints_connection_is_passed_on_whole() throws Exception {
        try (Endpoint app = new Endpoint(request -> bytes("HTTP/1.0 200 OK\r\n\r\nuntil the end"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            app.closeAfter(1);
            assertThat(client.send(GET).answer().body()).isEqualTo("until the end");
        }
    }

    @Test
    void answers_without_a_body_leave_the_connection_usable() throws Exception {
        try (Endpoint app = new Endpoint(request -> request.line().startsWith("HEAD")
                        ? bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
                        : bytes("HTTP/1.1 204 No Content\r\n\r\n"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            assertThat(client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").head()).contains("Content-Length: 10");
            assertThat(client.send(GET).answer().status()).isEqualTo(204);
            assertThat(client.send(GET).answer().status()).isEqualTo(204);
        }
    }

    @Test
    void interim_answers_pass_in_order_and_at_once_H_12() throws Exception {
        try (Endpoint app = new Endpoint(
                        request -> bytes(
                                "HTTP/1.1 100 Continue\r\n\r\n"
                                        + "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
            client.send("a");
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.answer().has("Link: </a>")).isTrue();
            assertThat(client.answer().body()).isEqualTo("ok");
            assertThat(client.send(GET).answer().status()).as("A16").isEqualTo(100);
        }
    }

    @Test
    void a_websocket_upgrade_becomes_a_tunnel_only_where_it_is_allowed_H_07() throws Exception {
        try (Endpoint app = new Endpoint(
                request -> request.head().toLowerCase(java.util.Locale.ROOT).contains("upgrade: websocket")
                        ? bytes(
                                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello from the tunnel")
                        : Endpoint.ok("plain"))) {
            String upgrade =
                    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n";
            var table = Fixture.routes(Fixture.forwardTo("app"));
            var cluster = Fixture.cluster("app", app.port());
            var allowed = Fixture.snapshot(
                    Fixture.listener(
                            Listener.Inspection.NONE,
                            Fixture.chain(
                                    Fixture.manager(
                                            table, HttpConnectionManager.Timeouts.DEFAULT, List.of("websocket")),
                                    null)),
                    cluster);
            try (RunningProxy proxy = new RunningProxy(allowed);
                    Client client = proxy.connect()) {
                assertThat(client.send(upgrade).head())
                        .startsWith("HTTP/1.1 101")
                        .contains("pgrade: websocket");
                assertThat(client.read("hello from the tunnel".length())).isEqualTo("hello from the tunnel");
            }
            try (RunningProxy proxy = new RunningProxy(Fixture.http(cluster));
                    Client client = proxy.connect()) {
                assertThat(client.send(upgrade).answer().body()).isEqualTo("plain");
            }
        }
    }

    @Test
    void a_kept_connection_that_the_endpoint_closed_is_replayed_once_for_safe_requests_P4() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            app.closeAfter(1); // each connection is closed after one answer, without having said so
            for (int i = 0; i < 30; i++) {
                assertThat(client.send(GET).answer().status())
                        .as("request " + i)
                        .isEqualTo(200);
            }
            assertThat(app.seen()).hasSize(30);
        }
    }

    @Test
    void a_post_whose_fate_is_unknown_is_not_sent_twice() throws Exception {
        try (Endpoint app = new Endpoint(request -> request.line().startsWith("POST") ? null : Endpoint.ok("ok"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(200);
            Client.Answer answer = client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na")
                    .answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(app.seen().stream().filter(seen -> seen.line().startsWith("POST")))
                    .hasSize(1);
            proxy.logged();
            assertThat(proxy.logged().details())
                    .isEqualTo("upstream_reset_before_response_started{connection_termination}");
        }
    }

    @Test
    void what_cannot_be_reached_is_answered_503_with_the_reason_H_19() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        try (RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", nobody)));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(503);
            assertThat(proxy.logged().details()).contains("remote_connection_failure");
            // a body that nobody takes does not keep the answer from the client
            assertThat(client.send(
                                    "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 65536\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(503);
        }
    }

    @Test
    void no_route_no_cluster_and_no_endpoint_are_told_apart() throws Exception {
        try (RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app")));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(503);
            assertThat(proxy.logged().details()).isEqualTo("no_healthy_upstream");
            proxy.apply(Fixture.snapshot(proxy.listener(), Fixture.cluster("other", 1)));
            assertThat(client.send(GET).answer().status()).isEqualTo(503);
            assertThat(proxy.logged().details()).isEqualTo("cluster_not_found");
        }
        var none = Fixture.snapshot(Fixture.listener(
                Listener.Inspection.NONE,
                Fixture.chain(
                        Fixture.manager(new io.weft.proxy.config.RouteTable(
                                "t",
                                List.of(),
                                io.weft.proxy.config.HeaderChanges.NONE,
                                io.weft.proxy.config.HeaderChanges.NONE)),
                        null)));
        try (RunningProxy proxy = new RunningProxy(none);
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(404);
            assertThat(proxy.logged().details()).isEqualTo("route_not_found");
        }
    }

    @Test
    void an_endpoint_that_stays_silent_is_a_504_after_the_routes_timeout_R_08() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                RunningProxy proxy = new RunningProxy(Fixture.http(
                        Fixture.cluster("app", silent.getLocalPort()),
                        forward -> new Route.Forward(
                                forward.cluster(),
                                Duration.ofMillis(100),
                                null,
                                null,
                                forward.host(),
                                forward.retry())));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(504);
            assertThat(proxy.logged().details()).isEqualTo("response_timeout");
        }
    }

    @Test
    void requests_are_spread_over_the_endpoints_one_by_one_LB_12() throws Exception {
        try (Endpoint a = Endpoint.saying("a");
                Endpoint b = Endpoint.saying("b");
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", a.port(), b.port())));
                Client client = proxy.connect()) {
            for (int i = 0; i < 40; i++) {
                client.send(GET).answer();
            }
            assertThat(a.seen()).hasSize(20);
            assertThat(b.seen()).hasSize(20);
        }
    }

    @Test
    void endpoints_come_and_go_without_an_error() throws Exception {
        try (Endpoint a = Endpoint.saying("a");
                Endpoint b = Endpoint.saying("b");
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", a.port())));
                Client client = proxy.connect()) {
            Listener listener = proxy.listener();
            for (int i = 0; i < 60; i++) {
                int[] ports = i % 3 == 0
                        ? new int[] {a.port(), b.port()}
                        : i % 3 == 1 ? new int[] {b.port()} : new int[] {a.port()};
                proxy.apply(Fixture.snapshot(listener, Fixture.cluster("app", ports)));
                Client.Answer answer = client.send(GET).answer();
                assertThat(answer.status()).isEqualTo(200);
                if (ports.length == 1) {
                    assertThat(answer.body()).isEqualTo(ports[0] == a.port() ? "a" : "b");
                }
            }
        }
    }

    @Test
    void a_large_body_passes_whole_while_the_reader_is_slow() throws Exception {
        String large = "0123456789abcdef".repeat(512 * 1024); // 8 MiB
        try (Endpoint app = new Endpoint(request -> Endpoint.ok(large));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + large.length() + "\r\n\r\n");
            client.send(large);
            assertThat(client.answer().body()).isEqualTo(large);
            assertThat(app.seen().getFirst().body()).isEqualTo(large);
        }
    }

    @Test
    void a_drained_connection_ends_after_the_answer_at_hand_LC_03() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client busy = proxy.connect();
                Client idle = proxy.connect()) {
            assertThat(busy.send(GET).answer().has("connection: close")).isFalse();
            busy.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
            // An answer that came by way of the endpoint says that the proxy has read what was sent before.
            assertThat(idle.send(GET).answer().status()).isEqualTo(200);
            proxy.proxy().drain(true);
            assertThat(idle.isClosed()).isTrue();
            Client.Answer last = busy.send("b").answer();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.has("connection: close")).isTrue();
            assertThat(busy.isClosed()).isTrue();
        }
    }
}
