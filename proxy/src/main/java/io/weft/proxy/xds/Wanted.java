package io.weft.proxy.xds;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.RouteTable;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the accepted resources refer to, all together: both what is shown now and what may be next.
 *
 * @param services EDS name to the clusters that use it
 */
record Wanted(Map<String, Set<String>> services, Set<String> routes, Set<String> secrets) {

    static final Wanted NOTHING = new Wanted(Map.of(), Set.of(), Set.of());

    static Wanted of(Tier<Cluster> clusters, Tier<Listener> listeners) {
        Map<String, Set<String>> services = new HashMap<>();
        Set<String> routes = new HashSet<>();
        Set<String> secrets = new HashSet<>();
        clusters.forEach(node -> {
            String service = node.references().service();
            if (service != null) {
                services.computeIfAbsent(service, _ -> new HashSet<>(2))
                        .add(node.value().name());
            }
            secrets.addAll(node.references().secrets());
        });
        listeners.forEach(node -> {
            routes.addAll(node.references().routes());
            secrets.addAll(node.references().secrets());
        });
        return new Wanted(services, routes, secrets);
    }

    /** The clusters that anything refers to. */
    static Set<String> clusters(Tier<Listener> listeners, Tier<RouteTable> routes) {
        Set<String> clusters = new HashSet<>();
        listeners.forEach(node -> clusters.addAll(node.references().clusters()));
        routes.forEach(node -> clusters.addAll(node.references().clusters()));
        return clusters;
    }

    /** @param asked those of the secrets that do not come from elsewhere */
    Map<ResourceType, Set<String>> subscriptions(Set<String> asked) {
        Map<ResourceType, Set<String>> names = new EnumMap<>(ResourceType.class);
        names.put(ResourceType.ENDPOINTS, Set.copyOf(services.keySet()));
        names.put(ResourceType.ROUTES, Set.copyOf(routes));
        names.put(ResourceType.SECRETS, asked);
        return names;
    }
}
