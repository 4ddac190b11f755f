package io.weft.examples.training;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import io.weft.controlplane.generate.ResourceType;
import io.weft.examples.lab.Workload;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What a control plane in training is asked by a sidecar: clusters, their endpoints, listeners, their routes, each
 * acknowledged, over one delta ADS stream with mutual TLS; and after a loss of it, with the versions that it has kept.
 */
final class Pupil implements AutoCloseable {

    private final Node node;
    private final NettyChannelBuilder server;
    private final Map<ResourceType, Map<String, String>> versions = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Set<String>> wanted = new EnumMap<>(ResourceType.class);
    private final Map<String, Integer> endpoints = new TreeMap<>();
    private boolean complete;
    private String problem = "";
    private ManagedChannel channel;

    /** @param tls with a certificate of the workload's account */
    Pupil(Workload workload, InetSocketAddress controlPlane, SslContext tls) {
        var metadata = Struct.newBuilder()
                .putFields("NAMESPACE", text(workload.namespace()))
                .putFields("SERVICE_ACCOUNT", text(workload.account()))
                .putFields("INSTANCE_IPS", text(workload.v4() + "," + workload.v6()));
        node = Node.newBuilder()
                .setId("sidecar~%s~%s.%s~%3$s.svc.cluster.local"
                        .formatted(workload.v4(), workload.name(), workload.namespace()))
                .setMetadata(metadata)
                .build();
        server = NettyChannelBuilder.forAddress(controlPlane).sslContext(tls);
        channel = connect();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private ManagedChannel connect() {
        ManagedChannel opened = server.build();
        new Stream(opened).begin();
        return opened;
    }

    /** Loses the stream and comes back. */
    void reconnect() {
        close();
        synchronized (this) {
            complete = false;
        }
        channel = connect();
    }

    /** Whether it was told all four types on this stream. */
    synchronized boolean complete() {
        if (!problem.isEmpty()) {
            throw new IllegalStateException(node.getId() + ": " + problem);
        }
        return complete;
    }

    /** How many endpoints it knows of a service, over all its ports. */
    synchronized int endpoints(String host) {
        return endpoints.entrySet().stream()
                .filter(assignment -> assignment.getKey().contains(host))
                .mapToInt(Map.Entry::getValue)
                .sum();
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

    private final class Stream implements StreamObserver<DeltaDiscoveryResponse> {
        private final StreamObserver<DeltaDiscoveryRequest> requests;
        private final Set<ResourceType> asked = new HashSet<>();

        Stream(ManagedChannel channel) {
            requests = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
        }

        void begin() {
            synchronized (Pupil.this) {
                ask(ResourceType.CLUSTER);
            }
        }

        private void ask(ResourceType type) {
            if (asked.add(type)) {
                requests.onNext(DeltaDiscoveryRequest.newBuilder()
                        .setNode(node)
                        .setTypeUrl(type.typeUrl())
                        .addAllResourceNamesSubscribe(wanted.getOrDefault(type, Set.of()))
                        .putAllInitialResourceVersions(versions.getOrDefault(type, Map.of()))
                        .build());
            }
        }

        @Override
        public void onNext(DeltaDiscoveryResponse response) {
            synchronized (Pupil.this) {
                ResourceType type =
                        ResourceType.ofTypeUrl(response.getTypeUrl()).orElseThrow();
                Map<String, String> known = versions.computeIfAbsent(type, _ -> new HashMap<>());
                response.getResourcesList().forEach(resource -> known.put(resource.getName(), resource.getVersion()));
                response.getRemovedResourcesList().forEach(known::remove);
                requests.onNext(DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(response.getTypeUrl())
                        .setResponseNonce(response.getNonce())
                        .build());
                try {
                    learn(type, response.getResourcesList());
                } catch (InvalidProtocolBufferException e) {
                    problem = String.valueOf(e.getMessage());
                }
            }
        }

        private void learn(ResourceType type, List<Resource> resources) throws InvalidProtocolBufferException {
            switch (type) {
                case CLUSTER -> {
                    for (Resource resource : resources) {
                        Cluster cluster = resource.getResource().unpack(Cluster.class);
                        if (cluster.hasEdsClusterConfig()) {
                            want(ResourceType.ENDPOINT, cluster.getName());
                        }
                    }
                    ask(ResourceType.ENDPOINT);
                }
                case ENDPOINT -> {
                    for (Resource resource : resources) {
                        ClusterLoadAssignment told = resource.getResource().unpack(ClusterLoadAssignment.class);
                        endpoints.put(
                                resource.getName(),
                                told.getEndpointsList().stream()
                                        .mapToInt(locality -> locality.getLbEndpointsCount())
                                        .sum());
                    }
                    ask(ResourceType.LISTENER);
                }
                case LISTENER -> {
                    for (Resource resource : resources) {
                        routes(resource.getResource().unpack(Listener.class));
                    }
                    ask(ResourceType.ROUTE);
                }
                default -> complete = true;
            }
        }

        private void routes(Listener listener) throws InvalidProtocolBufferException {
            for (FilterChain chain : listener.getFilterChainsList()) {
                for (Filter filter : chain.getFiltersList()) {
                    if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                        var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class);
                        if (manager.hasRds()) {
                            want(ResourceType.ROUTE, manager.getRds().getRouteConfigName());
                        }
                    }
                }
            }
        }

        private void want(ResourceType type, String name) {
            wanted.computeIfAbsent(type, _ -> new HashSet<>()).add(name);
        }

        @Override
        public void onError(Throwable gone) {
            // Its own end, or the control plane's; what was not learned is seen by who waits for it.
        }

        @Override
        public void onCompleted() {
            requests.onCompleted();
        }
    }
}
