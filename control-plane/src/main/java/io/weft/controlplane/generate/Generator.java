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

    /** What a resource is made of. */
    private sealed interface Ingredients {
        record OfCluster(OutboundCluster cluster) implements Ingredients {}

        record OfInboundCluster(int port, Protocol protocol, View.Families families) implements Ingredients {}

        record OfFixedClusters(View.Families families) implements Ingredients {}

        record OfEndpoints(Endpoints endpoints) implements Ingredients {}

        record OfRoute(String cluster) implements Ingredients {}

        record OfOutbound(Outbound outbound, View.Surroundings surroundings) implements Ingredients {}

        record OfInbound(Inbound inbound, View.Surroundings surroundings) implements Ingredients {}
    }

    private final SharedCache<Ingredients, List<EncodedResource>> resources;
    private final SharedCache<View, ResourceSet> sets = new SharedCache<>(MOST_SETS);

    /** @param cachedResources how many encoded resources are kept for sharing at most */
    public Generator(int cachedResources) {
        resources = new SharedCache<>(cachedResources);
    }

    /** Equal views give the same set. */
    public ResourceSet generate(View view) {
        return sets.get(view, this::make);
    }

    private ResourceSet make(View view) {
        View.Surroundings surroundings = view.surroundings();
        var all = new ArrayList<EncodedResource>(
                resources.get(new Ingredients.OfOutbound(view.outbound(), surroundings), this::outbound));
        all.addAll(resources.get(new Ingredients.OfFixedClusters(surroundings.families()), Generator::fixedClusters));
        for (Inbound.Port port : view.inbound().ports()) {
            if (port.served()) {
                all.addAll(resources.get(
                        new Ingredients.OfInboundCluster(port.number(), port.protocol(), surroundings.families()),
                        key -> cluster(Clusters.inbound(key.port(), key.protocol(), key.families()))));
            }
        }
        all.addAll(resources.get(
                new Ingredients.OfInbound(view.inbound(), surroundings),
                key -> one(
                        ResourceType.LISTENER,
                        XdsNames.INBOUND_LISTENER,
                        InboundListener.write(key.inbound(), key.surroundings()))));
        return ResourceSet.of(all);
    }

    /** Everything that only depends on what may be called, in one entry: it is the same for all proxies of a namespace. */
    private List<EncodedResource> outbound(Ingredients.OfOutbound from) {
        var all = new ArrayList<EncodedResource>();
        for (OutboundPort port : from.outbound().ports()) {
            for (OutboundCluster.Use use : OutboundCluster.of(port)) {
                all.addAll(resources.get(
                        new Ingredients.OfCluster(use.cluster()), key -> cluster(Clusters.outbound(key.cluster()))));
                if (use.cluster().protocol().isHttp()) {
                    all.addAll(resources.get(
                            new Ingredients.OfRoute(use.cluster().name()),
                            key -> one(
                                    ResourceType.ROUTE,
                                    key.cluster(),
                                    NetworkFilters.routes(key.cluster(), key.cluster()))));
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
        all.addAll(one(
                ResourceType.LISTENER,
                XdsNames.OUTBOUND_LISTENER,
                new OutboundListener(from.surroundings()).write(from.outbound())));
        return List.copyOf(all);
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
