package io.weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Headers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReaderTest {

    private static String read(BodyReader body, String wire, int piece) throws BadMessage {
        StringBuilder text = new StringBuilder();
        byte[] bytes = wire.getBytes(StandardCharsets.ISO_8859_1);
        for (int from = 0; from < bytes.length && !body.done(); from += piece) {
            ByteBuf in = Unpooled.copiedBuffer(bytes, from, Math.min(piece, bytes.length - from));
            ByteBuf data;
            while (!body.done() && (data = body.next(in)) != null) {
                text.append(data.toString(StandardCharsets.ISO_8859_1));
                data.release();
            }
            in.release();
        }
        return text.toString();
    }

    private static BodyReader chunked() {
        BodyReader body = new BodyReader();
        body.chunked();
        return body;
    }

    @Test
    void chunks_are_undone_whole_or_byte_by_byte() throws BadMessage {
        for (int piece : new int[] {1, 2, 5, 1000}) {
            BodyReader body = chunked();
            assertThat(read(body, "5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n", piece))
                    .isEqualTo("hello0123456789");
            assertThat(body.done()).isTrue();
            assertThat(body.trailers()).isNull();
        }
    }

    @Test
    void trailers_belong_to_one_body_and_not_to_the_next_on_the_connection() throws BadMessage {
        BodyReader body = chunked();
        read(body, "1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n", 1000);
        assertThat(body.trailers()).isNotNull();
        body.length(1);
        assertThat(read(body, "b", 1000)).isEqualTo("b");
        assertThat(body.trailers()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\nhello\r\n0\r\n\r\n", // A9
                "5;a\nhello\r\n0\r\n\r\n", // A9
                "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n", // A10
                "5;a=\"x\r\nhello\r\n0\r\n\r\n", // A10
                "100000004\r\n", // A11
                "00000000000000005\r\nhello\r\n", // A11
                "0x4\r\nabcd\r\n", // A11
                "+4\r\nabcd\r\n", // A11
                "-4\r\nabcd\r\n", // A11
                "4 \r\nabcd\r\n", // A11
                "\r\nabcd\r\n", // A11
                "4_0\r\nabcd\r\n", // A11
                "4\r\nabcdX\r\n0\r\n\r\n", // A12
                "4\r\nabcd\n0\r\n\r\n", // A12
            })
    void a_chunk_that_two_readers_could_read_differently_is_refused(String wire) {
        assertThrows(BadMessage.class, () -> read(chunked(), wire, 1000));
        assertThrows(BadMessage.class, () -> read(chunked(), wire, 1));
    }

    @Test
    void an_extension_is_bounded_A10() {
        assertThrows(BadMessage.class, () -> read(chunked(), "5;" + "a".repeat(1025) + "\r\nhello\r\n", 1000));
        String many = ("1;" + "a".repeat(1000) + "\r\nx\r\n").repeat(17);
        assertThrows(BadMessage.class, () -> read(chunked(), many, 1000));
    }

    @Test
    void trailers_survive_but_never_those_that_decide_anything_A13() throws BadMessage {
        BodyReader body = chunked();
        read(
                body,
                "0\r\nGrpc-Status: 0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: b\r\nAuthorization: x\r\n"
                        + "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Client-Cert: y\r\n\r\n",
                3);
        Headers trailers = body.trailers();
        assertThat(trailers).isNotNull();
        assertThat(String.valueOf(trailers)).isEqualTo("Grpc-Status: 0\n");
    }

    @Test
    void a_length_ends_where_it_says() throws BadMessage {
        BodyReader body = new BodyReader();
        body.length(5);
        ByteBuf in = Unpooled.copiedBuffer("helloGET ", StandardCharsets.US_ASCII);
        ByteBuf data = body.next(in);
        assertThat(java.util.Objects.requireNonNull(data).toString(StandardCharsets.US_ASCII))
                .isEqualTo("hello");
        data.release();
        assertThat(body.done()).isTrue();
        assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("GET ");
        in.release();
    }
}
