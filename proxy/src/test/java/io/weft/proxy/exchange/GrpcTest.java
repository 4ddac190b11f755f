package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Http2Client;
import io.weft.proxy.testing.RunningProxy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** gRPC as grpc-java speaks it, client and server, through a real proxy (H-06). */
@Timeout(60)
class GrpcTest {

    private static final Metadata.Key<String> ECHO = Metadata.Key.of("x-echo", Metadata.ASCII_STRING_MARSHALLER);

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(MethodDescriptor.MethodType type, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName("test.Shop/" + name)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final MethodDescriptor<byte[], byte[]> UNARY = method(MethodDescriptor.MethodType.UNARY, "Unary");
    private static final MethodDescriptor<byte[], byte[]> MANY =
            method(MethodDescriptor.MethodType.SERVER_STREAMING, "Many");
    private static final MethodDescriptor<byte[], byte[]> SUM =
            method(MethodDescriptor.MethodType.CLIENT_STREAMING, "Sum");
    private static final MethodDescriptor<byte[], byte[]> CHAT =
            method(MethodDescriptor.MethodType.BIDI_STREAMING, "Chat");

    /** A shop whose calls echo; it says its name. */
    private static final class Shop implements AutoCloseable {
        private final Server server;
        private final AtomicReference<CountDownLatch> cancelled = new AtomicReference<>(new CountDownLatch(1));

        Shop(String name) throws IOException {
            ServerServiceDefinition service = ServerServiceDefinition.builder("test.Shop")
                    .addMethod(UNARY, ServerCalls.asyncUnaryCall((byte[] request, StreamObserver<byte[]> answer) -> {
                        String text = text(request);
                        if (text.startsWith("fail")) {
                            answer.onError(Status.FAILED_PRECONDITION
                                    .withDescription("näh: " + text)
                                    .asRuntimeException());
                            return;
                        }
                        if (text.startsWith("wait")) {
                            ((io.grpc.stub.ServerCallStreamObserver<byte[]>) answer)
                                    .setOnCancelHandler(() -> cancelled.get().countDown());
                            return;
                        }
                        answer.onNext(text.isEmpty() ? bytes(name) : request);
                        answer.onCompleted();
                    }))
                    .addMethod(
                            MANY,
                            ServerCalls.asyncServerStreamingCall((byte[] request, StreamObserver<byte[]> answer) -> {
                                for (int i = 0; i < Integer.parseInt(text(request)); i++) {
                                    answer.onNext(bytes("item " + i));
                                }
                                answer.onCompleted();
                            }))
                    .addMethod(SUM, ServerCalls.asyncClientStreamingCall(answer -> new Collecting(answer)))
                    .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(answer -> new Echo(answer)))
                    .build();
            this.server = NettyServerBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                            InsecureServerCredentials.create())
                    .addService(ServerInterceptors.intercept(service, new EchoTrailer()))
                    .maxInboundMessageSize(16 << 20)
                    .build()
                    .start();
        }

        int port() {
            return server.getPort();
        }

        @Override
        public void close() {
            server.shutdownNow();
            try {
                server.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Sends the caller's metadata back in the trailers. */
    private static final class EchoTrailer implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            return next.startCall(
                    new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<Q, A>(call) {
                        @Override
                        public void close(Status status, Metadata trailers) {
                            String echo = headers.get(ECHO);
                            if (echo != null) {
                                trailers.put(ECHO, echo);
                            }
                            super.close(status, trailers);
                        }
                    },
                    headers);
        }
    }

    private record Collecting(StreamObserver<byte[]> answer, List<Integer> sizes) implements StreamObserver<byte[]> {
        Collecting(StreamObserver<byte[]> answer) {
            this(answer, new ArrayList<>());
        }

        @Override
        public void onNext(byte[] value) {
            sizes.add(value.length);
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {
            answer.onNext(bytes("" + sizes.stream().mapToInt(i -> i).sum()));
            answer.onCompleted();
        }
    }

