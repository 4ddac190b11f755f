package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Frame;
import io.weft.proxy.testing.Http2Client;
import io.weft.proxy.testing.Http2Endpoint;
import io.weft.proxy.testing.Http2Wire;
import io.weft.proxy.testing.RunningProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an HTTP/2 client does wrong costs nobody else anything. Ids are those of the attack cases 2.C and 2.D. */
@Timeout(60)
class HostileHttp2ClientTest {

    private static final int PROTOCOL_ERROR = 1;
    private static final int REFUSED_STREAM = 7;
    private static final int ENHANCE_YOUR_CALM = 11;

    private static Snapshot to(int port) {
        return Fixture.http(Fixture.cluster("app", port));
    }

    private static Snapshot idling(int port, Duration streamIdle) {
        HttpConnectionManager.Timeouts timeouts = new HttpConnectionManager.Timeouts(
                Duration.ofMinutes(1),
                Duration.ofSeconds(10),
                Duration.ZERO,
                streamIdle,
                Duration.ofSeconds(1),
                Duration.ZERO);
        return Fixture.snapshot(
                Fixture.listener(
                        Listener.Inspection.NONE,
                        Fixture.chain(
                                Fixture.manager(Fixture.routes(Fixture.forwardTo("app")), timeouts, List.of()), null)),
                Fixture.cluster("app", port));
    }

    // ---- 2.C ----

    static Stream<Arguments> heads() {
        return Stream.of(
                head("C1 blank in the path", ":path", "/a b"),
                head("C1 line break in the path", ":path", "/ HTTP/1.1\r\nx: y"),
                head("C1 path without a slash", ":path", "admin"),
                head("C1 fragment", ":path", "/a#f"),
                head("C1 absolute path", ":path", "http://b/"),
                head("C1 empty path", ":path", ""),
                head("C1 blank in the method", ":method", "GET /x"),
                head("C1 scheme with a target", ":scheme", "http://b/?"),
                head("C1 user information", ":authority", "u@a"),
                head("C1 path in the authority", ":authority", "a/b"),
                head("C1 line break in the authority", ":authority", "a\r\nx: y"),
                head("C2 another host", "host", "other"),
                head("C3 connection", "connection", "close"),
                head("C3 keep-alive", "keep-alive", "5"),
                head("C3 proxy-connection", "proxy-connection", "close"),
                head("C3 transfer-encoding", "transfer-encoding", "chunked"),
                head("C3 upgrade", "upgrade", "h2c"),
                head("C3 te", "te", "gzip"),
                head("C4 unknown pseudo-header", ":odd", "1"),
                head("C4 extended CONNECT unasked", ":protocol", "websocket"),
                head("C4 status in a request", ":status", "200"),
                head("C5 a list of lengths", "content-length", "4, 5"),
                head("C5 a signed length", "content-length", "+4"),
                head("C5 a length and no body", "content-length", "5"),
                head("C6 upper-case name", "X-A", "1"),
                head("C6 blank in a name", "x a", "1"),
                head("C6 colon in a name", "x:a", "1"),
                head("C6 line break in a value", "x-a", "1\r\nx-b: 2"),
                head("C6 NUL in a value", "x-a", "1\0"),
                head("C6 blank before a value", "x-a", " 1"),
                head("C6 blank behind a value", "x-a", "1 "),
                head("C6 empty name", "", "1"),
                Arguments.of("C4 no method", new String[] {":scheme", "http", ":path", "/", ":authority", "x"}),
                Arguments.of("C4 no path", new String[] {":method", "GET", ":scheme", "http", ":authority", "x"}),
                Arguments.of("C4 no scheme", new String[] {":method", "GET", ":path", "/", ":authority", "x"}),
                Arguments.of("C4 no authority", new String[] {":method", "GET", ":scheme", "http", ":path", "/"}),
                Arguments.of("C4 late pseudo-header", new String[] {
                    ":method", "GET", ":scheme", "http", ":authority", "x", "x-a", "1", ":path", "/"
                }),
                Arguments.of("C4 two paths", new String[] {
                    ":method", "GET", ":scheme", "http", ":authority", "x", ":path", "/", ":path", "/b"
                }),
                Arguments.of(
                        "C2 two hosts",
                        new String[] {":method", "GET", ":scheme", "http", ":path", "/", "host", "a", "host", "b"}),
                Arguments.of("C5 two lengths", new String[] {
                    ":method",
                    "GET",
                    ":scheme",
                    "http",
                    ":path",
                    "/",
                    ":authority",
                    "x",
                    "content-length",
                    "4",
                    "content-length",
                    "5"
                }));
    }

