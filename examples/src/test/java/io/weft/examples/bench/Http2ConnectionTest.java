package io.weft.examples.bench;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.examples.bench.Scenario.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the bench's own client of HTTP/2 takes nothing but the right answer for one. */
final class Http2ConnectionTest {
    private static final byte[] BODY = Content.SMALL.body();
    private static final byte[] SETTINGS = frame(4, 0, 0, new byte[0]);
    private static final byte[] STATUS_200 = {(byte) 0x88};
    private static final byte[] TRAILERS = {0};

    @Test
    void the_right_answer_is_one_in_however_many_frames_and_among_those_of_the_connection() {
        assertThatCode(() -> ask(
                        Protocol.HTTP2,
                        SETTINGS,
                        frame(6, 0, 0, new byte[8]),
                        frame(1, 4, 1, new byte[] {0x3f, (byte) 0xe1, 0x1f, (byte) 0x88}),
                        frame(0, 0, 1, Arrays.copyOf(BODY, 1_000)),
                        frame(8, 0, 0, new byte[] {0, 0, 1, 0}),
                        frame(0, 1, 1, Arrays.copyOfRange(BODY, 1_000, BODY.length))))
                .doesNotThrowAnyException();
    }

    @Test
    void another_status_is_none() {
        assertThatThrownBy(() -> ask(Protocol.HTTP2, SETTINGS, frame(1, 4, 1, new byte[] {(byte) 0x8d})))
                .hasMessageContaining("expected the status 200")
                .hasMessageContaining("8d");
    }

    @Test
    void other_bytes_and_too_few_of_them_are_none() {
        byte[] other = BODY.clone();
        other[500]++;
        for (byte[] body : List.of(other, Arrays.copyOf(BODY, 1_023))) {
            assertThatThrownBy(() -> ask(Protocol.HTTP2, frame(1, 4, 1, STATUS_200), frame(0, 1, 1, body)))
                    .hasMessageContaining("expected the 1024 of /1k");
        }
    }

    @Test
    void a_call_is_answered_by_trailers_and_nothing_else_is() {
        byte[] call = Content.CALL.body();
        assertThatCode(() ->
                        ask(Protocol.GRPC, frame(1, 4, 1, STATUS_200), frame(0, 0, 1, call), frame(1, 5, 1, TRAILERS)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> ask(Protocol.GRPC, frame(1, 4, 1, STATUS_200), frame(0, 1, 1, call)))
                .hasMessageContaining("without trailers");
    }

    @Test
    void a_reset_and_a_goodbye_are_errors_with_their_codes() {
        assertThatThrownBy(() -> ask(Protocol.HTTP2, frame(3, 0, 1, new byte[] {0, 0, 0, 7})))
                .hasMessageContaining("RST_STREAM with code 7");
        assertThatThrownBy(() -> ask(Protocol.HTTP2, frame(7, 0, 0, new byte[] {0, 0, 0, 0, 0, 0, 0, 2})))
                .hasMessageContaining("GOAWAY with code 2");
    }

    /** One request to a server that says this, whatever it is asked. */
    private static void ask(Protocol protocol, byte[]... frames) throws IOException {
        var answer = new ByteArrayOutputStream();
        Stream.of(frames).forEach(answer::writeBytes);
        Content content = protocol == Protocol.GRPC ? Content.CALL : Content.SMALL;
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                KeptConnection client =
                        KeptConnection.open(protocol, content, new Address(Ground.LOCAL, server.getLocalPort()));
                Socket accepted = server.accept()) {
            accepted.getOutputStream().write(answer.toByteArray());
            client.ask("host");
        }
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }
}
