package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Frame;
import io.weft.proxy.testing.Http2Client;
import io.weft.proxy.testing.Http2Endpoint;
import io.weft.proxy.testing.Http2Wire;
import io.weft.proxy.testing.RunningProxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/2 on one side or both, with prior knowledge, through a real proxy on real sockets. */
@Timeout(60)
class Http2ExchangeTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

    private static Snapshot over2(int... ports) {
        return Fixture.http(Fixture.speaking(Fixture.cluster("app", ports), Cluster.Protocol.HTTP2));
    }

    private static Snapshot over1(int... ports) {
        return Fixture.http(Fixture.cluster("app", ports));
    }

    // ---- h2 to h2 ----

    @Test
    void a_request_and_its_answer_pass_between_two_http2_sides_H_04() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    wire.headers(request.stream(), false, ":status", "201", "x-a", "1", "content-length", "2");
                    wire.data(request.stream(), true, "hi");
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, false, "POST", "/p?q", "x-mixed", "v", "content-length", "3", "te", "trailers");
            Http2Client.Answer answer = client.data(1, true, "abc").answer(1);
            assertThat(answer.head().fields())
                    .containsExactly(
                            Map.entry(":status", "201"), Map.entry("x-a", "1"), Map.entry("content-length", "2"));
            assertThat(answer.body()).isEqualTo("hi");
            Http2Endpoint.Seen seen = app.seen().getFirst();
            assertThat(seen.head().fields())
                    .containsExactlyInAnyOrder(
                            Map.entry(":method", "POST"),
                            Map.entry(":scheme", "http"),
                            Map.entry(":authority", "shop:80"),
                            Map.entry(":path", "/p?q"),
                            Map.entry("x-mixed", "v"),
                            Map.entry("content-length", "3"),
                            Map.entry("te", "trailers"),
                            Map.entry("x-forwarded-proto", "http"));
            assertThat(seen.body()).isEqualTo("abc");
            assertThat(proxy.logged().status()).isEqualTo(201);
        }
    }

    @Test
    void trailers_pass_both_ways_between_http2_sides_H_11() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    wire.headers(request.stream(), false, ":status", "200");
                    wire.data(request.stream(), false, "body");
                    wire.headers(request.stream(), true, "x-sum", "1", "content-length", "9");
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, false, "POST", "/").data(1, false, "abc");
            client.wire().headers(1, true, "x-t", "2");
            Http2Client.Answer answer = client.answer(1);
            assertThat(answer.body()).isEqualTo("body");
            assertThat(answer.heads().getLast().fields()).containsExactly(Map.entry("x-sum", "1"));
            assertThat(app.seen().getFirst().trailers()).isEqualTo("[x-t=2]");
        }
    }

    @Test
    void a_hundred_streams_at_once_use_one_connection_upstream_and_each_gets_its_own_answer() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> Http2Endpoint.ok(request, wire, request.path()));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            for (int i = 0; i < 100; i++) {
                client.request(2 * i + 1, true, "GET", "/" + i);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(client.answer(2 * i + 1).body()).isEqualTo("/" + i);
            }
            assertThat(app.connections()).isEqualTo(1);
            assertThat(client.get(201, "/later").body()).isEqualTo("/later");
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void head_and_bodyless_answers_end_at_once() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (request.path().equals("/204")) {
                        wire.headers(request.stream(), true, ":status", "204");
                    } else {
                        wire.headers(request.stream(), true, ":status", "200", "content-length", "10");
                    }
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            Http2Client.Answer head = client.request(1, true, "HEAD", "/").answer(1);
            assertThat(head.head().field("content-length")).isEqualTo("10");
            assertThat(head.body()).isEmpty();
            assertThat(client.get(3, "/204").status()).isEqualTo(204);
        }
    }

    @Test
    void interim_answers_pass_in_order_between_http2_sides_H_12() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint(Http2Endpoint.When.AT_HEAD, (request, wire) -> {
                    wire.headers(request.stream(), false, ":status", "100");
                    wire.headers(request.stream(), false, ":status", "103", "link", "</a>");
                    wire.headers(request.stream(), true, ":status", "200");
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, false, "POST", "/", "expect", "100-continue");
            assertThat(client.next(1).field(":status")).isEqualTo("100");
            assertThat(client.next(1).field("link")).isEqualTo("</a>");
            assertThat(client.next(1).field(":status")).isEqualTo("200");
        }
    }

    @Test
    void an_early_answer_arrives_whole_before_the_request_is_reset() throws Exception {
        String large = "x".repeat(100_000);
        try (Http2Endpoint app = new Http2Endpoint(
                        Http2Endpoint.When.AT_HEAD, (request, wire) -> Http2Endpoint.ok(request, wire, large));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = Http2Client.narrow(proxy.port())) {
            client.request(1, false, "POST", "/", "content-length", "1000").data(1, false, "a");
            StringBuilder body = new StringBuilder();
            Frame frame = client.next(1);
            assertThat(frame.field(":status")).isEqualTo("200");
            while (!frame.ends()) {
                frame = client.next(1);
                assertThat(frame.type()).as("no reset overtakes the answer").isEqualTo(Frame.DATA);
                body.append(frame.text());
                client.wire().window(1, 16_384).window(0, 16_384);
            }
            assertThat(body).hasSize(large.length());
            Frame reset = client.next(1);
            assertThat(reset.type()).isEqualTo(Frame.RST_STREAM);
            assertThat(reset.error()).as("NO_ERROR").isZero();
            assertThat(app.reset().error()).as("upstream: CANCEL").isEqualTo(8);
            assertThat(proxy.logged().status()).isEqualTo(200);
        }
    }

    @Test
    void a_client_that_resets_its_stream_cancels_the_endpoints_alone() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (request.path().equals("/quick")) {
                        Http2Endpoint.ok(request, wire, "ok");
                    }
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, true, "GET", "/slow").get(3, "/quick");
            client.wire().reset(1, 8);
            assertThat(app.reset().stream()).isEqualTo(app.seen().getFirst().stream());
            assertThat(proxy.logged().status()).isEqualTo(200);
            assertThat(proxy.logged().details()).isEqualTo("downstream_remote_disconnect");
            assertThat(client.get(5, "/quick").body()).isEqualTo("ok");
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_client_that_goes_away_cancels_all_its_streams() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {});
                RunningProxy proxy = new RunningProxy(over2(app.port()))) {
            try (Http2Client client = new Http2Client(proxy.port())) {
                client.request(1, true, "GET", "/1").request(3, false, "POST", "/2");
                client.wire().frame(Frame.PING, 0, 0, new byte[8]).until(Frame.PING);
            }
            app.reset();
            app.reset();
            assertThat(proxy.logged().details()).isEqualTo("downstream_remote_disconnect");
            assertThat(proxy.logged().details()).isEqualTo("downstream_remote_disconnect");
        }
    }

    @Test
    void an_answer_broken_off_upstream_is_broken_off_downstream() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    wire.headers(request.stream(), false, ":status", "200", "content-length", "10");
                    wire.data(request.stream(), false, "hello");
                    wire.reset(request.stream(), 2);
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port());
                Client old = proxy.connect()) {
            Http2Client.Answer answer = client.get(1, "/");
            assertThat(answer.reset()).as("INTERNAL_ERROR").isEqualTo(2);
            assertThat(proxy.logged().details()).isEqualTo("upstream_reset_after_response_started{remote_reset}");
            String all = old.send(GET).rest();
            assertThat(all.substring(all.indexOf("\r\n\r\n") + 1)).hasSizeLessThan(10 + 3);
        }
    }

    // ---- h2 to h1 ----

    @Test
    void http2_requests_become_http1_requests() throws Exception {
        try (Endpoint app = new Endpoint(
                        request -> Endpoint.bytes(
                                "HTTP/1.1 201 Made\r\nX-aBc: 1\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nContent-Length: 2\r\n\r\nhi"));
                RunningProxy proxy = new RunningProxy(over1(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(
                    1,
                    false,
                    "POST",
                    "/p?q",
                    "cookie",
                    "a=1",
                    "content-length",
                    "3",
                    "cookie",
                    "b=2",
                    "te",
                    "trailers");
            Http2Client.Answer answer = client.data(1, true, "abc").answer(1);
            assertThat(answer.head().fields())
                    .containsExactly(
                            Map.entry(":status", "201"), Map.entry("x-abc", "1"), Map.entry("content-length", "2"));
            assertThat(answer.body()).isEqualTo("hi");
            Endpoint.Seen seen = app.seen().getFirst();
            assertThat(seen.head())
                    .startsWith("POST /p?q HTTP/1.1\r\nhost: shop:80\r\n")
                    .contains("\r\ncookie: a=1; b=2\r\n", "\r\ncontent-length: 3\r\n")
                    .doesNotContainIgnoringCase("transfer-encoding");
            assertThat(seen.body()).isEqualTo("abc");
        }
    }

    @Test
    void a_body_of_unknown_length_and_trailers_become_chunks_and_back_H_11() throws Exception {
        try (Endpoint app =
                        new Endpoint(request -> Endpoint.bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n"));
                RunningProxy proxy = new RunningProxy(over1(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, false, "POST", "/").data(1, false, "hello").data(1, false, " world");
            client.wire().headers(1, true, "x-t", "2");
            Http2Client.Answer answer = client.answer(1);
            assertThat(answer.body()).isEqualTo("abcde");
            assertThat(answer.trailer("x-sum")).isEqualTo("1");
            assertThat(answer.head().field("transfer-encoding")).isEmpty();
            assertThat(app.seen().getFirst().body()).isEqualTo("hello world|x-t: 2");
            client.request(3, false, "POST", "/").data(3, true, "");
            assertThat(client.answer(3).body()).isEqualTo("abcde");
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void head_bodyless_and_interim_answers_of_http1_reach_http2() throws Exception {
        try (Endpoint app = new Endpoint(
                        request -> Endpoint.bytes(
                                request.line().startsWith("HEAD")
                                        ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
                                        : request.line().contains("204")
                                                ? "HTTP/1.1 204 No Content\r\n\r\n"
                                                : "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
                RunningProxy proxy = new RunningProxy(over1(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            Http2Client.Answer head = client.request(1, true, "HEAD", "/").answer(1);
            assertThat(head.head().field("content-length")).isEqualTo("10");
            assertThat(client.get(3, "/204").status()).isEqualTo(204);
            Http2Client.Answer answer = client.get(5, "/");
            assertThat(answer.heads().getFirst().field(":status")).isEqualTo("103");
            assertThat(answer.body()).isEqualTo("ok");
        }
    }

    @Test
    void requests_on_one_http2_connection_run_side_by_side_over_http1() throws Exception {
        java.util.concurrent.CountDownLatch all = new java.util.concurrent.CountDownLatch(20);
        try (Endpoint app = new Endpoint(request -> {
                    all.countDown();
                    try {
                        assertThat(all.await(10, java.util.concurrent.TimeUnit.SECONDS))
                                .isTrue();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Endpoint.ok(request.line());
                });
                RunningProxy proxy = new RunningProxy(over1(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            for (int i = 0; i < 20; i++) {
                client.request(2 * i + 1, true, "GET", "/" + i);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(client.answer(2 * i + 1).body()).isEqualTo("GET /" + i + " HTTP/1.1");
            }
            assertThat(app.connections()).isEqualTo(20);
        }
    }

    @Test
    void a_reset_stream_costs_its_http1_connection_and_no_other() throws Exception {
        try (Endpoint app = new Endpoint(request -> request.line().contains("/slow")
                        ? Endpoint.bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
                        : Endpoint.ok("ok"));
                RunningProxy proxy = new RunningProxy(over1(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, true, "GET", "/slow");
            assertThat(client.get(3, "/").body()).isEqualTo("ok");
            client.wire().reset(1, 8);
            assertThat(client.get(5, "/").body()).isEqualTo("ok");
            assertThat(app.connections()).isEqualTo(2);
        }
    }

    // ---- h1 to h2 ----

    @Test
    void http1_requests_become_http2_requests() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    wire.headers(request.stream(), false, ":status", "200", "x-a", "1");
                    wire.data(request.stream(), false, "hel");
                    wire.data(request.stream(), false, "lo");
                    wire.headers(request.stream(), true, "x-sum", "1");
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            Client.Answer answer = client.send(
                            "POST /p HTTP/1.1\r\nX-MiXeD: v\r\nHost: Shop:80\r\nConnection: X-Hop\r\n"
                                    + "X-Hop: 1\r\nUpgrade: h2c\r\nTE: trailers, deflate\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + "5\r\nhello\r\n0\r\nX-T: 2\r\n\r\n")
                    .answer();
            assertThat(answer.head()).startsWith("HTTP/1.1 200 OK\r\nx-a: 1\r\n");
            assertThat(answer.body()).isEqualTo("hello|x-sum: 1");
            Http2Endpoint.Seen seen = app.seen().getFirst();
            assertThat(seen.head().fields().stream().map(Map.Entry::getKey))
                    .containsExactlyInAnyOrder(
                            ":method", ":scheme", ":authority", ":path", "x-mixed", "x-forwarded-proto");
            assertThat(seen.head().field(":authority")).isEqualTo("Shop:80");
            assertThat(seen.body()).isEqualTo("hello");
            assertThat(seen.trailers()).isEqualTo("[x-t=2]");
            client.send(GET).answer();
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void answers_without_a_body_leave_the_http1_connection_usable() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    boolean head = request.head().field(":method").equals("HEAD");
                    wire.headers(request.stream(), false, ":status", "100");
                    // END_STREAM comes by an empty DATA frame, which HTTP/1 must not see
                    wire.headers(
                            request.stream(),
                            false,
                            ":status",
                            head ? "200" : "204",
                            "content-length",
                            head ? "9" : "0");
                    wire.data(request.stream(), true, "");
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Client client = proxy.connect()) {
            client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 100");
            assertThat(client.head()).contains("content-length: 9").doesNotContain("chunked");
            for (int i = 0; i < 3; i++) {
                client.send(GET);
                assertThat(client.answer().status()).isEqualTo(100);
                assertThat(client.answer().head()).startsWith("HTTP/1.1 204").doesNotContain("chunked");
            }
        }
    }

    @Test
    void many_http1_clients_share_one_http2_connection() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> Http2Endpoint.ok(request, wire, request.path()));
                RunningProxy proxy = new RunningProxy(over2(app.port()))) {
            for (int i = 0; i < 20; i++) {
                try (Client client = proxy.connect()) {
                    assertThat(client.send(GET).answer().body()).isEqualTo("/a");
                }
            }
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    // ---- flow control ----

    @Test
    void a_large_body_passes_whole_both_ways_while_windows_are_small() throws Exception {
        String large = "0123456789abcdef".repeat(512 * 1024); // 8 MiB
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> Http2Endpoint.ok(request, wire, request.body()));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = Http2Client.narrow(proxy.port());
                Client old = proxy.connect()) {
            client.request(1, false, "POST", "/");
            byte[] bytes = large.getBytes(StandardCharsets.ISO_8859_1);
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    client.wire().body(1, true, bytes);
                } catch (Exception e) {
                    Thread.currentThread().interrupt();
                }
            });
            StringBuilder body = new StringBuilder();
            Frame frame = client.next(1);
            while (!frame.ends()) {
                frame = client.next(1);
                body.append(frame.text());
                if (frame.payload().length > 0) {
                    client.wire().window(1, frame.payload().length).window(0, frame.payload().length);
                }
            }
            sender.join();
            assertThat(body.toString()).isEqualTo(large);
            old.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + large.length() + "\r\n\r\n")
                    .send(bytes);
            assertThat(old.answer().body()).isEqualTo(large);
        }
    }

    @Test
    void clients_that_do_not_read_hold_little_and_starve_nobody_D10() throws Exception {
        String large = "x".repeat(8 * 1024 * 1024);
        try (Http2Endpoint app = new Http2Endpoint((request, wire) ->
                        Http2Endpoint.ok(request, wire, request.path().equals("/large") ? large : "ok"));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client slow = Http2Client.narrow(proxy.port(), 4, 0);
                Http2Client other = new Http2Client(proxy.port())) {
            for (int i = 0; i < 8; i++) {
                slow.request(2 * i + 1, true, "GET", "/large");
                assertThat(slow.next(2 * i + 1).field(":status")).isEqualTo("200");
            }
            for (int i = 0; i < 50; i++) {
                assertThat(other.get(2 * i + 1, "/").body()).isEqualTo("ok");
            }
            assertThat(app.connections()).as("all share one").isEqualTo(1);
            for (int i = 0; i < 8; i++) {
                slow.wire().reset(2 * i + 1, 8);
                app.reset();
            }
        }
    }

    @Test
    void an_endpoint_that_does_not_read_stops_the_client_D10() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> Http2Endpoint.ok(request, wire, "ok"));
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            app.stopReading();
            client.request(1, false, "POST", "/");
            byte[] large = new byte[32 * 1024 * 1024];
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    client.wire().body(1, true, large);
                } catch (Exception e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(client.get(3, "/").body()).as("the connection lives on").isEqualTo("ok");
            client.wire().reset(1, 8);
            app.reset();
            sender.interrupt();
            sender.join();
        }
    }

    // ---- balancing and limits ----

    @Test
    void one_connections_requests_are_spread_over_all_endpoints_LB_12() throws Exception {
        try (Http2Endpoint a = Http2Endpoint.saying("a");
                Http2Endpoint b = Http2Endpoint.saying("b");
                Http2Endpoint c = Http2Endpoint.saying("c");
                Http2Endpoint d = Http2Endpoint.saying("d");
                RunningProxy proxy = new RunningProxy(over2(a.port(), b.port(), c.port(), d.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            Map<String, Long> answers = IntStream.range(0, 80)
                    .mapToObj(i -> get(client, 2 * i + 1))
                    .collect(Collectors.groupingBy(body -> body, Collectors.counting()));
            assertThat(answers).isEqualTo(Map.of("a", 20L, "b", 20L, "c", 20L, "d", 20L));
            assertThat(List.of(a, b, c, d)).allMatch(endpoint -> endpoint.connections() == 1);
        }
    }

    private static String get(Http2Client client, int stream) {
        try {
            return client.get(stream, "/").body();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void what_the_endpoint_allows_at_once_is_kept_to_and_more_connections_are_made() throws Exception {
        java.util.concurrent.Semaphore answer = new java.util.concurrent.Semaphore(0);
        Map<Integer, Integer> busy = new java.util.concurrent.ConcurrentHashMap<>();
        try (Http2Endpoint app = new Http2Endpoint(
                        Http2Endpoint.When.AT_END,
                        (request, wire) -> {
                            if (busy.merge(request.connection(), 1, Integer::sum) > 2) {
                                // sent before the settings were known: nothing is lost
                                busy.merge(request.connection(), -1, Integer::sum);
                                wire.reset(request.stream(), 7);
                                return;
                            }
                            if (!request.path().equals("/first")) {
                                answer.acquire();
                            }
                            busy.merge(request.connection(), -1, Integer::sum);
                            Http2Endpoint.ok(request, wire, "ok");
                        },
                        3,
                        2);
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            assertThat(client.get(1, "/first").status())
                    .as("by now the settings are known")
                    .isEqualTo(200);
            for (int i = 1; i <= 6; i++) {
                client.request(2 * i + 1, true, "GET", "/" + i);
            }
            answer.release(6);
            for (int i = 1; i <= 6; i++) {
                assertThat(client.answer(2 * i + 1).body()).isEqualTo("ok");
            }
            assertThat(app.connections()).isGreaterThan(1);
        }
    }

    @Test
    void a_header_block_beyond_the_limit_is_a_431() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(over1(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            String[] many = new String[2 * 101];
            for (int i = 0; i < many.length; i += 2) {
                many[i] = "x-" + i;
                many[i + 1] = "v";
            }
            assertThat(client.request(1, true, "GET", "/", many).answer(1).status())
                    .as("too many lines")
                    .isEqualTo(431);
            assertThat(proxy.logged().details()).isEqualTo("http2.too_many_headers");
            String[] block = {
                ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "x", "x-large", "y".repeat(61 * 1024)
            };
            byte[] bytes = Http2Wire.block(block);
            client.wire().frame(Frame.HEADERS, Frame.END_STREAM, 3, java.util.Arrays.copyOf(bytes, 16_384));
            for (int at = 16_384; at < bytes.length; at += 16_384) {
                int end = Math.min(bytes.length, at + 16_384);
                client.wire()
                        .frame(
                                Frame.CONTINUATION,
                                end == bytes.length ? Frame.END_HEADERS : 0,
                                3,
                                java.util.Arrays.copyOfRange(bytes, at, end));
            }
            assertThat(client.answer(3).status()).as("too many bytes").isEqualTo(431);
            assertThat(client.get(5, "/").body()).isEqualTo("ok");
            assertThat(app.seen()).hasSize(1);
        }
    }

    // ---- the end of connections ----

    @Test
    void a_drained_connection_announces_its_end_and_lets_streams_finish_LC_03() throws Exception {
        java.util.concurrent.CountDownLatch answer = new java.util.concurrent.CountDownLatch(1);
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    if (request.path().equals("/slow")) {
                        answer.await();
                    }
                    Http2Endpoint.ok(request, wire, "ok");
                });
                RunningProxy proxy = new RunningProxy(over2(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, true, "GET", "/slow");
            assertThat(client.get(3, "/").status()).isEqualTo(200);
            proxy.proxy().drain(true);
            Frame first = client.goAway();
            assertThat(first.word(0)).as("room for what is on its way").isEqualTo(Integer.MAX_VALUE);
            assertThat(client.get(5, "/").status()).as("on its way").isEqualTo(200);
            Frame second = client.goAway();
            assertThat(second.word(0)).as("the last that is served").isEqualTo(5);
            assertThat(second.error()).isZero();
            answer.countDown();
            assertThat(client.answer(1).body()).isEqualTo("ok");
            assertThat(client.isClosed()).isTrue();
        }
    }
}
