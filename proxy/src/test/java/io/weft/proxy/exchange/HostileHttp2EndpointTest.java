package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Frame;
import io.weft.proxy.testing.Http2Client;
import io.weft.proxy.testing.Http2Endpoint;
import io.weft.proxy.testing.Http2Wire;
import io.weft.proxy.testing.RunningProxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an HTTP/2 endpoint does wrong, or does rightly at a bad moment (attack case D11, fault P4). */
@Timeout(60)
class HostileHttp2EndpointTest {

    private static final String GET = "GET /bad HTTP/1.1\r\nHost: x\r\n\r\n";

    private static Snapshot over2(int... ports) {
        return Fixture.http(Fixture.speaking(Fixture.cluster("app", ports), Cluster.Protocol.HTTP2));
    }

    /** Does something odd to the first request and answers all others. */
    private static Http2Endpoint once(Http2Endpoint.Answer odd) throws java.io.IOException {
        AtomicBoolean done = new AtomicBoolean();
        return new Http2Endpoint((request, wire) -> {
            if (request.path().equals("/bad") && done.compareAndSet(false, true)) {
                odd.to(request, wire);
            } else {
                Http2Endpoint.ok(request, wire, "ok");
            }
        });
    }

    @Test
    void a_refused_stream_is_sent_again_whatever_the_method() throws Exception {
        try (Http2Endpoint app = once((request, wire) -> wire.reset(request.stream(), 7));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            assertThat(client.send(GET.replace("GET", "DELETE")).answer().body())
                    .isEqualTo("ok");
            assertThat(app.seen()).hasSize(2);
            assertThat(proxy.logged().attempts()).isEqualTo(2);
        }
    }