    @Test
    @DisplayName("C5: equal lengths on several lines are one line to the endpoint, and the body must have that length")
    void equal_lengths_on_several_lines_are_one_line_to_the_endpoint() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, false, "POST", "/", "content-length", "4", "content-length", "4");
            assertThat(client.data(1, true, "abcd").answer(1).body()).isEqualTo("ok");
            String head = app.seen().getFirst().head();
            assertThat(head.toLowerCase(java.util.Locale.ROOT).split("content-length:", -1))
                    .as(head)
                    .hasSize(2);
            assertThat(head).doesNotContainIgnoringCase("transfer-encoding");
            client.request(3, false, "POST", "/", "content-length", "4", "content-length", "4");
            assertThat(client.data(3, true, "abc").answer(3).reset()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    /** A good head with one field replaced or added. */
    private static Arguments head(String what, String name, String value) {
        String[] fields = {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "x"};
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equals(name)) {
                fields[i + 1] = value;
                return Arguments.of(what, fields);
            }
        }
        String[] more = java.util.Arrays.copyOf(fields, fields.length + 2);
        more[fields.length] = name;
        more[fields.length + 1] = value;
        return Arguments.of(what, more);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("heads")
    void a_malformed_head_is_reset_reaches_no_endpoint_and_costs_its_stream_alone(String what, String[] fields)
            throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.wire().headers(1, true, fields);
            Http2Client.Answer answer = client.answer(1);
            assertThat(answer.reset()).isEqualTo(PROTOCOL_ERROR);
            assertThat(answer.heads()).isEmpty();
            assertThat(app.seen()).as("O1").isEmpty();
            assertThat(client.get(3, "/").body()).as("O3").isEqualTo("ok");
        }
    }

    @Test
    void what_is_odd_but_clear_passes_C2_C9() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.wire()
                    .headers(
                            1,
                            true,
                            ":method",
                            "GET",
                            ":scheme",
                            "HTTPS",
                            ":path",
                            "/",
                            ":authority",
                            "x",
                            "host",
                            "X");
            assertThat(client.answer(1).status()).isEqualTo(200);
            client.wire().headers(3, true, ":method", "GET", ":scheme", "http", ":path", "/", "host", "only");
            assertThat(client.answer(3).status()).isEqualTo(200);
            assertThat(app.seen().get(0).head()).containsOnlyOnce("ost:").contains("host: x\r\n");
            assertThat(app.seen().get(1).head()).containsOnlyOnce("ost:").contains("host: only\r\n");
        }
    }

    @Test
    void a_body_that_differs_from_its_length_cannot_be_taken_for_a_whole_one_A15_C5() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, false, "POST", "/", "content-length", "5").data(1, true, "abc");
            assertThat(client.answer(1).reset()).isEqualTo(PROTOCOL_ERROR);
            assertThat(proxy.logged().details()).isEqualTo("http2.protocol_error");
            client.request(3, false, "POST", "/", "content-length", "5").data(3, false, "abcdef");
            assertThat(client.answer(3).reset()).isEqualTo(PROTOCOL_ERROR);
            client.request(5, false, "POST", "/", "content-length", "5").data(5, false, "abc");
            client.wire().headers(5, true, "x-t", "1");
            assertThat(client.answer(5).reset()).isEqualTo(PROTOCOL_ERROR);
            client.request(7, false, "POST", "/").data(7, false, "abc");
            client.wire().headers(7, true, ":path", "/other");
            assertThat(client.answer(7).reset()).as("C4").isEqualTo(PROTOCOL_ERROR);
            assertThat(app.seen()).as("O1").isEmpty();
            assertThat(client.get(9, "/").body()).isEqualTo("ok");
        }
    }

    @Test
    void trailers_that_decide_something_are_dropped_A13() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, false, "POST", "/").data(1, false, "abc");
            client.wire().headers(1, true, "host", "other", "content-length", "9", "authorization", "x", "x-t", "1");
            assertThat(client.answer(1).body()).isEqualTo("ok");
            assertThat(app.seen().getFirst().body()).isEqualTo("abc|x-t: 1");
        }
    }

    // ---- 2.D ----

    private static void expectCalm(Http2Client client) throws IOException {
        Frame goAway = client.wire().goodbye();
        assertThat(goAway.error()).isEqualTo(ENHANCE_YOUR_CALM);
    }

    /** Many frames in few segments; a connection that was closed meanwhile is what is hoped for. */
    private static void flood(Http2Client client, int count, Frames frames) {
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                all.writeBytes(frames.at(i));
                if (all.size() > 8_192) {
                    client.wire().raw(all.toByteArray());
                    all.reset();
                }
            }
            client.wire().raw(all.toByteArray());
        } catch (IOException e) {
            // closed: the assertions look at why
        }
    }

    interface Frames {
        byte[] at(int index);
    }

    private static byte[] request(int stream, boolean end, String... more) {
        String[] head = {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "x"};
        String[] fields = java.util.Arrays.copyOf(head, head.length + more.length);
        System.arraycopy(more, 0, fields, head.length, more.length);
        int flags = Frame.END_HEADERS | (end ? Frame.END_STREAM : 0);
        return Http2Wire.bytes(Frame.HEADERS, flags, stream, Http2Wire.block(fields));
    }

    private static byte[] both(byte[] first, byte[] second) {
        byte[] all = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    @Test
    @DisplayName("D1 rapid reset")
    void a_client_that_resets_what_it_asks_is_calmed_after_two_hundred() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (Http2Endpoint app =
                        new Http2Endpoint(Http2Endpoint.When.AT_HEAD, (request, wire) -> asked.incrementAndGet());
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.speaking(
                        Fixture.cluster("app", app.port()), io.weft.proxy.config.Cluster.Protocol.HTTP2)));
                Http2Client client = new Http2Client(proxy.port())) {
            flood(
                    client,
                    1_000,
                    i -> both(
                            request(2 * i + 1, true),
                            Http2Wire.bytes(Frame.RST_STREAM, 0, 2 * i + 1, Http2Wire.word(8))));
            expectCalm(client);
            assertThat(asked.get()).isLessThanOrEqualTo(201);
            try (Http2Client other = new Http2Client(proxy.port())) {
                other.request(1, true, "GET", "/").wire().frame(Frame.PING, 0, 0, new byte[8]);
                assertThat(other.wire().until(Frame.PING).isAck()).as("O3").isTrue();
            }
        }
    }

    static Stream<Arguments> resetPrimitives() {
        return Stream.of(
                primitive("WINDOW_UPDATE of 0", id -> Http2Wire.bytes(Frame.WINDOW_UPDATE, 0, id, Http2Wire.word(0))),
                primitive(
                        "WINDOW_UPDATE that overflows",
                        id -> Http2Wire.bytes(Frame.WINDOW_UPDATE, 0, id, Http2Wire.word(Integer.MAX_VALUE))),
                primitive("PRIORITY of four bytes", id -> Http2Wire.bytes(Frame.PRIORITY, 0, id, new byte[4])),
                primitive(
                        "PRIORITY on itself",
                        id -> Http2Wire.bytes(Frame.PRIORITY, 0, id, both(Http2Wire.word(id), new byte[] {1}))),
                primitive("HEADERS after the end", id -> request(id, true)),
                primitive("DATA after the end", id -> Http2Wire.bytes(Frame.DATA, 0, id, new byte[1])));
    }

    private static Arguments primitive(String what, java.util.function.IntFunction<byte[]> frame) {
        return Arguments.of(what, frame);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("resetPrimitives")
    @DisplayName("D2 MadeYouReset")
    void resets_that_a_client_provokes_are_counted_as_well(String what, java.util.function.IntFunction<byte[]> frame)
            throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (Http2Endpoint app =
                        new Http2Endpoint(Http2Endpoint.When.AT_HEAD, (request, wire) -> asked.incrementAndGet());
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.speaking(
                        Fixture.cluster("app", app.port()), io.weft.proxy.config.Cluster.Protocol.HTTP2)));
                Http2Client client = new Http2Client(proxy.port())) {
            flood(client, 1_000, i -> both(request(2 * i + 1, true), frame.apply(2 * i + 1)));
            Frame goAway = client.wire().lastWords();
            if (goAway != null) {
                assertThat(goAway.error())
                        .as("some are errors of the connection")
                        .isNotZero();
            }
            assertThat(asked.get()).isLessThanOrEqualTo(201);
        }
    }

    @Test
    @DisplayName("D3")
    void a_client_that_says_it_takes_no_headers_gets_them_all_the_same() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = Http2Client.narrow(proxy.port(), 6, 1)) {
            for (int i = 0; i < 250; i++) {
                assertThat(client.get(2 * i + 1, "/").status()).isEqualTo(200);
            }
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("D8")
    void a_peer_cannot_make_our_header_table_larger_than_we_want() throws Exception {
        try (Endpoint app = new Endpoint(request -> Endpoint.bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Id: "
                        + request.line().substring(5, 10)
                        + "y".repeat(2_000)
                        + "\r\n\r\n"));
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = Http2Client.narrow(proxy.port(), 1, 1 << 30)) {
            for (int i = 0; i < 10; i++) {
                client.get(2 * i + 1, "/" + (10_000 + i));
            }
            // an entry is forgotten once 4,096 bytes came after it: it must be written out again
            Http2Client.Answer again = client.get(21, "/10000");
            assertThat(again.head().payload().length).isGreaterThan(1_000);
        }
    }

    @ParameterizedTest(name = "CONTINUATION of {0} bytes")
    @org.junit.jupiter.params.provider.ValueSource(ints = {0, 1, 16_384})
    @DisplayName("D4 CONTINUATION flood")
    void endless_header_blocks_end_the_connection(int size) throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            byte[] one = Http2Wire.block("x-a", "y".repeat(100));
            byte[] piece = java.util.Arrays.copyOf(one, size);
            client.wire().frame(Frame.HEADERS, Frame.END_STREAM, 1, Http2Wire.block(":method", "GET"));
            flood(client, 200, i -> Http2Wire.bytes(Frame.CONTINUATION, 0, 1, piece));
            Frame goAway = client.wire().goodbye();
            assertThat(goAway.error()).isNotZero();
            assertThat(app.seen()).isEmpty();
        }
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                flooding("PING", i -> Http2Wire.bytes(Frame.PING, 0, 0, new byte[8])),
                flooding("PING acknowledged unasked", i -> Http2Wire.bytes(Frame.PING, Frame.ACK, 0, new byte[8])),
                flooding("D9 SETTINGS", i -> Http2Wire.bytes(Frame.SETTINGS, 0, 0, new byte[0])),
                flooding("PRIORITY", i -> Http2Wire.bytes(Frame.PRIORITY, 0, 1001, new byte[] {0, 0, 0, 3, 1})),
                flooding("WINDOW_UPDATE", i -> Http2Wire.bytes(Frame.WINDOW_UPDATE, 0, 0, Http2Wire.word(1))),
                flooding(
                        "empty DATA",
                        i -> i == 0
                                ? Http2Wire.bytes(
                                        Frame.HEADERS,
                                        Frame.END_HEADERS,
                                        3,
                                        Http2Wire.block(
                                                ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "x"))
                                : Http2Wire.bytes(Frame.DATA, 0, 3, new byte[0])));
    }

    private static Arguments flooding(String what, Frames frames) {
        return Arguments.of(what, frames);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    @DisplayName("D5, D9, D12 floods")
    void floods_of_frames_that_carry_nothing_are_calmed_even_while_they_are_answered(String what, Frames frames)
            throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            assertThat(client.get(1, "/").status()).isEqualTo(200);
            // read meanwhile, so that nothing is refused only because answers wait
            Thread reader = Thread.ofVirtual().start(() -> flood(client, 2_000, frames));
            expectCalm(client);
            reader.join();
            try (Http2Client other = new Http2Client(proxy.port())) {
                assertThat(other.get(1, "/").body()).as("O3").isEqualTo("ok");
            }
        }
    }

    @Test
    @DisplayName("D6")
    void more_streams_than_allowed_are_refused_even_before_the_settings_are_acknowledged() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (Http2Endpoint app =
                        new Http2Endpoint(Http2Endpoint.When.AT_HEAD, (request, wire) -> asked.incrementAndGet());
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.speaking(
                        Fixture.cluster("app", app.port()), io.weft.proxy.config.Cluster.Protocol.HTTP2)));
                Http2Client client = new Http2Client(proxy.port())) {
            flood(client, 150, i -> request(2 * i + 1, false));
            for (int i = 100; i < 150; i++) {
                Frame reset = client.next(2 * i + 1);
                assertThat(reset.type()).isEqualTo(Frame.RST_STREAM);
                assertThat(reset.error()).isEqualTo(REFUSED_STREAM);
            }
            assertThat(asked.get()).isLessThanOrEqualTo(100);
        }
    }

    @Test
    @DisplayName("D7 HPACK bomb")
    void the_limit_on_heads_is_on_what_they_decode_to() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(to(app.port()));
                Http2Client client = new Http2Client(proxy.port())) {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.writeBytes(Http2Wire.block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "x"));
            byte[] large = Http2Wire.block("cookie", "c".repeat(3_000));
            large[0] = 0x40; // remembered: index 62 from now on
            block.writeBytes(large);
            for (int i = 0; i < 4_000; i++) {
                block.write(0x80 | 62);
            }
            client.wire().frame(Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, 1, block.toByteArray());
            assertThat(client.answer(1).status()).isEqualTo(431);
            assertThat(app.seen()).isEmpty();
        }
    }

    @Test
    @DisplayName("D10")
    void an_answer_that_is_not_taken_ends_after_the_stream_idle_timeout() throws Exception {
        String large = "x".repeat(10 * 1024 * 1024);
        try (Endpoint app = new Endpoint(request -> Endpoint.ok(request.line().contains("/large") ? large : "small"));
                RunningProxy proxy = new RunningProxy(idling(app.port(), Duration.ofMillis(200)));
                Http2Client client = Http2Client.narrow(proxy.port(), 4, 0)) {
            client.request(1, true, "GET", "/large");
            Http2Client.Answer cut = client.answer(1);
            assertThat(cut.status()).isEqualTo(200);
            assertThat(cut.reset()).isPositive();
            assertThat(proxy.logged().details()).isEqualTo("stream_idle_timeout");
            // the exchange is over as soon as the endpoint has answered; what is left of it must not stay for ever
            client.request(3, true, "GET", "/small");
            Http2Client.Answer left = client.answer(3);
            assertThat(left.status()).isEqualTo(200);
            assertThat(left.reset()).as("CANCEL").isEqualTo(8);
        }
    }

    @Test
    @DisplayName("C7")
    void streams_reset_at_any_moment_leave_nothing_behind() throws Exception {
        try (Endpoint app = new Endpoint(request -> Endpoint.ok("x".repeat(20_000)));
                RunningProxy proxy = new RunningProxy(to(app.port()))) {
            for (int round = 0; round < 3; round++) {
                try (Http2Client client = Http2Client.narrow(proxy.port(), 4, 100)) {
                    for (int i = 0; i < 150; i++) {
                        client.request(2 * i + 1, false, "POST", "/").data(2 * i + 1, false, "abc");
                        if (i % 3 == 0) {
                            client.wire().frame(Frame.PING, 0, 0, new byte[8]).until(Frame.PING);
                        }
                        client.wire().reset(2 * i + 1, 8);
                    }
                }
            }
            try (Http2Client client = new Http2Client(proxy.port())) {
                assertThat(client.get(1, "/").body()).hasSize(20_000);
            }
        }
    }

    @Test
    void a_client_that_ends_its_speech_takes_its_requests_back() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {});
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.speaking(
                        Fixture.cluster("app", app.port()), io.weft.proxy.config.Cluster.Protocol.HTTP2)));
                Http2Client client = new Http2Client(proxy.port())) {
            client.request(1, true, "GET", "/");
            client.wire().frame(Frame.PING, 0, 0, new byte[8]).until(Frame.PING);
            client.wire().socket().shutdownOutput();
            app.reset();
            assertThat(proxy.logged().details()).isEqualTo("downstream_remote_disconnect");
            assertThat(client.isClosed()).isTrue();
        }
    }
}