    private record Echo(StreamObserver<byte[]> answer) implements StreamObserver<byte[]> {
        @Override
        public void onNext(byte[] value) {
            answer.onNext(value);
            if (text(value).equals("enough")) {
                answer.onError(
                        Status.RESOURCE_EXHAUSTED.withDescription("enough").asRuntimeException());
            }
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {
            answer.onCompleted();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Snapshot over2(int... ports) {
        return Fixture.http(Fixture.speaking(Fixture.cluster("app", ports), Cluster.Protocol.HTTP2));
    }

    /** A channel that is closed with its test. */
    private record Caller(ManagedChannel channel) implements AutoCloseable {
        Caller(RunningProxy proxy) {
            this(NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()))
                    .usePlaintext()
                    .maxInboundMessageSize(16 << 20)
                    .build());
        }

        String unary(String request) {
            return text(ClientCalls.blockingUnaryCall(
                    channel, UNARY, CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), bytes(request)));
        }

        @Override
        public void close() {
            channel.shutdownNow();
            try {
                channel.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void unary_calls_pass_with_their_messages_of_any_size_H_06() throws Exception {
        try (Shop shop = new Shop("a");
                RunningProxy proxy = new RunningProxy(over2(shop.port()));
                Caller caller = new Caller(proxy)) {
            assertThat(caller.unary("hello")).isEqualTo("hello");
            String large = "0123456789abcdef".repeat(256 * 1024); // 4 MiB
            assertThat(caller.unary(large)).isEqualTo(large);
        }
    }

    @Test
    void a_failure_keeps_its_status_message_and_metadata_H_11() throws Exception {
        try (Shop shop = new Shop("a");
                RunningProxy proxy = new RunningProxy(over2(shop.port()));
                Caller caller = new Caller(proxy)) {
            Metadata sent = new Metadata();
            sent.put(ECHO, "there and back");
            var with = io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(sent);
            assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                            io.grpc.ClientInterceptors.intercept(caller.channel(), with),
                            UNARY,
                            CallOptions.DEFAULT,
                            bytes("fail")))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
                        assertThat(failure.getStatus().getDescription()).isEqualTo("näh: fail");
                        assertThat(failure.getTrailers())
                                .extracting(trailers -> trailers.get(ECHO))
                                .isEqualTo("there and back");
                    });
        }
    }

    @Test
    void streams_of_the_server_the_client_and_both_pass_H_06() throws Exception {
        try (Shop shop = new Shop("a");
                RunningProxy proxy = new RunningProxy(over2(shop.port()));
                Caller caller = new Caller(proxy)) {
            Iterator<byte[]> items =
                    ClientCalls.blockingServerStreamingCall(caller.channel(), MANY, CallOptions.DEFAULT, bytes("1000"));
            int count = 0;
            while (items.hasNext()) {
                assertThat(text(items.next())).isEqualTo("item " + count++);
            }
            assertThat(count).isEqualTo(1000);

            Answers sum = new Answers();
            StreamObserver<byte[]> parts =
                    ClientCalls.asyncClientStreamingCall(caller.channel().newCall(SUM, CallOptions.DEFAULT), sum);
            for (int i = 0; i < 100; i++) {
                parts.onNext(new byte[10_000]);
            }
            parts.onCompleted();
            assertThat(sum.next()).isEqualTo("1000000");
            assertThat(sum.next()).isEqualTo("OK");

            Answers chat = new Answers();
            StreamObserver<byte[]> words =
                    ClientCalls.asyncBidiStreamingCall(caller.channel().newCall(CHAT, CallOptions.DEFAULT), chat);
            for (int i = 0; i < 20; i++) {
                words.onNext(bytes("word " + i));
                assertThat(chat.next()).as("each answer before the next word").isEqualTo("word " + i);
            }
            words.onCompleted();
            assertThat(chat.next()).isEqualTo("OK");
        }
    }

    @Test
    void a_server_that_has_heard_enough_ends_the_call_for_both() throws Exception {
        try (Shop shop = new Shop("a");
                RunningProxy proxy = new RunningProxy(over2(shop.port()));
                Caller caller = new Caller(proxy)) {
            Answers chat = new Answers();
            StreamObserver<byte[]> words =
                    ClientCalls.asyncBidiStreamingCall(caller.channel().newCall(CHAT, CallOptions.DEFAULT), chat);
            words.onNext(bytes("enough"));
            assertThat(chat.next()).isEqualTo("enough");
            assertThat(chat.next()).isEqualTo("RESOURCE_EXHAUSTED");
            assertThat(caller.unary("hello")).isEqualTo("hello");
        }
    }

