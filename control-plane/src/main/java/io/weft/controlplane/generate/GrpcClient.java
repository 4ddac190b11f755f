package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.ApiListener;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.weft.controlplane.model.ClientTls;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what a program may call that is told by gRPC's own client of xDS (gRFC A27, A28, A29): for each port of a service a listener of
 * the name that stands in the target, {@code xds:///catalog.shop.svc.cluster.local:80}, and its route, cluster and endpoints. The names
 * of these three are the sidecars', and so are routes and endpoints.
 */
final class GrpcClient {
    private static final String SERVICES = ".svc.";

    private GrpcClient() {}

    static List<EncodedResource> write(Outbound calls) {
        var all = new ArrayList<EncodedResource>();
        for (OutboundPort port : calls.ports()) {
            String name = port.clusterName("");
            for (String target : targets(port)) {
                all.add(EncodedResource.of(ResourceType.LISTENER, target, listener(target, name)));
            }
            all.add(EncodedResource.of(ResourceType.ROUTE, name, NetworkFilters.outboundRoutes(name)));
            all.add(EncodedResource.of(ResourceType.CLUSTER, name, cluster(port)));
            all.add(EncodedResource.of(ResourceType.ENDPOINT, name, new Endpoints(name, port.endpoints()).write()));
        }
        return all;
    }

    /** The service's full name, and the short ones that mean the same in every namespace. */
    private static List<String> targets(OutboundPort port) {
        var targets = new ArrayList<String>(List.of(port.host() + ":" + port.port()));
        int suffix = port.host().indexOf(SERVICES);
        if (suffix > 0) {
            String service = port.host().substring(0, suffix);
            targets.add(service + ":" + port.port());
            targets.add(service + ".svc:" + port.port());
        }
        return targets;
    }

    private static Listener listener(String name, String routes) {
        var manager = HttpConnectionManager.newBuilder()
                .setRds(Rds.newBuilder().setConfigSource(Xds.ads()).setRouteConfigName(routes))
                .addHttpFilters(NetworkFilters.router());
        return Listener.newBuilder()
                .setName(name)
                .setApiListener(ApiListener.newBuilder().setApiListener(Xds.any(manager.build())))
                .build();
    }

    private static Cluster cluster(OutboundPort port) {
        String name = port.clusterName("");
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder()
                        .setEdsConfig(Xds.ads())
                        .setServiceName(name));
        switch (port.policy().loadBalancer()) {
            // gRPC knows no random choice; taking turns spreads as evenly.
            case ROUND_ROBIN, RANDOM -> cluster.setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN);
            case LEAST_REQUEST ->
                cluster.setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
                        .setLeastRequestLbConfig(
                                Cluster.LeastRequestLbConfig.newBuilder().setChoiceCount(Xds.uint32(2)));
        }
        switch (port.policy().tls()) {
            case ClientTls.IstioMutual _ ->
                cluster.setTransportSocket(MutualTls.grpcClient(port.peers(), port.namespaceIds()));
            // As in Istio. A cluster of gRPC has one kind of transport for all its endpoints, and no ALPN name
            // by which a PERMISSIVE server could tell the mesh's TLS from the application's.
            case ClientTls.Auto _, ClientTls.Disable _ -> {}
            case ClientTls.Originate originate -> cluster.setTransportSocket(OriginatedTls.refusedByGrpc(originate));
            case ClientTls.Closed _ ->
                cluster.setTransportSocket(OriginatedTls.refusedByGrpc("the DestinationRule for it is refused"));
        }
        return cluster.build();
    }
}
