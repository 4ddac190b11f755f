package io.weft.controlplane.serve;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weft.certs.identity.TrustBundle;
import io.weft.controlplane.caller.Callers;
import io.weft.controlplane.generate.ProxyNode;
import io.weft.controlplane.generate.ResourceSet;
import io.weft.controlplane.push.Pusher;
import io.weft.controlplane.telemetry.Metrics;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** The Aggregated Discovery Service, both variants. Calls must have passed an interceptor of {@link Callers}. */
public final class AdsService extends AggregatedDiscoveryServiceImplBase {
    /** How many bytes of responses may be in transports that are not through with them, of all streams together. */
    private static final long UNSENT_BYTES = 8 << 20;

    private final Pusher pusher;
    private final Executor workers;
    private final ScheduledExecutorService timers;
    private final InstantSource clock;
    private final ServeMetrics metrics;
    private final StreamLimits.Open open;
    private final Allowance arriving = new Allowance(Arrival.AT_ONCE);
    private final Allowance unsent = new Allowance(UNSENT_BYTES);
    private final Set<AdsStream<?, ?, ?>> streams = ConcurrentHashMap.newKeySet();
    private volatile ResourceSet secrets;

    /**
     * @param workers where responses are made, so that the pusher's threads are not held up by it
     * @param timers ends streams whose certificate has expired
     */
    public AdsService(
            Pusher pusher,
            TrustBundle bundle,
            StreamLimits limits,
            Executor workers,
            ScheduledExecutorService timers,
            InstantSource clock,
            Metrics metrics) {
        this.pusher = pusher;
        this.workers = workers;
        this.timers = timers;
        this.clock = clock;
        this.metrics = new ServeMetrics(metrics);
        this.open = new StreamLimits.Open(limits);
        this.secrets = TrustSecret.of(bundle);
        metrics.gauge("pilot_xds", "Streams of proxies that are open.", streams::size);
        metrics.gauge(
                "weft_xds_arrivals_waiting",
                "Streams that are not read from yet, because others are being told all.",
                arriving::waiting);
        metrics.gauge("weft_xds_unsent_bytes", "Bytes of responses that proxies have not taken yet.", unsent::used);
    }

    /**
     * The roots that the mesh trusts have changed: every proxy that asked for them is told, and a stream that was opened with a
     * certificate of a root that is not among them ends.
     */
    public void trust(TrustBundle bundle) {
        secrets = TrustSecret.of(bundle);
        long now = System.nanoTime();
        streams.forEach(stream -> {
            stream.secretsChanged(now);
            workers.execute(() -> stream.trustChanged(bundle));
        });
    }

    /** All proxies that are connected now. */
    public List<ConnectedProxy> connected() {
        return streams.stream()
                .map(AdsStream::describe)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Ends all streams, as a server does that is about to stop, so that proxies come back at once to another one. */
    public void close() {
        streams.forEach(stream -> stream.close(Status.UNAVAILABLE.withDescription("this control plane is stopping")));
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> responses) {
        return open(new Wire.Sotw(), responses);
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> responses) {
        return open(new Wire.Delta(), responses);
    }

    private <Q, A, R> StreamObserver<Q> open(Wire<Q, A, R> wire, StreamObserver<A> responses) {
        if (!(responses instanceof ServerCallStreamObserver<A> out)) {
            throw new IllegalStateException("grpc-java gave an observer without flow control: " + responses.getClass());
        }
        var stream = new AdsStream<>(this, wire, Callers.current(), out);
        streams.add(stream);
        stream.begin();
        return stream;
    }

    Runnable admitted(AdsStream<?, ?, ?> stream, ProxyNode node) {
        return pusher.connect(node, stream);
    }

    void left(AdsStream<?, ?, ?> stream) {
        streams.remove(stream);
    }

    ResourceSet secrets() {
        return secrets;
    }

    StreamLimits.Open open() {
        return open;
    }

    /** Streams that are being told all. */
    Allowance arriving() {
        return arriving;
    }

    /** Bytes of responses that transports are not through with. */
    Allowance unsent() {
        return unsent;
    }

    ServeMetrics metrics() {
        return metrics;
    }

    Executor workers() {
        return workers;
    }

    ScheduledExecutorService timers() {
        return timers;
    }

    InstantSource clock() {
        return clock;
    }
}