    @Test
    void a_conversation_outlives_the_routes_timeout_until_the_client_has_spoken() throws Exception {
        try (Shop shop = new Shop("a");
                RunningProxy proxy = new RunningProxy(Fixture.http(
                        Fixture.speaking(Fixture.cluster("app", shop.port()), Cluster.Protocol.HTTP2),
                        forward -> new Route.Forward(
                                forward.cluster(),
                                Duration.ofMillis(100),
                                null,
                                null,
                                forward.host(),
                                forward.retry())));
                Caller caller = new Caller(proxy)) {
            Answers chat = new Answers();
            StreamObserver<byte[]> words =
                    ClientCalls.asyncBidiStreamingCall(caller.channel().newCall(CHAT, CallOptions.DEFAULT), chat);
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400);
            while (System.nanoTime() < end) {
                words.onNext(bytes("word"));
                assertThat(chat.next()).isEqualTo("word");
            }
            words.onCompleted();
            assertThat(chat.next()).isEqualTo("OK");
        }
    }

    @Test
    void a_deadline_cancels_the_call_at_the_server() throws Exception {
        try (Shop shop = new Shop("a");
                RunningProxy proxy = new RunningProxy(over2(shop.port()));
                Caller caller = new Caller(proxy)) {
            assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                            caller.channel(),
                            UNARY,
                            CallOptions.DEFAULT.withDeadlineAfter(200, TimeUnit.MILLISECONDS),
                            bytes("wait")))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure ->
                                    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
            assertThat(shop.cancelled.get().await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void one_channel_is_spread_over_all_servers_LB_12() throws Exception {
        try (Shop a = new Shop("a");
                Shop b = new Shop("b");
                Shop c = new Shop("c");
                Shop d = new Shop("d");
                RunningProxy proxy = new RunningProxy(over2(a.port(), b.port(), c.port(), d.port()));
                Caller caller = new Caller(proxy)) {
            Map<String, Long> names = IntStream.range(0, 40)
                    .mapToObj(i -> caller.unary(""))
                    .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
            assertThat(names).isEqualTo(Map.of("a", 10L, "b", 10L, "c", 10L, "d", 10L));
        }
    }

    @Test
    void the_proxys_own_answers_speak_grpc() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        try (RunningProxy proxy = new RunningProxy(over2(nobody));
                Caller caller = new Caller(proxy);
                Http2Client client = new Http2Client(proxy.port())) {
            assertThatThrownBy(() -> caller.unary("hello"))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                        assertThat(failure.getStatus().getDescription()).contains("remote connection failure");
                    });
            client.request(1, false, "POST", "/test.Shop/Unary", "content-type", "application/grpc", "te", "trailers");
            Http2Client.Answer answer = client.answer(1);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.head().field("grpc-status")).isEqualTo("14");
            assertThat(answer.heads()).as("trailers only").hasSize(1);
        }
    }

    @Test
    void a_denied_call_is_permission_denied() throws Exception {
        var table = Fixture.routes(new Route.Respond(403, "RBAC: access denied"));
        HttpConnectionManager manager = Fixture.manager(table);
        try (RunningProxy proxy = new RunningProxy(Fixture.snapshot(Fixture.listener(
                        io.weft.proxy.config.Listener.Inspection.NONE, Fixture.chain(manager, null))));
                Caller caller = new Caller(proxy)) {
            assertThatThrownBy(() -> caller.unary("hello"))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
                        assertThat(failure.getStatus().getDescription()).isEqualTo("RBAC: access denied");
                    });
        }
    }

    /** Messages as they come, then the status. */
    private record Answers(BlockingQueue<String> queue) implements StreamObserver<byte[]> {
        Answers() {
            this(new LinkedBlockingQueue<>());
        }

        @Override
        public void onNext(byte[] value) {
            queue.add(text(value));
        }

        @Override
        public void onError(Throwable cause) {
            queue.add(Status.fromThrowable(cause).getCode().name());
        }

        @Override
        public void onCompleted() {
            queue.add("OK");
        }

        String next() throws InterruptedException {
            String next = queue.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing came");
            }
            return next;
        }
    }
}
