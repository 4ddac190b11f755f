package io.weft.proxy.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.weft.proxy.wire.Bytes;
import java.util.List;

/** Just enough of the messages to follow them: a cluster named {@code bad…} is refused. */
final class SampleParser implements ResourceParser {

    @Override
    public Resource parse(ResourceType type, Bytes body) {
        try {
            return switch (type) {
                case CLUSTERS -> {
                    Cluster cluster = Cluster.parseFrom(body.toArray());
                    if (cluster.getAltStatName().equals("bad")) {
                        throw new IllegalArgumentException(
                                "clusters[" + cluster.getName() + "].alt_stat_name: not supported");
                    }
                    yield new Resource.OfCluster(Samples.eds(
                            cluster.getName(),
                            cluster.getEdsClusterConfig().getServiceName(),
                            cluster.getPerConnectionBufferLimitBytes().getValue()));
                }
                case ENDPOINTS -> {
                    ClusterLoadAssignment assignment = ClusterLoadAssignment.parseFrom(body.toArray());
                    yield new Resource.OfEndpoints(
                            assignment.getClusterName(),
                            Samples.at(assignment
                                    .getEndpoints(0)
                                    .getLbEndpoints(0)
                                    .getEndpoint()
                                    .getAddress()
                                    .getSocketAddress()
                                    .getPortValue()));
                }
                case LISTENERS -> {
                    Listener listener = Listener.parseFrom(body.toArray());
                    yield new Resource.OfListener(Samples.tcp(listener.getName(), listener.getStatPrefix()));
                }
                case ROUTES ->
                    new Resource.OfRoutes(Samples.routes(
                            RouteConfiguration.parseFrom(body.toArray()).getName(), List.of()));
                case SECRETS -> {
                    Secret secret = Secret.parseFrom(body.toArray());
                    yield new Resource.OfSecret(
                            secret.getName(),
                            new io.weft.proxy.config.Secret.Trust(
                                    secret.getValidationContext().getTrustedCa().getInlineString()));
                }
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static Cluster cluster(String name) {
        Cluster.Builder cluster = Cluster.newBuilder().setName(name);
        cluster.getEdsClusterConfigBuilder().setServiceName(name);
        return cluster.build();
    }

    static Cluster badCluster(String name) {
        return cluster(name).toBuilder().setAltStatName("bad").build();
    }

    static ClusterLoadAssignment endpoints(String name, int port) {
        ClusterLoadAssignment.Builder assignment =
                ClusterLoadAssignment.newBuilder().setClusterName(name);
        assignment
                .addEndpointsBuilder()
                .addLbEndpointsBuilder()
                .getEndpointBuilder()
                .getAddressBuilder()
                .getSocketAddressBuilder()
                .setAddress("10.0.0.9")
                .setPortValue(port);
        return assignment.build();
    }

    static Secret roots(String name, String pem) {
        Secret.Builder secret = Secret.newBuilder().setName(name);
        secret.getValidationContextBuilder().getTrustedCaBuilder().setInlineString(pem);
        return secret.build();
    }

    static Listener listener(String name, String cluster) {
        return Listener.newBuilder().setName(name).setStatPrefix(cluster).build();
    }
}
