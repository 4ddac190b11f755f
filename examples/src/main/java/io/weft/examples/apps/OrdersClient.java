package io.weft.examples.apps;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * {@code OrdersClient HOST PORT ORDERS}: places orders one by one, one that is refused, and talks over a stream; prints
 * what came back. Exit status: 0 if all came as it should.
 */
public final class OrdersClient {
    private static final int SECONDS = 15;

    private OrdersClient() {}

    public static void main(String[] args) throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(args[0], Integer.parseInt(args[1]))
                .usePlaintext()
                .build();
        try {
            int orders = Integer.parseInt(args[2]);
            for (int i = 0; i < orders; i++) {
                place(channel, "tea");
            }
            refused(channel);
            track(channel);
        } finally {
            channel.shutdownNow().awaitTermination(SECONDS, TimeUnit.SECONDS);
        }
        System.out.println("done");
    }

    private static void place(ManagedChannel channel, String what) {
        var headers = new AtomicReference<Metadata>();
        var trailers = new AtomicReference<Metadata>();
        Channel watched =
                ClientInterceptors.intercept(channel, MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
        String answer = ClientCalls.blockingUnaryCall(watched, Orders.PLACE, options(), what);
        System.out.println(answer + "; trailer x-clerk: " + trailers.get().get(Orders.CLERK));
    }

    private static void refused(ManagedChannel channel) {
        try {
            ClientCalls.blockingUnaryCall(channel, Orders.PLACE, options(), "nothing");
            throw new IllegalStateException("expected NOT_FOUND, was told that it is well");
        } catch (StatusRuntimeException e) {
            System.out.println(
                    "status " + e.getStatus().getCode() + ": " + e.getStatus().getDescription());
        }
    }

    /** Asks the next only when the last was answered, so that nothing on the way may hold a message back. */
    private static void track(ManagedChannel channel) throws InterruptedException {
        BlockingQueue<String> answers = new ArrayBlockingQueue<>(16);
        StreamObserver<String> questions =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(Orders.TRACK, options()), new StreamObserver<>() {
                    @Override
                    public void onNext(String answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable error) {
                        answers.add("failed: " + error);
                    }

                    @Override
                    public void onCompleted() {
                        answers.add("completed");
                    }
                });
        for (int order = 1; order <= 3; order++) {
            questions.onNext("order " + order);
            expect(answers, "order " + order + " is on its way");
        }
        questions.onCompleted();
        expect(answers, "completed");
    }

    private static void expect(BlockingQueue<String> answers, String expected) throws InterruptedException {
        String answer = answers.poll(SECONDS, TimeUnit.SECONDS);
        if (!expected.equals(answer)) {
            throw new IllegalStateException("expected '" + expected + "', got '" + answer + "'");
        }
        System.out.println("stream: " + answer);
    }

    private static CallOptions options() {
        return CallOptions.DEFAULT.withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
    }
}
