package io.weft.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of the attack cases 2.C this class must refuse by itself, because Netty lets it through. */
class HeadReaderTest {

    /** Fields by turns; a pseudo-header replaces that of a good head, and an empty one is left out. */
    private static Http2Headers head(String... fields) {
        Http2Headers head = new DefaultHttp2Headers(false)
                .method("GET")
                .scheme("http")
                .path("/")
                .authority("x");
        for (int i = 0; i < fields.length; i += 2) {
            if (!fields[i].startsWith(":")) {
                head.add(fields[i], fields[i + 1]);
            } else if (fields[i + 1].isEmpty()) {
                head.remove(fields[i]);
            } else {
                head.set(fields[i], fields[i + 1]);
            }
        }
        return head;
    }

    private static Request read(Http2Headers head, boolean end) throws BadMessage {
        Request request = new Request();
        HeadReader.request(head, request, end, 100);
        return request;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    C1 |:path      |/a b            |http2.invalid_path
                    C1 |:path      |/a\\r\\nb       |http2.invalid_path
                    C1 |:path      |admin           |http2.invalid_path
                    C1 |:path      |/a#f            |http2.invalid_path
                    C1 |:path      |http://b/       |http2.invalid_path
                    C1 |:path      |*               |http2.invalid_path
                    C1 |:method    |GET /x          |http2.invalid_method
                    C1 |:method    |GET\\r\\n       |http2.invalid_method
                    C1 |:scheme    |http://b/?      |http2.invalid_scheme
                    C1 |:scheme    |ftp             |http2.invalid_scheme
                    C1 |:authority |u@a             |http2.invalid_authority
                    C1 |:authority |a/b             |http2.invalid_authority
                    C1 |:authority |a\\r\\nb        |http2.invalid_authority
                    C1 |:authority |a:99999         |http2.invalid_authority
                    C2 |host       |b               |http2.host_differs_from_authority
                    C3 |connection |close           |http2.connection_header
                    C3 |keep-alive |5               |http2.connection_header
                    C3 |proxy-connection |close     |http2.connection_header
                    C3 |transfer-encoding |chunked  |http2.connection_header
                    C3 |upgrade    |h2c             |http2.connection_header
                    C3 |te         |gzip            |http2.invalid_te
                    C4 |:method    |''              |http2.invalid_pseudo_headers
                    C4 |:path      |''              |http2.missing_pseudo_header
                    C4 |:scheme    |''              |http2.missing_pseudo_header
                    C4 |:authority |''              |http2.missing_authority
                    C4 |:protocol  |websocket       |http2.invalid_pseudo_headers
                    C5 |content-length |4, 5        |http2.invalid_content_length
                    C5 |content-length |+4          |http2.invalid_content_length
                    C5 |content-length |99999999999999999999 |http2.invalid_content_length
                    C6 |x a        |1               |http2.invalid_name
                    C6 |x:a        |1               |http2.invalid_name
                    C6 |x\\ra      |1               |http2.invalid_name
                    C6 |x-a        |1\\r\\n2        |http2.invalid_value
                    C6 |x-a        |1\\0            |http2.invalid_value
                    C6 |x-a        |' 1'            |http2.blank_around_value
                    C6 |x-a        |'1 '            |http2.blank_around_value
                    """)
    void a_head_that_http1_could_not_carry_unambiguously_is_refused(
            String id, String name, String value, String details) {
        String real = value.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
        Http2Headers head = head(name.replace("\\r", "\r"), real);
        assertThatThrownBy(() -> read(head, false)).as(id).isInstanceOfSatisfying(BadMessage.class, bad -> {
            assertThat(bad.status()).isEqualTo(400);
            assertThat(bad.details()).isEqualTo(details);
        });
    }

    @Test
    void two_hosts_and_two_lengths_are_refused_C2_C5() {
        assertThatThrownBy(() -> read(head(":authority", "", "host", "a", "host", "b"), true))
                .hasMessage("http2.host_differs_from_authority");
        assertThatThrownBy(() -> read(head("content-length", "4", "content-length", "4"), false))
                .hasMessage("http2.invalid_content_length");
        assertThatThrownBy(() -> read(head("content-length", "5"), true))
                .hasMessage("http2.content_length_without_body");
    }

    @Test
    void names_of_every_case_are_known_for_what_they_are_C3() {
        assertThatThrownBy(() -> read(head("Transfer-Encoding", "chunked"), false))
                .hasMessage("http2.connection_header");
    }

    @Test
    void a_good_head_becomes_lines_with_one_host() throws BadMessage {
        Request request = read(
                head(":path", "/p?q", "host", "X", "cookie", "a=1", "x-a", "1", "cookie", "b=2", "te", "Trailers"),
                true);
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.path()).isEqualTo("/p?q");
        assertThat(request.authority()).isEqualTo("x");
        assertThat(request.headers()).hasToString("host: x\nx-a: 1\nte: trailers\ncookie: a=1; b=2\n");
        assertThat(request.body()).isEqualTo(Request.Body.NONE);
    }

    @Test
    void the_scheme_may_be_written_in_capitals_C9() throws BadMessage {
        assertThat(read(head(":scheme", "HTTPS"), true).path()).isEqualTo("/");
    }

    @Test
    void connect_has_an_authority_and_nothing_else() throws BadMessage {
        Request request = read(head(":method", "CONNECT", ":path", "", ":scheme", "", ":authority", "x:443"), false);
        assertThat(request.authority()).isEqualTo("x:443");
        assertThat(request.path()).isEmpty();
        assertThatThrownBy(() -> read(head(":method", "CONNECT"), false)).hasMessage("http2.invalid_connect");
    }

    @Test
    void how_a_body_ends_is_known_from_the_head() throws BadMessage {
        assertThat(read(head(), false).body()).isEqualTo(Request.Body.STREAM);
        Request known = read(head("content-length", "7"), false);
        assertThat(known.body()).isEqualTo(Request.Body.LENGTH);
        assertThat(known.contentLength()).isEqualTo(7);
    }

    @Test
    void more_lines_than_allowed_are_a_431_D7() {
        Http2Headers head = head();
        for (int i = 0; i < 4_000; i++) {
            head.add("cookie", "c=" + i);
        }
        assertThatThrownBy(() -> read(head, true))
                .isInstanceOfSatisfying(
                        BadMessage.class, bad -> assertThat(bad.status()).isEqualTo(431));
    }

    @ParameterizedTest
    @CsvSource({"2000", "20", "099", "600", "101", "2x0", "''"})
    void a_status_that_is_none_is_refused(String status) {
        Http2Headers head = new DefaultHttp2Headers(false);
        head.status(status);
        assertThatThrownBy(() -> HeadReader.response(head, new Response(), false, false))
                .hasMessage("http2.invalid_status");
    }

    @ParameterizedTest
    @CsvSource({"200,true", "204,false", "304,false"})
    void answers_without_a_body_have_none_whatever_their_length_says(String status, boolean head) throws BadMessage {
        Http2Headers from = new DefaultHttp2Headers(false).status(status).add("content-length", "9");
        Response response = new Response();
        HeadReader.response(from, response, false, head);
        assertThat(response.body()).isEqualTo(Request.Body.NONE);
        assertThat(response.contentLength()).isEqualTo(9);
    }

    @Test
    void trailers_keep_what_decides_nothing_A13() throws BadMessage {
        Http2Headers from = new DefaultHttp2Headers(false)
                .add("grpc-status", "0")
                .add("host", "b")
                .add("transfer-encoding", "chunked")
                .add("content-length", "9");
        Headers trailers = HeadReader.trailers(from);
        assertThat(trailers).hasToString("grpc-status: 0\n");
        assertThat(HeadReader.trailers(new DefaultHttp2Headers(false).add("host", "b")))
                .isNull();
        assertThatThrownBy(() -> HeadReader.trailers(new DefaultHttp2Headers(false).path("/")))
                .hasMessage("http2.pseudo_header_in_trailers");
        assertThatThrownBy(() -> HeadReader.trailers(new DefaultHttp2Headers(false).add("x", "a\r\nb")))
                .hasMessage("http2.invalid_value");
    }
}
