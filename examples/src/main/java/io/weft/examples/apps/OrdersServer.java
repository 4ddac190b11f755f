package io.weft.examples.apps;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;

/** {@code OrdersServer PORT NAME}: the gRPC service of the shop. */
public final class OrdersServer {
    private final String name;

    private OrdersServer(String name) {
        this.name = name;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        var orders = new OrdersServer(args[1]);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(Integer.parseInt(args[0])))
                .addService(ServerServiceDefinition.builder(Orders.SERVICE)
                        .addMethod(Orders.PLACE, ServerCalls.asyncUnaryCall(orders::place))
                        .addMethod(Orders.TRACK, ServerCalls.asyncBidiStreamingCall(orders::track))
                        .build())
                .intercept(orders.new ClerkInTrailers())
                .build()
                .start();
        System.out.println("ready");
        server.awaitTermination();
    }

    private void place(String what, StreamObserver<String> answer) {
        if (what.equals("nothing")) {
            answer.onError(
                    Status.NOT_FOUND.withDescription("nothing is not for sale").asRuntimeException());
            return;
        }
        answer.onNext("order for " + what + " taken by " + name);
        answer.onCompleted();
    }

    private StreamObserver<String> track(StreamObserver<String> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String order) {
                answers.onNext(order + " is on its way");
            }

            @Override
            public void onError(Throwable gone) {
                answers.onCompleted();
            }

            @Override
            public void onCompleted() {
                answers.onCompleted();
            }
        };
    }

    private final class ClerkInTrailers implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            return next.startCall(
                    new SimpleForwardingServerCall<>(call) {
                        @Override
                        public void close(Status status, Metadata trailers) {
                            trailers.put(Orders.CLERK, name);
                            super.close(status, trailers);
                        }
                    },
                    headers);
        }
    }
}
