package io.weft.proxy.xds.parse;

import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.ClusterChoice.Weighted.Share;
import io.weft.proxy.config.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Network filter {@code tcp_proxy}. */
final class TcpProxyParser {

    static final String TYPE = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(
                            TYPE,
                            io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy::getDefaultInstance)
                    .honours(
                            "stat_prefix",
                            "cluster",
                            "weighted_clusters",
                            "idle_timeout",
                            "max_connect_attempts",
                            "max_downstream_connection_duration",
                            "access_log"),
            MessageFields.of(TYPE + ".WeightedCluster").honours("clusters"),
            MessageFields.of(TYPE + ".WeightedCluster.ClusterWeight").honours("name", "weight"));

    private TcpProxyParser() {}

    static TcpProxy tcpProxy(
            io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy message,
            FieldPath path,
            Reading reading) {
        return new TcpProxy(
                Scalars.name(message.getStatPrefix(), path.field("stat_prefix")),
                cluster(message, path),
                Scalars.duration(
                        message.hasIdleTimeout(),
                        message.getIdleTimeout(),
                        path.field("idle_timeout"),
                        TcpProxy.DEFAULT_IDLE_TIMEOUT),
                Scalars.within(
                        message.hasMaxConnectAttempts(),
                        message.getMaxConnectAttempts(),
                        1,
                        Integer.MAX_VALUE,
                        1,
                        path.field("max_connect_attempts")),
                Scalars.duration(
                        message.hasMaxDownstreamConnectionDuration(),
                        message.getMaxDownstreamConnectionDuration(),
                        path.field("max_downstream_connection_duration"),
                        Duration.ZERO),
                AccessLogParser.logs(message.getAccessLogList(), path.field("access_log"), reading));
    }

    private static ClusterChoice cluster(
            io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy message, FieldPath path) {
        return switch (message.getClusterSpecifierCase()) {
            case CLUSTER -> new ClusterChoice.Single(Scalars.name(message.getCluster(), path.field("cluster")));
            case WEIGHTED_CLUSTERS -> {
                FieldPath at = path.field("weighted_clusters");
                List<Share> shares = new ArrayList<>();
                for (int i = 0; i < message.getWeightedClusters().getClustersCount(); i++) {
                    var weight = message.getWeightedClusters().getClusters(i);
                    FieldPath entry = at.field("clusters").at(i);
                    shares.add(new Share(
                            Scalars.name(weight.getName(), entry.field("name")),
                            Scalars.within(
                                    Scalars.unsigned(weight.getWeight()), 1, 0xffff_ffffL, entry.field("weight"))));
                }
                yield ClusterChoiceParser.weighted(shares, at);
            }
            case CLUSTERSPECIFIER_NOT_SET -> throw new InvalidResource(path, "expected cluster or weighted_clusters");
        };
    }
}
