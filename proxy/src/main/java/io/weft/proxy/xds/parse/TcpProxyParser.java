package io.weft.proxy.xds.parse;

import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.ClusterChoice.Weighted.Share;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.wire.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Network filter {@code tcp_proxy}. */
final class TcpProxyParser {

    static final String TYPE = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(TYPE)
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

    static TcpProxy tcpProxy(Message message, FieldPath path, Reading reading) {
        return new TcpProxy(
                Scalars.name(message.text("stat_prefix"), path.field("stat_prefix")),
                cluster(message, path),
                Scalars.duration(
                        message.has("idle_timeout"),
                        message.message("idle_timeout"),
                        path.field("idle_timeout"),
                        TcpProxy.DEFAULT_IDLE_TIMEOUT),
                Scalars.within(
                        message.has("max_connect_attempts"),
                        message.message("max_connect_attempts"),
                        1,
                        Integer.MAX_VALUE,
                        1,
                        path.field("max_connect_attempts")),
                Scalars.duration(
                        message.has("max_downstream_connection_duration"),
                        message.message("max_downstream_connection_duration"),
                        path.field("max_downstream_connection_duration"),
                        Duration.ZERO),
                AccessLogParser.logs(message.messages("access_log"), path.field("access_log"), reading));
    }

    private static ClusterChoice cluster(Message message, FieldPath path) {
        return switch (message.which("cluster_specifier")) {
            case "cluster" -> new ClusterChoice.Single(Scalars.name(message.text("cluster"), path.field("cluster")));
            case "weighted_clusters" -> {
                FieldPath at = path.field("weighted_clusters");
                List<Share> shares = new ArrayList<>();
                for (int i = 0; i < message.message("weighted_clusters").count("clusters"); i++) {
                    var weight = message.message("weighted_clusters").message("clusters", i);
                    FieldPath entry = at.field("clusters").at(i);
                    shares.add(new Share(
                            Scalars.name(weight.text("name"), entry.field("name")),
                            Scalars.within(
                                    Scalars.unsigned(weight.number("weight")),
                                    1,
                                    0xffff_ffffL,
                                    entry.field("weight"))));
                }
                yield ClusterChoiceParser.weighted(shares, at);
            }
            default -> throw new InvalidResource(path, "expected cluster or weighted_clusters");
        };
    }
}
