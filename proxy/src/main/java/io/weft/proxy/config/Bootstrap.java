package io.weft.proxy.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the proxy is started with.
 *
 * @param listeners those that never change; likewise {@code clusters} and {@code secrets}
 * @param ads the aggregated xDS stream; null for a proxy that is told nothing
 * @param lds whether listeners come over {@code ads}; likewise {@code cds}
 * @param admin where the admin interface listens; null for none
 */
public record Bootstrap(
        Node node,
        List<Listener> listeners,
        List<Cluster> clusters,
        Map<String, Secret> secrets,
        @Nullable Ads ads,
        boolean lds,
        boolean cds,
        @Nullable Address admin) {

    public Bootstrap {
        listeners = List.copyOf(listeners);
        clusters = List.copyOf(clusters);
        secrets = Map.copyOf(secrets);
    }

    public Bootstrap withNode(Node other) {
        return new Bootstrap(other, listeners, clusters, secrets, ads, lds, cds, admin);
    }

    /**
     * Who this proxy says it is; the control plane believes its certificate, not this.
     *
     * @param metadata JSON text of an object
     */
    public record Node(String id, String cluster, String region, String zone, String subZone, String metadata) {}

    /**
     * @param cluster a static cluster that names the control plane
     * @param delta the incremental variant; otherwise state of the world
     */
    public record Ads(String cluster, boolean delta) {}
}
