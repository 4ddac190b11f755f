package io.weft.proxy.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weft.proxy.detect.Detection.Http1;
import io.weft.proxy.detect.Detection.Http2;
import io.weft.proxy.detect.Detection.NeedMore;
import io.weft.proxy.detect.Detection.Opaque;
import io.weft.proxy.detect.Detection.Rejected;
import io.weft.proxy.detect.Detection.Tls;
import io.weft.proxy.detect.Detection.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirstBytesTest {
    private static final Http1 HTTP_1_1 = new Http1(Version.HTTP_1_1);
    private static final Tls SHOP = new Tls("shop.example", List.of("h2", "http/1.1"));

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("GET / HTTP/1.1\r\n", HTTP_1_1),
                Arguments.of("get /a?b=c HTTP/1.0\r\n", new Http1(Version.HTTP_1_0)),
                Arguments.of("M-SEARCH * HTTP/1.1\r\n", HTTP_1_1),
                Arguments.of("\r\nPOST /x HTTP/1.1\r\n", HTTP_1_1),
                Arguments.of("GET / HTTP/1.1\n", HTTP_1_1),
                Arguments.of("GET /\r\n", new Http1(Version.HTTP_0_9)),
                // Not valid, but a lenient server could read them: they are for the strict codec to refuse.
                Arguments.of("GET / HTTP/1.32\r\n", HTTP_1_1),
                Arguments.of("GET / http/1.1\r\n", HTTP_1_1),
                Arguments.of("GET\t/\tHTTP/1.1\r\n", HTTP_1_1),
                Arguments.of("GET /a b HTTP/1.1\r\n", HTTP_1_1),
                Arguments.of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", new Http2()),
                Arguments.of("PRI * HTTP/2.0\r\n\r\nXX", HTTP_1_1),
                Arguments.of("get key\r\n", new Opaque()),
                Arguments.of("*1\r\n$4\r\nPING\r\n", new Opaque()),
                Arguments.of("PING\r\n", new Opaque()),
                Arguments.of("SSH-2.0-OpenSSH_9.2\r\n", new Opaque()),
                Arguments.of("EHLO client.example\r\n", new Opaque()),
                Arguments.of("GET / \u0001", new Opaque()),
                Arguments.of("\r\n\r\n\r\nGET / HTTP/1.1\r\n", new Opaque()),
                Arguments.of("\u0000\u0001", new Opaque()),
                Arguments.of(" GET", new Opaque()));
    }

    @ParameterizedTest
    @MethodSource("texts")
    @DisplayName("F10")
    void text_is_told_apart_however_it_is_cut(String text, Detection expected) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(whole(bytes)).isEqualTo(expected);
        assertThat(byteByByte(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "GET", "GET ", "GET /aaaa", "GET / HTTP/1.1", "P", "PRI * HTTP/2.0\r\n\r\nSM"})
    void a_beginning_of_http_waits_for_more(String text) {
        assertThat(whole(text.getBytes(StandardCharsets.US_ASCII))).isInstanceOf(NeedMore.class);
    }

    @Test
    void a_request_line_without_end_is_left_to_the_codec_if_it_is_http_and_opaque_otherwise() {
        assertThat(whole(("GET /" + "a".repeat(9000)).getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(HTTP_1_1);
        assertThat(whole(("say " + "a".repeat(9000)).getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(new Opaque());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 100, 16384})
    @DisplayName("F1")
    void the_same_server_name_is_found_whatever_the_size_of_the_records(int size) {
        byte[] bytes = Hello.records(Hello.message("shop.example", "h2", "http/1.1"), size);
        assertThat(whole(bytes)).isEqualTo(SHOP);
        assertThat(byteByByte(bytes)).isEqualTo(SHOP);
    }

    @Test
    @DisplayName("F2")
    void a_large_hello_in_records_of_one_byte_is_cut_off_early_and_cheaply() {
        byte[] bytes = Hello.records(Hello.padded(64 * 1024 - 200, "shop.example"), 1);
        long begin = System.nanoTime();
        FirstBytes firstBytes = new FirstBytes(true, true);
        ByteBuf held = Unpooled.buffer(ClientHello.MAX_BYTES + 6);
        Detection found = new NeedMore(1);
        for (int i = 0; found instanceof NeedMore && i < bytes.length; i++) {
            held.writeByte(bytes[i]);
            found = firstBytes.look(held);
        }
        assertThat(found).isInstanceOf(Rejected.class);
        assertThat(held.readableBytes()).isLessThanOrEqualTo(ClientHello.MAX_BYTES + 6);
        // 50 ms of CPU is the promise; a quadratic parser needs seconds for this even on a fast machine.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(500));
    }

    @Test
    @DisplayName("F3")
    void a_hello_that_announces_16_mib_is_rejected_at_its_header() {
        byte[] record = {22, 3, 1, 0, 4, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff};
        assertThat(whole(record)).isInstanceOf(Rejected.class);
    }

    @Test
    @DisplayName("F4: upper case and a dot at the end are the same name")
    void server_names_are_compared_in_one_form() {
        assertThat(whole(Hello.records(Hello.message("SHOP.Example.", "h2", "http/1.1"), 16384)))
                .isEqualTo(SHOP);
    }

    @Test
    @DisplayName("F4: no SNI")
    void a_hello_without_server_name_is_tls_all_the_same() {
        assertThat(whole(Hello.records(Hello.message(null, "h2"), 16384))).isEqualTo(new Tls(null, List.of("h2")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "", "a b"})
    @DisplayName("F4: names that two readers would read differently")
    void a_server_name_that_is_no_name_is_rejected(String name) {
        assertThat(whole(Hello.records(Hello.message(name), 16384))).isInstanceOf(Rejected.class);
    }

    @Test
    @DisplayName("F4: 300-byte SNI")
    void a_server_name_of_300_bytes_is_rejected() {
        assertThat(whole(Hello.records(Hello.message("a".repeat(300)), 16384))).isInstanceOf(Rejected.class);
    }

    @Test
    @DisplayName("F5")
    void mutated_hellos_never_throw_and_never_read_past_the_end() {
        Random random = new Random(5);
        byte[] hello = Hello.records(Hello.message("shop.example", "h2"), 40);
        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = hello.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            ByteBuf cut = Unpooled.wrappedBuffer(mutated, 0, random.nextInt(mutated.length + 1));
            assertThat(new FirstBytes(true, true).last(cut)).isNotInstanceOf(NeedMore.class);
        }
    }

    @Test
    void only_what_is_asked_for_is_looked_for() {
        byte[] hello = Hello.records(Hello.message("shop.example"), 16384);
        assertThat(new FirstBytes(false, true).look(Unpooled.wrappedBuffer(hello)))
                .isEqualTo(new Opaque());
        assertThat(new FirstBytes(true, false)
                        .look(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n", StandardCharsets.US_ASCII)))
                .isEqualTo(new Opaque());
    }

    @Test
    @DisplayName("F10: 0x16 0x03 and silence")
    void a_hello_that_stops_is_rejected_but_two_bytes_of_one_are_opaque() {
        byte[] hello = Hello.records(Hello.message("shop.example"), 16384);
        assertThat(new FirstBytes(true, true).last(Unpooled.wrappedBuffer(hello, 0, 2)))
                .isEqualTo(new Opaque());
        assertThat(new FirstBytes(true, true).last(Unpooled.wrappedBuffer(hello, 0, 20)))
                .isInstanceOf(Rejected.class);
    }

    private static Detection whole(byte[] bytes) {
        return new FirstBytes(true, true).look(Unpooled.wrappedBuffer(bytes));
    }

    /** Also holds the promise of NeedMore: with fewer bytes than it says nothing changes. */
    private static Detection byteByByte(byte[] bytes) {
        FirstBytes firstBytes = new FirstBytes(true, true);
        Detection found = new NeedMore(1);
        int promised = 1;
        for (int i = 1; found instanceof NeedMore && i <= bytes.length; i++) {
            found = firstBytes.look(Unpooled.wrappedBuffer(bytes, 0, i));
            if (!(found instanceof NeedMore)) {
                assertThat(i).isGreaterThanOrEqualTo(1);
            }
            promised = found instanceof NeedMore(int more) ? more : promised;
        }
        assertThat(promised).isGreaterThan(0);
        return found;
    }
}