    @Test
    void a_stream_refused_twice_is_a_503() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> wire.reset(request.stream(), 7));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(503);
            assertThat(app.seen()).hasSize(2);
            assertThat(proxy.logged().details())
                    .isEqualTo("upstream_reset_before_response_started{remote_refused_stream_reset}");
        }
    }

    @Test
    void a_reset_that_says_nothing_of_being_refused_is_a_503_and_not_sent_again() throws Exception {
        try (Http2Endpoint app = once((request, wire) -> wire.reset(request.stream(), 2));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(503);
            assertThat(app.seen()).hasSize(1);
            assertThat(client.send(GET).answer().body()).isEqualTo("ok");
            assertThat(app.connections()).as("a reset costs the stream alone").isEqualTo(1);
        }
    }

    @Test
    void streams_that_a_goaway_leaves_out_are_sent_again_and_others_finish() throws Exception {
        java.util.concurrent.CountDownLatch both = new java.util.concurrent.CountDownLatch(2);
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (request.connection() > 1 || request.path().equals("/warm")) {
                        Http2Endpoint.ok(request, wire, "connection " + request.connection());
                        return;
                    }
                    both.countDown();
                    both.await();
                    if (request.path().equals("/unseen")) {
                        wire.goAway(request.stream() - 2, 0);
                    } else {
                        Http2Endpoint.ok(request, wire, "connection 1");
                    }
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.get(1, "/warm");
            client.request(3, true, "GET", "/seen").request(5, true, "POST", "/unseen");
            assertThat(client.answer(3).body()).isEqualTo("connection 1");
            assertThat(client.answer(5).body()).isEqualTo("connection 2");
            assertThat(client.get(7, "/later").body()).isEqualTo("connection 2");
        }
    }

    @Test
    void goaway_with_max_streams_zero_in_one_segment_loses_nothing_D11() throws Exception {
        try (Http2Endpoint app = once((request, wire) -> {
                    byte[] goAway = Http2Wire.bytes(Frame.GOAWAY, 0, 0, new byte[8]);
                    byte[] none = Http2Wire.bytes(Frame.SETTINGS, 0, 0, new byte[] {0, 3, 0, 0, 0, 0});
                    byte[] all = java.util.Arrays.copyOf(goAway, goAway.length + none.length);
                    System.arraycopy(none, 0, all, goAway.length, none.length);
                    wire.raw(all);
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().body()).isEqualTo("ok");
            assertThat(app.connections()).isEqualTo(2);
        }
    }

    @Test
    void a_kept_connection_that_the_endpoint_closed_is_replayed_once_for_safe_requests_P4() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (request.stream() > 3) {
                        wire.close(); // every third request on a connection finds it closing
                    } else {
                        Http2Endpoint.ok(request, wire, "ok");
                    }
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            for (int i = 0; i < 30; i++) {
                assertThat(client.send(GET).answer().status())
                        .as("request " + i)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void a_post_whose_fate_is_unknown_is_not_sent_twice() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (request.head().field(":method").equals("POST")) {
                        wire.close();
                    } else {
                        Http2Endpoint.ok(request, wire, "ok");
                    }
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(200);
            assertThat(client.send(GET.replace("GET", "POST")).answer().status())
                    .isEqualTo(503);
            assertThat(app.seen()).hasSize(2);
            proxy.logged();
            assertThat(proxy.logged().details())
                    .isEqualTo("upstream_reset_before_response_started{connection_termination}");
        }
    }

    @Test
    void an_endpoint_that_only_stops_sending_keeps_nobody_waiting() throws Exception {
        try (Http2Endpoint app = once((request, wire) -> wire.socket().shutdownOutput());
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            long before = System.nanoTime();
            assertThat(client.send(GET.replace("GET", "POST")).answer().status())
                    .isEqualTo(503);
            assertThat(java.time.Duration.ofNanos(System.nanoTime() - before))
                    .as("not the route's timeout, nor a graceful close")
                    .isLessThan(java.time.Duration.ofSeconds(4));
        }
    }

    @Test
    void a_body_that_has_begun_to_go_out_is_not_sent_again() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint(
                        Http2Endpoint.When.AT_END, (request, wire) -> wire.reset(request.stream(), 7));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, false, "POST", "/").data(1, true, "body");
            assertThat(client.answer(1).status()).isEqualTo(503);
            assertThat(app.seen()).hasSize(1);
        }
    }

    static Stream<Arguments> brokenAnswers() {
        return Stream.of(
                broken(
                        "two lengths",
                        (request, wire) -> wire.headers(
                                request.stream(),
                                false,
                                ":status",
                                "200",
                                "content-length",
                                "5",
                                "content-length",
                                "6")),
                broken("no status", (request, wire) -> wire.headers(request.stream(), true, "x-a", "1")),
                broken(
                        "a status that is none",
                        (request, wire) -> wire.headers(request.stream(), true, ":status", "2000")),
                broken("a status below 100", (request, wire) -> wire.headers(request.stream(), true, ":status", "099")),
                broken(
                        "a request's pseudo-header",
                        (request, wire) -> wire.headers(request.stream(), true, ":status", "200", ":path", "/")),
                broken(
                        "switching protocols",
                        (request, wire) -> wire.headers(request.stream(), false, ":status", "101")),
                broken(
                        "an interim answer that ends",
                        (request, wire) -> wire.headers(request.stream(), true, ":status", "103")),
                broken("too many interim answers", (request, wire) -> {
                    for (int i = 0; i < 17; i++) {
                        wire.headers(request.stream(), false, ":status", "103");
                    }
                }),
                broken(
                        "a connection header",
                        (request, wire) ->
                                wire.headers(request.stream(), true, ":status", "200", "transfer-encoding", "chunked")),
                broken(
                        "an upper-case name",
                        (request, wire) -> wire.headers(request.stream(), true, ":status", "200", "X-A", "1")),
                broken(
                        "a line break in a value",
                        (request, wire) ->
                                wire.headers(request.stream(), true, ":status", "200", "x-a", "1\r\nx-b: 2")),
                broken(
                        "C8: a line break in a gRPC message",
                        (request, wire) ->
                                wire.headers(request.stream(), true, ":status", "200", "grpc-message", "a\nb")),
                broken("a body before a head", (request, wire) -> wire.data(request.stream(), true, "abc")));
    }

    private static Arguments broken(String what, Http2Endpoint.Answer answer) {
        return Arguments.of(what, answer);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenAnswers")
    void an_answer_that_breaks_the_rules_is_a_502_and_costs_its_stream_alone_A20(
            String what, Http2Endpoint.Answer answer) throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (request.path().equals("/bad")) {
                        answer.to(request, wire);
                    } else {
                        Http2Endpoint.ok(request, wire, "ok");
                    }
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port());
                Client old = proxy.connect()) {
            int status = old.send(GET).answer().status();
            while (status < 200) {
                status = old.answer().status();
            }
            assertThat(status).isEqualTo(502);
            assertThat(client.get(1, "/bad").status()).isEqualTo(502);
            assertThat(client.get(3, "/good").body()).isEqualTo("ok");
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_body_that_is_too_long_or_too_short_cannot_be_taken_for_a_whole_one_A15() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    wire.headers(request.stream(), false, ":status", "200", "content-length", "5");
                    wire.data(request.stream(), true, request.path().equals("/long") ? "abcdef" : "abc");
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            assertThat(client.get(1, "/long").reset()).isPositive();
            assertThat(client.get(3, "/short").reset()).isPositive();
            for (String path : new String[] {"/long", "/short"}) {
                try (Client old = proxy.connect()) {
                    String all = old.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
                            .rest();
                    assertThat(all.substring(all.lastIndexOf('\n') + 1)).hasSizeLessThan(5);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bodyless")
    void bytes_where_no_body_may_be_never_reach_an_http1_client_A20(String method, String status) throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    wire.headers(request.stream(), false, ":status", status);
                    wire.data(request.stream(), true, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            String all = client.send(method + " / HTTP/1.1\r\nHost: x\r\n\r\n").rest();
            assertThat(all.split("HTTP/1.1 ", -1))
                    .as("one answer, then the end")
                    .hasSizeLessThanOrEqualTo(2);
        }
    }

    static Stream<Arguments> bodyless() {
        return Stream.of(Arguments.of("HEAD", "200"), Arguments.of("GET", "204"), Arguments.of("GET", "304"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenConnections")
    void a_broken_connection_costs_what_was_on_it_and_nothing_later(String what, Http2Endpoint.Answer answer)
            throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (request.path().equals("/bad")) {
                        answer.to(request, wire);
                    } else if (!request.path().equals("/wait")) {
                        Http2Endpoint.ok(request, wire, "ok");
                    }
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, true, "POST", "/wait").request(3, true, "POST", "/bad");
            assertThat(client.answer(1).status()).isIn(502, 503);
            assertThat(client.answer(3).status()).isIn(502, 503);
            assertThat(client.get(5, "/").body()).isEqualTo("ok");
        }
    }

    static Stream<Arguments> brokenConnections() {
        return Stream.of(
                broken("no frames at all", (request, wire) -> wire.raw(new byte[64])),
                broken(
                        "a frame too large",
                        (request, wire) -> wire.raw(new byte[] {(byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 1})),
                broken(
                        "a push",
                        (request, wire) -> wire.frame(
                                Frame.PUSH_PROMISE, Frame.END_HEADERS, request.stream(), new byte[] {0, 0, 0, 2})),
                broken("D4: endless CONTINUATION", (request, wire) -> {
                    wire.frame(Frame.HEADERS, 0, request.stream(), Http2Wire.block(":status", "200"));
                    for (int i = 0; i < 40; i++) {
                        wire.frame(Frame.CONTINUATION, 0, request.stream(), new byte[0]);
                    }
                }),
                broken("a window that overflows", (request, wire) -> wire.window(0, Integer.MAX_VALUE)),
                broken(
                        "an HPACK index that is none",
                        (request, wire) -> wire.frame(
                                Frame.HEADERS, Frame.END_HEADERS, request.stream(), new byte[] {(byte) 0xff, 0x7f})));
    }

    @Test
    @DisplayName("D11")
    void a_storm_of_resets_from_an_endpoint_is_as_many_503s() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> wire.reset(request.stream(), 11));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            for (int i = 0; i < 300; i++) {
                assertThat(client.send(GET).answer().status()).isEqualTo(503);
            }
            assertThat(app.connections()).isEqualTo(1);
        }
    }
}
