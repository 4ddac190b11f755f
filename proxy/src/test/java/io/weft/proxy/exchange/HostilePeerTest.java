package io.weft.proxy.exchange;

import static io.weft.proxy.testing.Endpoint.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client or an endpoint does wrong costs nobody else anything. Ids are those of the attack cases. */
@Timeout(60)
class HostilePeerTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", // A1
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", // A3
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", // A6
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", // A8
                "GET /admin#x HTTP/1.1\r\nHost: x\r\n\r\n", // B7
                "GET / HTTP/1.1\r\nHost: x\r\nX: a\nY: b\r\n\r\n", // B1
            })
    void a_request_that_could_be_read_in_two_ways_reaches_no_endpoint(String request) throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect();
                Client other = proxy.connect()) {
            Client.Answer answer = client.send(request + GET).answer();
            assertThat(answer.status()).isBetween(400, 505);
            assertThat(answer.has("connection: close")).isTrue();
            assertThat(client.isClosed()).as("what follows is not looked at").isTrue();
            assertThat(app.seen()).as("O1").isEmpty();
            assertThat(other.send(GET).answer().body()).as("O3").isEqualTo("ok");
            assertThat(proxy.logged().status()).as("O7").isEqualTo(answer.status());
        }
    }

    @Test
    void a_body_that_breaks_off_the_rules_midway_costs_the_endpoints_connection_O2() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client first = proxy.connect();
                Client client = proxy.connect()) {
            assertThat(first.send(GET).answer().status()).isEqualTo(200);
            client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            client.send("5\nworld\r\n0\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(app.seen()).hasSize(1);
            assertThat(first.send(GET).answer().status()).isEqualTo(200);
            assertThat(app.connections())
                    .as("the connection with half a body on it is not used again")
                    .isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 1000 Odd\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
                "nonsense\r\n\r\n",
            })
    void an_answer_that_could_be_read_in_two_ways_is_a_502_A20(String reply) throws Exception {
        try (Endpoint app =
                        new Endpoint(request -> request.line().contains("/bad") ? bytes(reply) : Endpoint.ok("ok"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            assertThat(client.send("GET /bad HTTP/1.1\r\nHost: x\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(502);
            assertThat(client.send(GET).answer().body()).isEqualTo("ok");
            assertThat(app.connections()).as("not reused").isEqualTo(2);
        }
    }

    @Test
    void an_answer_cut_short_cannot_be_taken_for_a_whole_one_A20() throws Exception {
        try (Endpoint app = new Endpoint(request -> bytes(
                        request.line().contains("/chunks")
                                ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
                                : "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client chunks = proxy.connect();
                Client length = proxy.connect()) {
            app.closeAfter(1);
            String got = chunks.send("GET /chunks HTTP/1.1\r\nHost: x\r\n\r\n").rest();
            assertThat(got).startsWith("HTTP/1.1 200").doesNotEndWith("0\r\n\r\n");
            length.send(GET).head();
            assertThat(length.rest()).hasSizeLessThan(10);
            assertThat(proxy.logged().details()).contains("upstream_reset_after_response_started");
        }
    }

    @Test
    void what_comes_behind_an_answer_without_a_body_is_no_answer_to_the_next_request_A20() throws Exception {
        try (Endpoint app = new Endpoint(request -> bytes(
                        request.line().contains("/empty")
                                ? "HTTP/1.1 204 No Content\r\nContent-Length: 42\r\n\r\n"
                                        + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
                                : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            Client.Answer empty =
                    client.send("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n").answer();
            assertThat(empty.status()).isEqualTo(204);
            assertThat(client.send(GET).answer().body()).isEqualTo("ok");
            assertThat(app.connections()).as("not reused").isEqualTo(2);
        }
    }

    @Test
    void bytes_nobody_asked_for_end_the_endpoints_connection_A20() throws Exception {
        try (Endpoint app = new Endpoint(request -> bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().body()).isEqualTo("ok");
            assertThat(client.send(GET).answer().body()).isEqualTo("ok");
            assertThat(app.connections()).isEqualTo(2);
        }
    }

    @Test
    void a_flood_of_interim_answers_is_a_502_A20() throws Exception {
        try (Endpoint app = new Endpoint(
                        request -> bytes("HTTP/1.1 100 Continue\r\n\r\n".repeat(17) + "HTTP/1.1 200 OK\r\n\r\n"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            client.send(GET);
            for (int i = 0; i < 16; i++) {
                assertThat(client.answer().status()).isEqualTo(100);
            }
            assertThat(client.answer().status()).isEqualTo(502);
        }
    }

    @Test
    void switching_protocols_unasked_is_a_502_and_no_tunnel_A18() throws Exception {
        try (Endpoint app = new Endpoint(
                        request -> bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(502);
        }
    }

    @Test
    void a_client_that_never_finishes_its_head_is_cut_off_R14() throws Exception {
        var timeouts = new HttpConnectionManager.Timeouts(
                Duration.ofMinutes(1),
                Duration.ofMillis(100),
                Duration.ZERO,
                Duration.ofMinutes(5),
                Duration.ofSeconds(1),
                Duration.ZERO);
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(Fixture.snapshot(
                        Fixture.listener(
                                Listener.Inspection.NONE,
                                Fixture.chain(
                                        Fixture.manager(Fixture.routes(Fixture.forwardTo("app")), timeouts, List.of()),
                                        null)),
                        Fixture.cluster("app", app.port())));
                Client slow = proxy.connect()) {
            slow.send("GET / HTTP/1.1\r\nHost:");
            assertThat(slow.answer().status()).isEqualTo(408);
            assertThat(slow.isClosed()).isTrue();
        }
    }

    @Test
    void a_client_that_goes_away_takes_its_request_back() throws Exception {
        try (java.net.ServerSocket silent =
                        new java.net.ServerSocket(0, 10, java.net.InetAddress.getLoopbackAddress());
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", silent.getLocalPort())))) {
            java.net.Socket upstream;
            try (Client client = proxy.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
                upstream = silent.accept();
                assertThat(upstream.getInputStream().read()).isEqualTo('P');
            }
            assertThat(proxy.logged().details()).isEqualTo("downstream_remote_disconnect");
            upstream.setSoTimeout(10_000);
            assertThat(drained(upstream))
                    .as("the endpoint's connection is closed, not kept")
                    .isTrue();
            upstream.close();
        }
    }

    private static boolean drained(java.net.Socket socket) {
        try {
            while (socket.getInputStream().read() >= 0) {
                // what was on its way
            }
            return true;
        } catch (java.net.SocketException e) {
            return true;
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
