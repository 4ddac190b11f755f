package io.weft.proxy.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.weft.proxy.wire.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client against grpc-java's server, and against servers that are none. */
class GrpcCallTest {

    private static final int LARGEST = 100_000;
    private static final int SECONDS = 20;

    private static final MethodDescriptor.Marshaller<Bytes> RAW = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(Bytes value) {
            return new ByteArrayInputStream(value.toArray());
        }

        @Override
        public Bytes parse(InputStream stream) {
            try {
                return Bytes.of(stream.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private static final MethodDescriptor<Bytes, Bytes> METHOD = MethodDescriptor.<Bytes, Bytes>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName("test.Echo/Call")
            .setRequestMarshaller(RAW)
            .setResponseMarshaller(RAW)
            .build();

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private @Nullable Server server;

    @AfterEach
    void close() throws InterruptedException {
        if (server != null) {
            server.shutdownNow().awaitTermination();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
        executor.shutdownNow();
    }

    @Test
    void messages_of_any_length_go_both_ways_and_the_status_comes_last() throws Exception {
        int port = serve((request, answers) -> {
            answers.onNext(request);
            answers.onNext(Bytes.utf8("x".repeat(LARGEST)));
            answers.onCompleted();
        });
        Heard heard = call(port, LARGEST, null, "hello");
        assertThat(heard.take()).isEqualTo("message 5");
        assertThat(heard.take()).isEqualTo("message " + LARGEST);
        assertThat(heard.take()).isEqualTo("OK");
    }

    @Test
    void a_message_that_is_too_long_ends_the_call_before_it_is_taken_in() throws Exception {
        int port = serve((request, answers) -> answers.onNext(Bytes.utf8("x".repeat(LARGEST + 1))));
        assertThat(call(port, LARGEST, null, "").take())
                .isEqualTo("RESOURCE_EXHAUSTED: a message of 100001 bytes: expected at most 100000");
    }

    @Test
    void the_servers_status_and_its_message_are_told() throws Exception {
        int port = serve((request, answers) -> answers.onError(Status.PERMISSION_DENIED
                .withDescription("nicht für 100 % aller")
                .asRuntimeException()));
        assertThat(call(port, LARGEST, null, "").take()).isEqualTo("PERMISSION_DENIED: nicht für 100 % aller");
    }

    @Test
    void the_next_message_waits_until_the_one_before_was_taken_in() throws Exception {
        int port = serve((request, answers) -> {
            answers.onNext(Bytes.utf8("1"));
            answers.onNext(Bytes.utf8("2"));
            answers.onCompleted();
        });
        Heard heard = new Heard("");
        heard.busy = new CountDownLatch(1);
        open(port, LARGEST, null, heard);
        assertThat(heard.take()).isEqualTo("message 1");
        assertThat(heard.said).as("while the first is being looked at").isEmpty();
        heard.busy.countDown();
        assertThat(heard.take()).isEqualTo("message 1");
        assertThat(heard.take()).isEqualTo("OK");
    }

    @Test
    void a_call_ends_at_its_deadline_also_when_the_server_never_speaks_http_2() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(call(mute.getLocalPort(), LARGEST, Duration.ofMillis(100), "")
                            .take())
                    .isEqualTo("DEADLINE_EXCEEDED: no answer within 100 ms");
        }
    }

    @Test
    void who_does_not_listen_or_speaks_something_else_is_unavailable() throws Exception {
        int port;
        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = other.getLocalPort();
            Heard heard = call(port, LARGEST, null, "");
            try (Socket accepted = other.accept()) {
                OutputStream out = accepted.getOutputStream();
                out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                out.flush();
                assertThat(heard.take()).startsWith("UNAVAILABLE: ");
            }
        }
        assertThat(call(port, LARGEST, null, "").take()).startsWith("UNAVAILABLE: Connection refused");
    }

    @Test
    void nothing_is_told_after_a_call_was_given_up() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        int port = serve((request, answers) -> asked.countDown());
        Heard heard = new Heard("");
        GrpcCall call = open(port, LARGEST, null, heard);
        assertThat(asked.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        call.close();
        executor.submit(() -> {}).get(SECONDS, TimeUnit.SECONDS);
        assertThat(heard.said).isEmpty();
    }

    private int serve(BiConsumer<Bytes, StreamObserver<Bytes>> answer) throws IOException {
        Server started = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerServiceDefinition.builder("test.Echo")
                        .addMethod(METHOD, ServerCalls.asyncBidiStreamingCall(answers -> new StreamObserver<>() {
                            @Override
                            public void onNext(Bytes request) {
                                answer.accept(request, answers);
                            }

                            @Override
                            public void onError(Throwable cause) {}

                            @Override
                            public void onCompleted() {}
                        }))
                        .build())
                .build()
                .start();
        server = started;
        return started.getPort();
    }

    private Heard call(int port, int largest, @Nullable Duration deadline, String request) {
        Heard heard = new Heard(request);
        open(port, largest, deadline, heard);
        return heard;
    }

    private GrpcCall open(int port, int largest, @Nullable Duration deadline, Heard heard) {
        return GrpcCall.open(
                new GrpcServer("127.0.0.1", port, null, "", group, NioSocketChannel.class),
                new GrpcCall.Method("/test.Echo/Call", Map.of(), largest, deadline),
                executor,
                heard);
    }

    private static final class Heard implements GrpcCall.Receiver {
        private final String request;
        private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
        private @Nullable CountDownLatch busy;

        Heard(String request) {
            this.request = request;
        }

        String take() throws InterruptedException {
            return String.valueOf(said.poll(SECONDS, TimeUnit.SECONDS));
        }

        @Override
        public void opened(GrpcCall call) {
            call.send(Bytes.utf8(request));
        }

        @Override
        public void message(Bytes message) {
            said.add("message " + message.size());
            if (busy != null) {
                try {
                    busy.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void closed(GrpcStatus status) {
            said.add(status.toString());
        }
    }
}
