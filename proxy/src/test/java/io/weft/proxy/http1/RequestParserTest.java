package io.weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Request;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request head may be, row by row; the ids are those of the attack cases. */
class RequestParserTest {

    private static final String HOST = "Host: a\r\n";

    private static Request parse(String text, int piece) throws BadMessage {
        RequestParser parser = new RequestParser(HttpConnectionManager.Limits.DEFAULT);
        Request request = new Request();
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int from = 0; from < bytes.length; from += piece) {
            ByteBuf in = Unpooled.wrappedBuffer(bytes, from, Math.min(piece, bytes.length - from));
            if (parser.parse(in, request)) {
                return request;
            }
        }
        throw new AssertionError("incomplete: " + text);
    }

    private static Request parse(String text) throws BadMessage {
        return parse(text, Integer.MAX_VALUE / 2);
    }

    private static String unescape(String row) {
        return row.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\0", "\0")
                .replace("\\v", "\u000b")
                .replace("\\f", "\f")
                .replace("\\x7f", "\u007f")
                .replace("\\xa0", "\u00a0")
                .replace("\\xff", "\u00ff");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "A1 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n | 400",
                "A1 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 4\\r\\n\\r\\n | 400",
                "A2 | POST / HTTP/1.0\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n | 400",
                "A2 | POST / HTTP/1.0\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 4\\r\\n\\r\\n | 400",
                "A3 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4\\r\\nContent-Length: 4\\r\\n\\r\\n | 400",
                "A3 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4\\r\\nContent-Length: 5\\r\\n\\r\\n | 400",
                "A3 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4, 4\\r\\n\\r\\n | 400",
                "A3 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4, 5\\r\\n\\r\\n | 400",
                "A4 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: +4\\r\\n\\r\\n | 400",
                "A4 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: -1\\r\\n\\r\\n | 400",
                "A4 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 0x4\\r\\n\\r\\n | 400",
                "A4 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4_0\\r\\n\\r\\n | 400",
                "A4 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4 4\\r\\n\\r\\n | 400",
                "A4 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length:\\r\\n\\r\\n | 400",
                "A4 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 18446744073709551620\\r\\n\\r\\n | 400",
                "A5 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length:\\r\\nContent-Length: 4\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked, identity\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked, xchunked\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\nTransfer-Encoding: identity\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: xchunked\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: identity\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked,chunked\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked;q=1\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: \\vchunked\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: \\xa0chunked\\r\\n\\r\\n | 400",
                "A6 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\xff\\r\\n\\r\\n | 400",
                "A7 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n | 501",
                "A8 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding : chunked\\r\\n\\r\\n | 400",
                "A8 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding\\t: chunked\\r\\n\\r\\n | 400",
                "A8 | POST / HTTP/1.1\\r\\n X: y\\r\\nHost: a\\r\\n\\r\\n | 400",
                "A8 | POST / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\r\\n Transfer-Encoding: chunked\\r\\n\\r\\n | 400",
                "A8 | POST / HTTP/1.1\\r\\nHost: a\\r\\nno colon\\r\\n\\r\\n | 400",
                "B1 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\0b\\r\\n\\r\\n | 400",
                "B1 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\rb\\r\\n\\r\\n | 400",
                "B1 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\nY: b\\r\\n\\r\\n | 400",
                "B1 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\x7f\\r\\n\\r\\n | 400",
                "B1 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX\\0: a\\r\\n\\r\\n | 400",
                "B1 | GET / HTTP/1.1\\nHost: a\\n\\n | 400",
                "B2 | GET / HTTP/1.1\\r\\n: x\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B2 | GET / HTTP/1.1\\r\\nHost: a\\r\\n: x\\r\\nA: b\\r\\n\\r\\n | 400",
                "B4 | GET / HTTP/1.1\\r\\n\\r\\n | 400",
                "B4 | GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B4 | GET / HTTP/1.1\\r\\nHost: u@a\\r\\n\\r\\n | 400",
                "B4 | GET / HTTP/1.1\\r\\nHost: a/b\\r\\n\\r\\n | 400",
                "B4 | GET / HTTP/1.1\\r\\nHost: a b\\r\\n\\r\\n | 400",
                "B4 | GET / HTTP/1.1\\r\\nHost: a#b\\r\\n\\r\\n | 400",
                "B4 | GET / HTTP/1.1\\r\\nHost: a:x\\r\\n\\r\\n | 400",
                "B4 | GET / HTTP/1.1\\r\\nHost: a:65536\\r\\n\\r\\n | 400",
                "B4 | GET / HTTP/1.1\\r\\nHost:\\r\\n\\r\\n | 400",
                "B4 | GET http://b/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B5 | GET / HTTP/1.32\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B5 | GET / HTTP/2.0\\r\\nHost: a\\r\\n\\r\\n | 505",
                "B5 | GET / http/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B5 | GET / HTTP/0.9\\r\\nHost: a\\r\\n\\r\\n | 505",
                "B5 | GET\\t/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B5 | GET\\f/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B5 | GET /a b HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B5 | GET  / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B5 | \"GET\" / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B5 | GET /\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B6 | GET * HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B6 | GET admin HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B6 | CONNECT / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B6 | CONNECT host HTTP/1.1\\r\\nHost: host\\r\\n\\r\\n | 400",
                "B6 | OPTIONS */x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
                "B7 | GET /admin#x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400",
            })
    void a_head_that_two_readers_could_read_differently_is_refused(String id, String head, int status) {
        BadMessage refused = assertThrows(BadMessage.class, () -> parse(unescape(head)));
        assertThat(refused.status()).as(id + " " + refused.details()).isEqualTo(status);
        BadMessage inPieces = assertThrows(BadMessage.class, () -> parse(unescape(head), 1));
        assertThat(inPieces.details()).isEqualTo(refused.details());
    }

    @Test
    void a_head_is_read_the_same_whole_or_byte_by_byte() throws BadMessage {
        String head =
                "POST /a/b?c=d HTTP/1.1\r\nHoSt: Example.org:8080\r\nX-MiXeD:  v w \r\nContent-Length: 12\r\n\r\n";
        for (int piece : new int[] {1, 2, 3, 7, 1000}) {
            Request request = parse(head, piece);
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/a/b?c=d");
            assertThat(request.authority()).isEqualTo("Example.org:8080");
            assertThat(request.header("x-mixed")).isEqualTo("v w");
            assertThat(request.body()).isEqualTo(Request.Body.LENGTH);
            assertThat(request.contentLength()).isEqualTo(12);
        }
    }

    @Test
    void names_keep_their_case_and_order_and_lines_their_blanks_H_03() throws BadMessage {
        Request request = parse("GET / HTTP/1.1\r\nX-b:1\r\nHost: a\r\nx-A:  2 \r\nX-B: 3\r\n\r\n");
        ByteBuf out = Unpooled.buffer();
        request.headers().writeTo(out);
        assertThat(out.toString(StandardCharsets.ISO_8859_1)).isEqualTo("X-b:1\r\nHost: a\r\nx-A:  2 \r\nX-B: 3\r\n");
        assertThat(request.header("x-b")).isEqualTo("1,3");
    }

    @Test
    void leading_zeros_of_a_length_are_forwarded_as_the_number_A4() throws BadMessage {
        Request request = parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0004\r\n\r\n");
        assertThat(request.contentLength()).isEqualTo(4);
        assertThat(request.header("content-length")).isEqualTo("4");
    }

    @Test
    void what_is_meant_for_one_hop_goes_no_further() throws BadMessage {
        Request request = parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n"
                + "Proxy-Connection: x\r\nTE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\nX-Stay: 1\r\n\r\n");
        assertThat(request.headers().toString()).isEqualTo("Host: a\nX-Stay: 1\nte: trailers\n");
        assertThat(request.upgrade()).as("A19: no tunnel by h2c").isNull();
    }

    @Test
    void an_absolute_target_becomes_path_and_host() throws BadMessage {
        Request request = parse("GET http://Example.org/x?y HTTP/1.1\r\nHost: example.org\r\n\r\n");
        assertThat(request.path()).isEqualTo("/x?y");
        assertThat(request.authority()).isEqualTo("Example.org");
        assertThat(parse("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n").path()).isEqualTo("/?q");
    }

    @Test
    void options_may_ask_for_all_and_connect_for_a_host_and_port() throws BadMessage {
        assertThat(parse("OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n").path()).isEqualTo("*");
        Request connect = parse("CONNECT a.b:443 HTTP/1.1\r\nHost: a.b:443\r\n\r\n");
        assertThat(connect.authority()).isEqualTo("a.b:443");
        assertThat(connect.path()).isEmpty();
    }

    @Test
    void http_1_0_needs_no_host() throws BadMessage {
        Request request = parse("GET / HTTP/1.0\r\n\r\n");
        assertThat(request.http10()).isTrue();
        assertThat(request.authority()).isEmpty();
    }

    @Test
    void the_limits_hold_B8() {
        String longLine = "GET /" + "a".repeat(8 * 1024) + " HTTP/1.1\r\n" + HOST + "\r\n";
        assertThat(assertThrows(BadMessage.class, () -> parse(longLine)).status())
                .isEqualTo(414);
        String large = "GET / HTTP/1.1\r\n" + HOST + "X: " + "a".repeat(60 * 1024) + "\r\n\r\n";
        assertThat(assertThrows(BadMessage.class, () -> parse(large)).status()).isEqualTo(431);
        String many = "GET / HTTP/1.1\r\n" + HOST + "a: b\r\n".repeat(100) + "\r\n";
        assertThat(assertThrows(BadMessage.class, () -> parse(many)).status()).isEqualTo(431);
        String longName = "GET / HTTP/1.1\r\n" + HOST + "Content-Length0" + "a".repeat(64 * 1024) + ": 4\r\n\r\n";
        assertThat(assertThrows(BadMessage.class, () -> parse(longName)).status())
                .as("B3")
                .isEqualTo(431);
    }

    @Test
    void no_byte_around_a_transfer_encoding_makes_two_readers_disagree_A14() {
        char[] odd = {0x01, 0x04, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1f, 0x20, 0x7f, 0xa0, 0xff};
        int accepted = 0;
        for (char c : odd) {
            for (String line : new String[] {
                c + "Transfer-Encoding: chunked",
                "Transfer-Encoding" + c + ": chunked",
                "Transfer-Encoding:" + c + "chunked",
                "Transfer-Encoding: chunked" + c,
                "Transfer" + c + "Encoding: chunked",
                "Transfer-Encoding: chu" + c + "nked",
                "X: y" + c + "Transfer-Encoding: chunked",
                "X: y\r\n" + c + "Transfer-Encoding: chunked",
            }) {
                String head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n" + line + "\r\n\r\n";
                try {
                    Request request = parse(head);
                    accepted++;
                    // Then it was not a Transfer-Encoding at all: the length alone counts, for every reader.
                    assertThat(request.headers().has(FieldName.TRANSFER_ENCODING))
                            .as(line)
                            .isFalse();
                    assertThat(request.contentLength()).isEqualTo(4);
                } catch (BadMessage refused) {
                    assertThat(refused.status()).as(line).isIn(400, 501);
                }
            }
        }
        assertThat(accepted)
                .as("blank, tab and bytes beyond ASCII inside an ordinary value")
                .isLessThanOrEqualTo(4);
    }
}
