package io.weft.proxy.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A gRPC server that speaks ADS as the test tells it to. */
final class FakeControlPlane implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Context.Key<X509Certificate> CLIENT = Context.key("client");

    /** A stream that a proxy opened. */
    record Stream<Q, R>(
            BlockingQueue<Q> requests,
            StreamObserver<R> responses,
            @Nullable X509Certificate client) {
        Q next() throws InterruptedException {
            Q request = requests.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (request == null) {
                throw new AssertionError("no request within " + PATIENCE);
            }
            return request;
        }
    }

    private final BlockingQueue<Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>> deltas =
            new LinkedBlockingQueue<>();
    private final BlockingQueue<Stream<DiscoveryRequest, DiscoveryResponse>> worlds = new LinkedBlockingQueue<>();
    /** {@code open} and {@code close} of streams, in their order. */
    final BlockingQueue<String> log = new LinkedBlockingQueue<>();

    private final Server server;
    private final int port;

    /** @param port 0 for any */
    FakeControlPlane(int port, @Nullable SslContext tls) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port))
                .addService(new Ads());
        builder.intercept(new ClientCertificate());
        if (tls != null) {
            builder.sslContext(tls);
        }
        server = builder.build().start();
        this.port = server.getPort();
    }

    int port() {
        return port;
    }

    Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> delta() throws InterruptedException {
        return taken(deltas);
    }

    Stream<DiscoveryRequest, DiscoveryResponse> stateOfTheWorld() throws InterruptedException {
        return taken(worlds);
    }

    private static <T> T taken(BlockingQueue<T> queue) throws InterruptedException {
        T stream = queue.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (stream == null) {
            throw new AssertionError("no stream within " + PATIENCE);
        }
        return stream;
    }

    static DeltaDiscoveryResponse delta(
            ResourceType type, String nonce, Map<String, ? extends Message> resources, List<String> removed) {
        DeltaDiscoveryResponse.Builder response = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(type.url())
                .setNonce(nonce)
                .addAllRemovedResources(removed);
        resources.forEach((name, message) -> response.addResources(
                Resource.newBuilder().setName(name).setVersion("v-" + nonce).setResource(Any.pack(message))));
        return response.build();
    }

    static DiscoveryResponse world(ResourceType type, String nonce, List<? extends Message> resources) {
        DiscoveryResponse.Builder response = DiscoveryResponse.newBuilder()
                .setTypeUrl(type.url())
                .setNonce(nonce)
                .setVersionInfo("v-" + nonce);
        resources.forEach(message -> response.addResources(Any.pack(message)));
        return response.build();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Ads extends AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> responses) {
            var stream = new Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(
                    new LinkedBlockingQueue<>(), responses, CLIENT.get());
            deltas.add(stream);
            return into(stream.requests());
        }

        @Override
        public StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> responses) {
            var stream = new Stream<DiscoveryRequest, DiscoveryResponse>(
                    new LinkedBlockingQueue<>(), responses, CLIENT.get());
            worlds.add(stream);
            return into(stream.requests());
        }

        private <Q> StreamObserver<Q> into(BlockingQueue<Q> requests) {
            log.add("open");
            return new StreamObserver<>() {
                @Override
                public void onNext(Q request) {
                    requests.add(request);
                }

                @Override
                public void onError(Throwable cause) {
                    log.add("close");
                }

                @Override
                public void onCompleted() {}
            };
        }
    }

    private static final class ClientCertificate implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            Context context = Context.current();
            if (session != null) {
                try {
                    context = context.withValue(CLIENT, (X509Certificate) session.getPeerCertificates()[0]);
                } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
                    // No client certificate.
                }
            }
            return Contexts.interceptCall(context, call, headers, next);
        }
    }
}
