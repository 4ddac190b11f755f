package io.weft.examples.interop;

import io.envoyproxy.controlplane.cache.v3.SimpleCache;
import io.envoyproxy.controlplane.cache.v3.Snapshot;
import io.envoyproxy.controlplane.server.DiscoveryServerCallbacks;
import io.envoyproxy.controlplane.server.V3DiscoveryServer;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** java-control-plane's own server and cache, over plaintext gRPC on a port of loopback, with what clients said to it. */
final class JavaControlPlane implements OthersControlPlane {
    private static final String EVERYBODY = "everybody";

    private final SimpleCache<String> cache = new SimpleCache<>(node -> EVERYBODY);
    private final List<Refusal> refusals = new CopyOnWriteArrayList<>();
    private final Server server;
    private final int port;

    /** @param port 0 for any */
    JavaControlPlane(int port, Told told) throws IOException {
        tell(told);
        var discovery = new V3DiscoveryServer(new Listening(), cache);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .addService(discovery.getAggregatedDiscoveryServiceImpl())
                .build()
                .start();
        this.port = server.getPort();
    }

    private final class Listening implements DiscoveryServerCallbacks {
        @Override
        public void onV3StreamRequest(long stream, DiscoveryRequest request) {
            if (request.hasErrorDetail()) {
                refusals.add(new Refusal(
                        request.getTypeUrl(), request.getErrorDetail().getMessage()));
            }
        }

        @Override
        public void onV3StreamDeltaRequest(long stream, DeltaDiscoveryRequest request) {
            if (request.hasErrorDetail()) {
                refusals.add(new Refusal(
                        request.getTypeUrl(), request.getErrorDetail().getMessage()));
            }
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void tell(Told told) {
        cache.setSnapshot(
                EVERYBODY,
                Snapshot.create(
                        told.clusters(), told.endpoints(), told.listeners(), told.routes(), List.of(), told.version()));
    }

    @Override
    public List<Refusal> refusals() {
        return refusals;
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
