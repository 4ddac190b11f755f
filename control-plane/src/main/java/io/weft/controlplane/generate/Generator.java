package io.weft.controlplane.generate;

import com.google.protobuf.Message;
import io.weft.controlplane.model.Protocol;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a proxy's resources of its view, and of nothing else. Resources that several proxies get are encoded once and shared, as long
 * as the bounded caches hold them. Each cache key holds everything that its value is made of. Safe for use by several threads.
 */
public final class Generator {
    private static final int MOST_SETS = 256;
    /** Few, because these are the large ones, and namespaces that call alike share theirs. */
    private static final int MOST_OUTBOUND = 32;

    /** What a resource is made of. */
    private sealed interface Ingredients {
        record OfCluster(OutboundCluster cluster) implements Ingredients {}

        record OfInboundCluster(int port, Protocol protocol, View.Families families) implements Ingredients {}

        record OfFixedClusters(View.Families families) implements Ingredients {}

        record OfEndpoints(Endpoints endpoints) implements Ingredients {}

        record OfRoute(String cluster) implements Ingredients {}

        record OfInbound(Inbound inbound, View.Surroundings surroundings) implements Ingredients {}
    }

    private record OfOutbound(Outbound outbound, View.Surroundings surroundings) {}

    private record OfOutboundListener(List<OutboundListener.Line> lines, View.Surroundings surroundings) {}

    private final SharedCache<Ingredients, List<EncodedResource>> resources;
    private final SharedCache<OfOutboundListener, EncodedResource> outboundListeners = new SharedCache<>(MOST_OUTBOUND);
    private final SharedCache<OfOutbound, ResourceSet> outbound = new SharedCache<>(MOST_OUTBOUND);
    private final SharedCache<Outbound, ResourceSet> grpcOutbound = new SharedCache<>(MOST_OUTBOUND);
    private final SharedCache<View, ResourceSet> sets = new SharedCache<>(MOST_SETS);

    /**
     * @param cachedBytes how much is kept of encoded resources for sharing at most, beside the large ones. What is in use is
     *     kept by those who use it: a limit below that costs sharing, nothing else.
     */
    public Generator(long cachedBytes) {
        resources = new SharedCache<>(cachedBytes, Generator::weight);
    }

    /** About what a cached list takes: its bytes, as much again for what they were made of, and the objects around both. */
    private static long weight(List<EncodedResource> made) {
        long bytes = 0;
        for (EncodedResource resource : made) {
            bytes += 1024 + 2L * resource.any().getValue().size();
        }
        return bytes;
    }

    /** Equal views give equal sets, mostly the same one. */
    public ResourceSet generate(View view) {
        return sets.get(view, this::make);
    }

    private ResourceSet make(View view) {
        return switch (view.reader()) {
            case View.Reader.Sidecar sidecar -> makeSidecar(view);
            case View.Reader.Grpc grpc ->
                grpcOutbound
                        .get(view.outbound(), calls -> ResourceSet.of(GrpcClient.write(calls)))
                        .with(new GrpcServer(view.inbound(), view.surroundings(), grpc).write());
        };
    }

    private ResourceSet makeSidecar(View view) {
        View.Surroundings surroundings = view.surroundings();
        var own = new ArrayList<EncodedResource>(
                resources.get(new Ingredients.OfFixedClusters(surroundings.families()), Generator::fixedClusters));
        for (Inbound.Port port : view.inbound().ports()) {
            if (port.served()) {
                own.addAll(resources.get(
                        new Ingredients.OfInboundCluster(port.number(), port.protocol(), surroundings.families()),
                        key -> cluster(Clusters.inbound(key.port(), key.protocol(), key.families()))));
            }
        }
        own.addAll(resources.get(
                new Ingredients.OfInbound(view.inbound(), surroundings),
                key -> one(
                        ResourceType.LISTENER,
                        XdsNames.INBOUND_LISTENER,
                        InboundListener.write(key.inbound(), key.surroundings()))));
        return outbound.get(new OfOutbound(view.outbound(), surroundings), this::makeOutbound)
                .with(own);
    }

    /** Everything that only depends on what may be called: it is the same for all proxies of a namespace. */
    private ResourceSet makeOutbound(OfOutbound from) {
        var all = new ArrayList<EncodedResource>();
        var lines = new ArrayList<OutboundListener.Line>();
        for (OutboundPort port : from.outbound().ports()) {
            for (OutboundCluster.Use use : OutboundCluster.of(port)) {
                lines.add(OutboundListener.Line.of(port, use));
                all.addAll(resources.get(
                        new Ingredients.OfCluster(use.cluster()), key -> cluster(Clusters.outbound(key.cluster()))));
                if (use.cluster().protocol().isHttp()) {
                    all.addAll(resources.get(
                            new Ingredients.OfRoute(use.cluster().name()),
                            key -> one(
                                    ResourceType.ROUTE, key.cluster(), NetworkFilters.outboundRoutes(key.cluster()))));
                }
            }
            if (!port.headless()) {
                all.addAll(resources.get(
                        new Ingredients.OfEndpoints(new Endpoints(port.clusterName(""), port.endpoints())),
                        key -> one(
                                ResourceType.ENDPOINT,
                                key.endpoints().service(),
                                key.endpoints().write())));
            }
        }
        all.add(outboundListeners.get(
                new OfOutboundListener(List.copyOf(lines), from.surroundings()),
                key -> EncodedResource.of(
                        ResourceType.LISTENER,
                        XdsNames.OUTBOUND_LISTENER,
                        new OutboundListener(key.surroundings()).write(key.lines()))));
        return ResourceSet.of(all);
    }

    private static List<EncodedResource> fixedClusters(Ingredients.OfFixedClusters from) {
        var all = new ArrayList<EncodedResource>();
        all.addAll(cluster(Clusters.inboundPassthrough(from.families())));
        all.addAll(cluster(Clusters.passthrough()));
        all.addAll(cluster(Clusters.blackHole()));
        return List.copyOf(all);
    }

    private static List<EncodedResource> cluster(io.envoyproxy.envoy.config.cluster.v3.Cluster cluster) {
        return one(ResourceType.CLUSTER, cluster.getName(), cluster);
    }

    private static List<EncodedResource> one(ResourceType type, String name, Message message) {
        return List.of(EncodedResource.of(type, name, message));
    }
}
