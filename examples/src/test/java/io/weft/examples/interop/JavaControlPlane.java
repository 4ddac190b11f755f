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
final class JavaControlPlane implements AutoCloseable {
    private static final String EVERYBODY = "everybody";

    /**
     * What a client said of one type.
     *
     * @param error empty when it accepted, or only subscribed
     */
    record Said(String typeUrl, String nonce, String error) {}

    private final SimpleCache<String> cache = new SimpleCache<>(node -> EVERYBODY);
    private final List<Said> said = new CopyOnWriteArrayList<>();
    private final Server server;
    private final int port;

    /** @param port 0 for any */
    JavaControlPlane(int port, Snapshot snapshot) throws IOException {
        cache.setSnapshot(EVERYBODY, snapshot);
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
            said.add(new Said(
                    request.getTypeUrl(),
                    request.getResponseNonce(),
                    request.getErrorDetail().getMessage()));
        }

        @Override
        public void onV3StreamDeltaRequest(long stream, DeltaDiscoveryRequest request) {
            said.add(new Said(
                    request.getTypeUrl(),
                    request.getResponseNonce(),
                    request.getErrorDetail().getMessage()));
        }
    }

    int port() {
        return port;
    }

    void tell(Snapshot snapshot) {
        cache.setSnapshot(EVERYBODY, snapshot);
    }

    List<Said> said() {
        return said;
    }

    /** The refusals so far. */
    List<Said> refusals() {
        return said.stream().filter(one -> !one.error().isEmpty()).toList();
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
