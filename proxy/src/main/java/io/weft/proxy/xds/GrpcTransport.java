package io.weft.proxy.xds;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Secret;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * ADS over gRPC. Every stream has a channel of its own, made with the secrets of that moment. A stream counts as connected
 * when the server's HTTP/2 settings have come, which it sends after it has verified our certificate.
 */
final class GrpcTransport implements AdsTransport {

    // Longer than a control plane that has anything to spare takes for a handshake.
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Node node;
    private final boolean delta;
    private final ControlPlaneTargets targets;
    private final Supplier<Map<String, Secret>> secrets;
    private final WireResponses responses;
    private final int maxMessage;
    private final EventLoops loops;
    private final Executor xds;
    private final LongSupplier nanos;
    private final Set<Call<?, ?>> calls = new HashSet<>();

    GrpcTransport(
            Bootstrap.Node node,
            boolean delta,
            ControlPlaneTargets targets,
            Supplier<Map<String, Secret>> secrets,
            WireResponses responses,
            int maxMessage,
            EventLoops loops,
            Executor xds,
            LongSupplier nanos) {
        this.node = WireRequests.node(node);
        this.delta = delta;
        this.targets = targets;
        this.secrets = secrets;
        this.responses = responses;
        this.maxMessage = maxMessage;
        this.loops = loops;
        this.xds = xds;
        this.nanos = nanos;
    }

    @Override
    public Stream open(Receiver receiver) {
        ControlPlaneTargets.Target target = targets.next(secrets.get());
        ManagedChannel channel =
                ControlPlaneChannel.open(target.address(), target.tls(), target.serverName(), maxMessage, loops, xds);
        AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceStub stub =
                AggregatedDiscoveryServiceGrpc.newStub(channel);
        if (delta) {
            Call<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call = new Call<>(
                    channel, receiver, this::deltaRequest, response -> responses.read(response, nanos.getAsLong()));
            calls.add(call);
            stub.deltaAggregatedResources(call);
            return call;
        }
        Call<DiscoveryRequest, DiscoveryResponse> call =
                new Call<>(channel, receiver, this::request, response -> responses.read(response, nanos.getAsLong()));
        calls.add(call);
        stub.streamAggregatedResources(call);
        return call;
    }

    private DeltaDiscoveryRequest deltaRequest(Request request, boolean first) {
        DeltaDiscoveryRequest message = WireRequests.of((Request.Delta) request);
        return first ? message.toBuilder().setNode(node).build() : message;
    }

    private DiscoveryRequest request(Request request, boolean first) {
        DiscoveryRequest message = WireRequests.of((Request.StateOfTheWorld) request);
        return first ? message.toBuilder().setNode(node).build() : message;
    }

    @Override
    public void close() {
        Set.copyOf(calls).forEach(Call::close);
    }

    private interface Encoder<Q> {
        Q encode(Request request, boolean first);
    }

    /** One stream. Confined to the thread of xDS, which runs all callbacks of its channel. */
    private final class Call<Q, R> implements ClientResponseObserver<Q, R>, Stream {
        private final ManagedChannel channel;
        private final Receiver receiver;
        private final Encoder<Q> encoder;
        private final Function<R, Event> decoder;
        private @Nullable ClientCallStreamObserver<Q> requests;
        private boolean connected;
        private boolean sent;
        private boolean done;
        private final long begun = nanos.getAsLong();

        Call(ManagedChannel channel, Receiver receiver, Encoder<Q> encoder, Function<R, Event> decoder) {
            this.channel = channel;
            this.receiver = receiver;
            this.encoder = encoder;
            this.decoder = decoder;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<Q> stream) {
            requests = stream;
            // One response at a time: the next is asked for when this one has been applied.
            stream.disableAutoRequestWithInitial(1);
            stream.setOnReadyHandler(this::ready);
        }

        private void ready() {
            if (!connected && !done) {
                connected = true;
                receiver.connected();
            }
        }

        @Override
        public void send(Request request) {
            if (requests != null && !done) {
                requests.onNext(encoder.encode(request, !sent));
                sent = true;
            }
        }

        @Override
        public void onNext(R response) {
            if (!done && requests != null) {
                receiver.received(decoder.apply(response));
                requests.request(1);
            }
        }

        @Override
        public void onError(Throwable cause) {
            ended(describe(cause), ending(Status.fromThrowable(cause)));
        }

        @Override
        public void onCompleted() {
            ended("ended by the control plane", Ending.GONE);
        }

        private Ending ending(Status status) {
            boolean slow = !connected && nanos.getAsLong() - begun > SLOW_NANOS;
            return switch (status.getCode()) {
                case OK, CANCELLED, UNAVAILABLE, UNKNOWN, ABORTED -> slow ? Ending.BUSY : Ending.GONE;
                default -> Ending.BUSY;
            };
        }

        private void ended(String reason, Ending ending) {
            if (!done) {
                done = true;
                calls.remove(this);
                channel.shutdownNow();
                receiver.closed(reason, ending);
            }
        }

        @Override
        public void close() {
            if (!done && requests != null) {
                done = true;
                calls.remove(this);
                requests.cancel("closed by the proxy", null);
                channel.shutdownNow();
            }
        }

        /** The status and the innermost cause, where the reason of a failed TLS handshake stands. */
        private static String describe(Throwable failure) {
            Status status = Status.fromThrowable(failure);
            StringBuilder text = new StringBuilder(status.getCode().name());
            if (status.getDescription() != null) {
                text.append(": ").append(status.getDescription());
            }
            Throwable cause = status.getCause();
            while (cause != null && cause.getCause() != null) {
                cause = cause.getCause();
            }
            if (cause != null) {
                text.append(": ").append(cause.getMessage());
            }
            return ErrorDetail.bounded(text.toString());
        }
    }
}
