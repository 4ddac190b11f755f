package io.weft.examples.apps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Load that hides an error would make every fact about errors worthless. */
class HttpCallerTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\none a";

    /** Answers the requests of one connection with these texts, then closes it; and so on with the next connection. */
    private static ServerSocket server(List<List<String>> connections) throws IOException {
        var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            for (List<String> answers : connections) {
                try (Socket socket = server.accept()) {
                    for (String answer : answers) {
                        for (int end = 0; end < 4; ) {
                            end = socket.getInputStream().read() == "\r\n\r\n".charAt(end) ? end + 1 : 0;
                        }
                        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    }
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server;
    }

    @Test
    void answers_are_counted_by_their_first_word_and_nothing_is_tried_twice() throws IOException {
        List<List<String>> connections = List.of(
                List.of(OK, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno", OK),
                List.of("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
                List.of(OK));
        try (ServerSocket server = server(connections);
                var caller = new HttpCaller("127.0.0.1", server.getLocalPort(), true)) {
            assertThat(caller.call()).isEqualTo("one");
            assertThatThrownBy(caller::call).hasMessage("HTTP/1.1 503 Service Unavailable: no");
            assertThat(caller.call()).isEqualTo("one");
            // The server closes without having said so: the request that meets this is an error.
            assertThatThrownBy(caller::call).isInstanceOf(IOException.class);
            assertThatThrownBy(caller::call).hasMessageContaining("within the body");
            assertThat(caller.call()).isEqualTo("one");
        }
    }

    @Test
    void what_a_load_prints_is_what_is_read() {
        var tally = new Tally(InstantSource.fixed(java.time.Instant.ofEpochMilli(1234)));
        tally.answer("catalog-1");
        tally.answer("catalog-1");
        tally.answer("catalog-2");
        tally.error("refused");
        LoadReport report = tally.report(true);
        assertThat(report.ok()).isEqualTo(3);
        String log = "noise\n" + tally.report(false).line() + "\n" + report.line() + "\nload over errors=9";
        assertThat(LoadReport.last(log)).contains(report);
        assertThat(report.answers().get("catalog-1")).isEqualTo(new LoadReport.Answers(2, 1234, 1234));
    }
}
