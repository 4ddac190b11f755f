package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two namespaces, of which this process is in one with the threads that it puts there. */
@Tag("privileged")
class PairTest {
    @BeforeAll
    static void require() {
        Privileged.require();
    }

    @Test
    void work_at_the_client_its_threads_and_its_processes_are_in_the_clients_namespace_and_nothing_else_is()
            throws Exception {
        String here = namespace("/proc/thread-self/ns/net");
        try (Pair pair = Pair.open()) {
            List<String> there = pair.atClient(() -> {
                try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
                    return List.of(
                            namespace("/proc/thread-self/ns/net"),
                            threads.submit(() -> namespace("/proc/thread-self/ns/net"))
                                    .get(),
                            new String(
                                            new ProcessBuilder("readlink", "/proc/self/ns/net")
                                                    .start()
                                                    .getInputStream()
                                                    .readAllBytes(),
                                            StandardCharsets.UTF_8)
                                    .strip());
                }
            });

            assertThat(there).hasSize(3).doesNotContain(here);
            assertThat(there.stream().distinct()).hasSize(1);
            assertThat(Command.ok(pair.atServer(List.of("readlink", "/proc/self/ns/net")))
                            .strip())
                    .isNotIn(here, there.getFirst());
            assertThat(namespace("/proc/thread-self/ns/net")).isEqualTo(here);
        }
    }

    @Test
    void the_client_reaches_the_server_at_its_address_and_at_all_of_a_range_and_its_loopback_is_its_own()
            throws Exception {
        try (Pair pair = Pair.open();
                var outside = new ServerSocket()) {
            outside.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            pair.serverHas("10.100.0.0/14");
            Process server = new ProcessBuilder(pair.atServer(List.of(
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "io.weft.examples.apps.HelloServer",
                            "8080",
                            "hello")))
                    .redirectErrorStream(true)
                    .start();
            assertThat(server.inputReader().readLine()).contains("ready");

            for (String address : List.of(Pair.SERVER, "10.100.0.1", "10.103.255.9")) {
                assertThat(pair.atClient(() -> get(address, 8080))).as(address).endsWith("hello\n");
            }
            assertThatThrownBy(() -> pair.atClient(() -> get("127.0.0.1", 8080)))
                    .isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> pair.atClient(() -> get("127.0.0.1", outside.getLocalPort())))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void nothing_is_left_of_it_and_its_programs_have_ended() throws Exception {
        Process server;
        List<String> name;
        try (Pair pair = Pair.open()) {
            name = pair.atClient(() -> List.of(Thread.currentThread().getName().replace("-client", "")));
            assertThat(Leftovers.of(name.getFirst())).hasSize(3);
            server = new ProcessBuilder(pair.atServer(List.of("sh", "-c", "echo there; exec sleep 600"))).start();
            // What has not come to the namespace yet is not found there.
            assertThat(server.inputReader().readLine()).isEqualTo("there");
        }
        assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isNotZero();
        assertThat(Leftovers.of(name.getFirst())).isEmpty();
    }

    private static String namespace(String link) throws Exception {
        return Files.readSymbolicLink(Path.of(link)).toString();
    }

    private static String get(String address, int port) throws Exception {
        try (var socket = new Socket(InetAddress.ofLiteral(address), port)) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
