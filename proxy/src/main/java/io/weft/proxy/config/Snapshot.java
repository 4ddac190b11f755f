package io.weft.proxy.config;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that the proxy runs on at one moment. It is published only when every reference in it resolves: a listener's
 * route table and secrets, a route's clusters, a cluster's endpoints and secrets. The runtime reads one snapshot per
 * connection and one per request and passes it on as a value; it never looks twice.
 *
 * @param sequence grows by one with each snapshot of this process
 * @param listeners by listener name
 * @param clusters by cluster name
 * @param routes route tables that are referred to by name, by that name
 * @param secrets by secret name
 */
public record Snapshot(
        long sequence,
        Map<String, Listener> listeners,
        Map<String, Cluster> clusters,
        Map<String, RouteTable> routes,
        Map<String, Secret> secrets) {

    public static final Snapshot EMPTY = new Snapshot(0, Map.of(), Map.of(), Map.of(), Map.of());

    public Snapshot {
        listeners = Map.copyOf(listeners);
        clusters = Map.copyOf(clusters);
        routes = Map.copyOf(routes);
        secrets = Map.copyOf(secrets);
    }

    /** The same configuration, with each listener made of the parts of its predecessor where they say the same. */
    public Snapshot reusing(Snapshot before) {
        Map<String, Listener> reused = new HashMap<>();
        listeners.forEach((name, listener) -> {
            Listener known = before.listeners().get(name);
            reused.put(name, known == null ? listener : listener.reusing(known));
        });
        return new Snapshot(sequence, reused, clusters, routes, secrets);
    }

    /** The table that a connection manager routes by, or null while it is not known. */
    public @Nullable RouteTable routeTable(RouteSource source) {
        return switch (source) {
            case RouteSource.Inline inline -> inline.table();
            case RouteSource.Named named -> routes.get(named.name());
        };
    }
}
