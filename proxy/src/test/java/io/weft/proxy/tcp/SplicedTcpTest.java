package io.weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Much and plain: what is moved within the kernel arrives like anything else. */
@Timeout(60)
class SplicedTcpTest {

    private static final int MIB = 1024 * 1024;
    private static final int MUCH = 64 * MIB;
    private static final Duration IDLE = Duration.ofMillis(400);

    private static Snapshot tcp(int port, Duration idle) {
        TcpProxy terminal = new TcpProxy("test", new ClusterChoice.Single("app"), idle, 1, Duration.ZERO, List.of());
        return Fixture.snapshot(
                Fixture.listener(Listener.Inspection.NONE, Fixture.chain(terminal, null)),
                Fixture.cluster("app", port));
    }

    private static Snapshot tcp(ServerSocket server) {
        return tcp(server.getLocalPort(), TcpProxy.DEFAULT_IDLE_TIMEOUT);
    }

    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    }

    private static Socket connect(RunningProxy proxy) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] bytes, int length) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(bytes, 0, length);
        return HexFormat.of().formatHex(digest.digest());
    }

    private interface Task<T> {
        T run() throws Exception;
    }

    private static <T> CompletableFuture<T> async(Task<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(task.run());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** Sends until nobody takes any more: every buffer on the way is full, the pipe among them. */
    private static int fill(SocketChannel client, ByteBuffer bytes) throws IOException {
        client.configureBlocking(false);
        int before = bytes.position();
        try (Selector selector = Selector.open()) {
            client.register(selector, SelectionKey.OP_WRITE);
            while (bytes.hasRemaining() && selector.select(300) > 0) {
                selector.selectedKeys().clear();
                client.write(bytes);
            }
        }
        client.configureBlocking(true);
        return bytes.position() - before;
    }

    private static long descriptors(String kind) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).toString().startsWith(kind);
                        } catch (IOException e) {
                            return false; // the one that lists
                        }
                    })
                    .count();
        }
    }

    @Test
    void nothing_before_a_FIN_is_lost_where_the_pipe_is_full_and_the_reader_slow_L4_08() throws Exception {
        byte[] bytes = random(1, MUCH + 64 * MIB);
        CountDownLatch full = new CountDownLatch(1);
        long pipesBefore = descriptors("pipe:");
        try (ServerSocket server = server();
                RunningProxy proxy = new RunningProxy(tcp(server));
                SocketChannel client =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()))) {
            CompletableFuture<byte[]> received = async(() -> {
                try (Socket accepted = server.accept()) {
                    byte[] first = accepted.getInputStream().readNBytes(MUCH);
                    full.await();
                    byte[] rest = accepted.getInputStream().readAllBytes();
                    byte[] all = java.util.Arrays.copyOf(first, first.length + rest.length);
                    System.arraycopy(rest, 0, all, first.length, rest.length);
                    return all;
                }
            });
            ByteBuffer out = ByteBuffer.wrap(bytes);
            int sent = fill(client, out);
            assertThat(sent).isGreaterThan(MUCH).isLessThan(bytes.length);
            assertThat(descriptors("pipe:")).as("two ends of one pipe").isEqualTo(pipesBefore + 2);
            client.shutdownOutput();
            full.countDown();
            byte[] arrived = received.get(30, TimeUnit.SECONDS);
            assertThat(arrived).hasSize(sent);
            assertThat(sha256(arrived, arrived.length)).isEqualTo(sha256(bytes, sent));
            Connection ended = proxy.ended();
            assertThat(ended.received()).isEqualTo(sent);
            assertThat(ended.sent()).isZero();
        }
    }

    @Test
    void each_direction_ends_by_itself_and_all_bytes_are_counted_L4_08() throws Exception {
        byte[] up = random(2, 24 * MIB);
        byte[] down = random(3, 32 * MIB);
        try (ServerSocket server = server();
                RunningProxy proxy = new RunningProxy(tcp(server));
                Socket client = connect(proxy)) {
            CompletableFuture<byte[]> received = async(() -> {
                try (Socket accepted = server.accept()) {
                    byte[] all = accepted.getInputStream().readAllBytes();
                    accepted.getOutputStream().write(down); // only behind the client's end
                    return all;
                }
            });
            client.getOutputStream().write(up);
            client.shutdownOutput();
            byte[] answer = client.getInputStream().readAllBytes();
            assertThat(sha256(answer, answer.length)).isEqualTo(sha256(down, down.length));
            byte[] request = received.get(30, TimeUnit.SECONDS);
            assertThat(sha256(request, request.length)).isEqualTo(sha256(up, up.length));
            Connection ended = proxy.ended();
            assertThat(ended.received()).isEqualTo(up.length);
            assertThat(ended.sent()).isEqualTo(down.length);
        }
    }

    @Test
    void a_server_that_has_ended_its_speech_still_hears_all_of_the_client_L4_08() throws Exception {
        byte[] up = random(4, 16 * MIB);
        byte[] down = random(5, 16 * MIB);
        try (ServerSocket server = server();
                RunningProxy proxy = new RunningProxy(tcp(server));
                Socket client = connect(proxy)) {
            CompletableFuture<byte[]> received = async(() -> {
                try (Socket accepted = server.accept()) {
                    accepted.getOutputStream().write(down);
                    accepted.shutdownOutput();
                    return accepted.getInputStream().readAllBytes();
                }
            });
            CompletableFuture<byte[]> answer =
                    async(() -> client.getInputStream().readAllBytes());
            byte[] heard = answer.get(30, TimeUnit.SECONDS);
            assertThat(sha256(heard, heard.length)).isEqualTo(sha256(down, down.length));
            client.getOutputStream().write(up);
            client.shutdownOutput();
            byte[] request = received.get(30, TimeUnit.SECONDS);
            assertThat(sha256(request, request.length)).isEqualTo(sha256(up, up.length));
        }
    }

    @Test
    void a_slow_server_that_has_ended_its_speech_loses_nothing_when_the_client_is_done_L4_08() throws Exception {
        byte[] bytes = random(10, 64 * MIB);
        try (ServerSocket server = server();
                RunningProxy proxy = new RunningProxy(tcp(server));
                SocketChannel client =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
                Socket accepted = server.accept()) {
            int sent = fill(client, ByteBuffer.wrap(bytes));
            accepted.shutdownOutput();
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            client.shutdownOutput();
            byte[] arrived = accepted.getInputStream().readAllBytes();
            assertThat(sha256(arrived, arrived.length)).isEqualTo(sha256(bytes, sent));
            assertThat(proxy.ended().received()).isEqualTo(sent);
        }
    }

    @Test
    void a_reset_in_the_middle_passes_as_a_reset() throws Exception {
        try (ServerSocket server = server();
                RunningProxy proxy = new RunningProxy(tcp(server));
                Socket client = connect(proxy)) {
            CompletableFuture<Integer> sent = async(() -> {
                try (Socket accepted = server.accept()) {
                    accepted.getOutputStream().write(random(6, 2 * MIB));
                    accepted.setSoLinger(true, 0);
                    return accepted.getInputStream().read();
                }
            });
            InputStream in = client.getInputStream();
            in.readNBytes(MIB);
            client.getOutputStream().write(1);
            assertThat(sent.get(10, TimeUnit.SECONDS)).isEqualTo(1);
            assertThatThrownBy(() -> in.readNBytes(2 * MIB)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void a_peer_that_takes_nothing_of_a_full_pipe_runs_into_the_idle_timeout_L4_08() throws Exception {
        try (ServerSocket server = server();
                RunningProxy proxy = new RunningProxy(tcp(server.getLocalPort(), IDLE));
                SocketChannel client =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
                Socket deaf = server.accept()) {
            CompletableFuture<Integer> sent = async(() -> fill(client, ByteBuffer.wrap(random(7, 64 * MIB))));
            assertThat(proxy.connectionEnded()).isEqualTo("idle_timeout");
            sent.handle((bytes, closed) -> bytes).get(10, TimeUnit.SECONDS);
            assertThat(deaf.isClosed()).isFalse();
        }
    }

    @Test
    void bytes_that_were_read_to_detect_the_protocol_go_before_the_spliced_ones() throws Exception {
        byte[] bytes = random(8, 8 * MIB);
        bytes[0] = 0; // neither TLS nor HTTP
        try (ServerSocket server = server();
                RunningProxy proxy = new RunningProxy(Fixture.snapshot(
                        Fixture.listener(
                                new Listener.Inspection(true, true, Duration.ofSeconds(10), true),
                                Fixture.chain(Fixture.tcp("app"), null)),
                        Fixture.cluster("app", server.getLocalPort())));
                Socket client = connect(proxy)) {
            CompletableFuture<byte[]> received = async(() -> {
                try (Socket accepted = server.accept()) {
                    return accepted.getInputStream().readAllBytes();
                }
            });
            client.getOutputStream().write(bytes);
            client.shutdownOutput();
            byte[] arrived = received.get(30, TimeUnit.SECONDS);
            assertThat(sha256(arrived, arrived.length)).isEqualTo(sha256(bytes, bytes.length));
        }
    }

    @Test
    void two_hundred_connections_leave_no_descriptor_behind() throws Exception {
        byte[] bytes = random(9, MIB);
        try (ServerSocket server = server()) {
            pass(server, bytes, 2); // whatever is made once
            long before = descriptors("");
            pass(server, bytes, 200);
            assertThat(descriptors("")).isLessThanOrEqualTo(before);
        }
    }

    /** Connections of which every third is cut off while its pipe is full. */
    private static void pass(ServerSocket server, byte[] bytes, int connections) throws Exception {
        try (RunningProxy proxy = new RunningProxy(tcp(server))) {
            for (int i = 0; i < connections; i++) {
                try (Socket client = connect(proxy);
                        Socket accepted = server.accept()) {
                    CompletableFuture<Boolean> sent = async(() -> {
                        client.getOutputStream().write(bytes);
                        return true;
                    });
                    if (i % 3 != 0) {
                        assertThat(accepted.getInputStream().readNBytes(bytes.length))
                                .hasSize(bytes.length);
                        assertThat(sent.get(10, TimeUnit.SECONDS)).isTrue();
                    } else {
                        accepted.setSoLinger(true, 0);
                    }
                }
                proxy.ended();
            }
        }
    }
}
