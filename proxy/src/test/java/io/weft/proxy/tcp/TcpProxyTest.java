package io.weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cidr;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Rbac;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Opaque bytes through a real proxy on real sockets. */
@Timeout(60)
class TcpProxyTest {

    /** Serves each connection on a thread of its own. */
    private interface Server {
        void serve(Socket socket) throws Exception;
    }

    private static ServerSocket serving(Server server) throws IOException {
        ServerSocket socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try {
                    Socket accepted = socket.accept();
                    Thread.ofVirtual().start(() -> {
                        try (accepted) {
                            server.serve(accepted);
                        } catch (Exception e) {
                            // the test sees what came of it
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
        return socket;
    }

    private static Snapshot tcp(int port) {
        return Fixture.snapshot(
                Fixture.listener(Listener.Inspection.NONE, Fixture.chain(Fixture.tcp("app"), null)),
                Fixture.cluster("app", port));
    }

    @Test
    void bytes_pass_both_ways() throws Exception {
        try (ServerSocket echo = serving(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
                RunningProxy proxy = new RunningProxy(tcp(echo.getLocalPort()));
                Client client = proxy.connect()) {
            assertThat(client.send("hello").read(5)).isEqualTo("hello");
            assertThat(client.send("again").read(5)).isEqualTo("again");
        }
    }

    @Test
    void what_the_client_ended_the_server_can_still_answer_L4_08() throws Exception {
        try (ServerSocket server = serving(socket -> {
                    byte[] all = socket.getInputStream().readAllBytes();
                    socket.getOutputStream().write(("got " + all.length).getBytes(StandardCharsets.US_ASCII));
                });
                RunningProxy proxy = new RunningProxy(tcp(server.getLocalPort()));
                Client client = proxy.connect()) {
            client.send("x".repeat(1_000_000));
            client.endSpeech();
            assertThat(client.rest()).isEqualTo("got 1000000");
        }
    }

    @Test
    void what_the_server_ended_the_client_can_still_send_L4_08() throws Exception {
        var got = new java.util.concurrent.LinkedBlockingQueue<Integer>();
        try (ServerSocket server = serving(socket -> {
                    socket.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
                    socket.shutdownOutput();
                    got.add(socket.getInputStream().readAllBytes().length);
                });
                RunningProxy proxy = new RunningProxy(tcp(server.getLocalPort()));
                Client client = proxy.connect()) {
            assertThat(client.rest()).isEqualTo("bye");
            client.send("y".repeat(100_000));
            client.endSpeech();
            assertThat(got.poll(10, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo(100_000);
        }
    }

    @Test
    void a_server_that_speaks_first_is_heard_though_the_port_may_be_http_L4_03() throws Exception {
        try (ServerSocket server = serving(socket -> {
                    socket.getOutputStream().write("220 ready\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().transferTo(socket.getOutputStream());
                });
                RunningProxy proxy = new RunningProxy(undeclared(server.getLocalPort(), server.getLocalPort()));
                Client client = proxy.connect()) {
            assertThat(client.read(11)).isEqualTo("220 ready\r\n");
            assertThat(client.send("EHLO").read(4)).isEqualTo("EHLO");
        }
    }

    @Test
    void a_port_of_unknown_protocol_takes_http_and_other_bytes_L4_01() throws Exception {
        try (ServerSocket echo = serving(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
                io.weft.proxy.testing.Endpoint app = io.weft.proxy.testing.Endpoint.saying("http");
                RunningProxy proxy = new RunningProxy(undeclared(app.port(), echo.getLocalPort()));
                Client http = proxy.connect();
                Client opaque = proxy.connect()) {
            assertThat(http.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer().body())
                    .isEqualTo("http");
            assertThat(opaque.send("\0\1\2\3binary").read(10)).isEqualTo("\0\1\2\3binary");
        }
    }

    private static Snapshot undeclared(int httpPort, int tcpPort) {
        FilterChainMatch http = new FilterChainMatch(
                null,
                List.of(),
                List.of(),
                null,
                List.of("http/1.0", "http/1.1", "h2c"),
                List.of(),
                FilterChainMatch.SourceType.ANY,
                List.of(),
                List.of());
        return Fixture.snapshot(
                Fixture.listener(
                        new Listener.Inspection(false, true, Duration.ofSeconds(10), true),
                        new FilterChain(
                                "http",
                                http,
                                null,
                                List.of(),
                                Fixture.manager(Fixture.routes(Fixture.forwardTo("web")))),
                        new FilterChain("tcp", FilterChainMatch.ANY, null, List.of(), Fixture.tcp("app"))),
                Fixture.cluster("web", httpPort),
                Fixture.cluster("app", tcpPort));
    }

    @Test
    void a_slow_reader_stops_the_writer_and_loses_nothing() throws Exception {
        byte[] block = new byte[64 * 1024];
        java.util.Arrays.fill(block, (byte) 'z');
        int blocks = 200; // 12.5 MiB, far beyond what the proxy may hold
        try (ServerSocket server = serving(socket -> {
                    for (int i = 0; i < blocks; i++) {
                        socket.getOutputStream().write(block);
                    }
                });
                RunningProxy proxy = new RunningProxy(tcp(server.getLocalPort()));
                Client client = proxy.connect()) {
            assertThat(client.rest()).hasSize(blocks * block.length);
        }
    }

    @Test
    void an_endpoint_that_refuses_costs_the_client_its_connection_and_says_why() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        try (RunningProxy proxy = new RunningProxy(tcp(nobody));
                Client client = proxy.connect()) {
            assertThat(client.isClosed()).isTrue();
            Connection ended = proxy.ended();
            assertThat(ended.details()).contains("Connection refused");
            assertThat(RunningProxy.flags(ended)).containsExactly(ResponseFlag.UF, ResponseFlag.URX);
        }
    }

    @Test
    void a_reset_passes_as_a_reset() throws Exception {
        try (ServerSocket server = serving(socket -> {
                    if (socket.getInputStream().read() >= 0) {
                        socket.setSoLinger(true, 0);
                    }
                });
                RunningProxy proxy = new RunningProxy(tcp(server.getLocalPort()));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            client.setSoTimeout(10_000);
            client.getOutputStream().write(1);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> {
                        if (client.getInputStream().read() < 0) {
                            throw new AssertionError("ended in order");
                        }
                    })
                    .isInstanceOf(java.net.SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void a_connection_that_policy_refuses_reaches_no_endpoint_and_names_the_policy_AZ_01() throws Exception {
        Rbac.Policy localhost = new Rbac.Policy(
                List.of(new Rbac.Permission.Any()),
                List.of(new Rbac.Principal.DirectRemoteIp(Cidr.parse("127.0.0.0/8"))));
        Rbac deny = new Rbac(Rbac.Action.DENY, new TreeMap<>(Map.of("no-localhost", localhost)));
        var reached = new java.util.concurrent.atomic.AtomicInteger();
        try (ServerSocket server = serving(socket -> reached.incrementAndGet());
                RunningProxy proxy = new RunningProxy(Fixture.snapshot(
                        Fixture.listener(
                                Listener.Inspection.NONE,
                                new FilterChain(
                                        "tcp",
                                        FilterChainMatch.ANY,
                                        null,
                                        List.of(new FilterChain.NetworkFilter.NetworkRbac("rbac", deny, null)),
                                        Fixture.tcp("app"))),
                        Fixture.cluster("app", server.getLocalPort())));
                Client client = proxy.connect()) {
            assertThat(client.isClosed()).isTrue();
            assertThat(proxy.connectionEnded()).isEqualTo("rbac_access_denied_matched_policy[no-localhost]");
            assertThat(reached).hasValue(0);
        }
    }
}
