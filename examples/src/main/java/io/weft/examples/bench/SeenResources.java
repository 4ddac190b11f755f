package io.weft.examples.bench;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.weft.controlplane.generate.ResourceType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Every resource that any proxy was given. Each is read once, however many proxies get it, so that a thousand of them fit in a
 * process; that all of them got the same bytes is seen by their hash. Used by one thread.
 */
final class SeenResources {
    /**
     * What a proxy makes of a resource.
     *
     * @param id small and the same for all versions of a resource; of its type
     * @param hash of the bytes
     * @param refers to what the proxy then asks for, as ids of {@link #referredBy} its type
     * @param addresses of a load assignment, with their ports
     */
    record Seen(int id, String name, String version, int hash, List<Integer> refers, Set<String> addresses) {}

    private record Key(ResourceType type, String name, String version) {}

    private record Name(ResourceType type, String name) {}

    private record State(ResourceType type, BitSet wanted, List<@Nullable Seen> held) {}

    private final Map<Name, Integer> ids = new HashMap<>();
    private final Map<ResourceType, List<String>> names = new HashMap<>();
    private final Map<Key, Seen> seen = new HashMap<>();
    private final Map<State, DeltaDiscoveryRequest> requests = new HashMap<>();

    /** What a type's resources name: a cluster its endpoints, a listener its routes. */
    static ResourceType referredBy(ResourceType type) {
        return type == ResourceType.CLUSTER ? ResourceType.ENDPOINT : ResourceType.ROUTE;
    }

    int id(ResourceType type, String name) {
        return ids.computeIfAbsent(new Name(type, name), _ -> {
            List<String> ofType = names.computeIfAbsent(type, _ -> new ArrayList<>());
            ofType.add(name);
            return ofType.size() - 1;
        });
    }

    String name(ResourceType type, int id) {
        return names.getOrDefault(type, List.of()).get(id);
    }

    /**
     * The first request of a type on a stream: what is asked for by name, where nothing is everything, and what is there already. Proxies
     * in one state ask alike, and a thousand of these are large, so they share it.
     */
    DeltaDiscoveryRequest request(ResourceType type, BitSet wanted, @Nullable Seen[] held) {
        var state = new State(type, (BitSet) wanted.clone(), Arrays.asList(held.clone()));
        return requests.computeIfAbsent(state, _ -> {
            var request = DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
            wanted.stream().forEach(id -> request.addResourceNamesSubscribe(name(type, id)));
            for (Seen one : held) {
                if (one != null) {
                    request.putInitialResourceVersions(one.name(), one.version());
                }
            }
            return request.build();
        });
    }

    /** @throws BenchException when it cannot be read, or when its version was seen with other bytes */
    Seen look(ResourceType type, Resource resource) {
        Any any = resource.getResource();
        int hash = any.getValue().hashCode();
        var key = new Key(type, resource.getName(), resource.getVersion());
        Seen known = seen.get(key);
        if (known == null) {
            known = read(key, any, hash);
            seen.put(key, known);
        }
        if (known.hash != hash) {
            throw new BenchException(type + " " + resource.getName() + " has other content under the same version "
                    + resource.getVersion());
        }
        return known;
    }

    private Seen read(Key key, Any any, int hash) {
        try {
            ResourceType type = key.type();
            Collection<String> refers = switch (type) {
                case CLUSTER -> endpointsOf(any.unpack(Cluster.class));
                case LISTENER -> routesOf(any.unpack(Listener.class));
                case ENDPOINT, ROUTE, SECRET -> List.of();
            };
            Set<String> addresses =
                    type == ResourceType.ENDPOINT ? addressesOf(any.unpack(ClusterLoadAssignment.class)) : Set.of();
            List<Integer> ids =
                    refers.stream().map(name -> id(referredBy(type), name)).toList();
            return new Seen(id(type, key.name()), key.name(), key.version(), hash, ids, addresses);
        } catch (InvalidProtocolBufferException e) {
            throw new BenchException(key.type() + " " + key.name() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<String> endpointsOf(Cluster cluster) {
        if (cluster.getType() != Cluster.DiscoveryType.EDS) {
            return List.of();
        }
        String service = cluster.getEdsClusterConfig().getServiceName();
        return List.of(service.isEmpty() ? cluster.getName() : service);
    }

    private static Set<String> routesOf(Listener listener) throws InvalidProtocolBufferException {
        var chains = new ArrayList<>(listener.getFilterChainsList());
        chains.add(listener.getDefaultFilterChain());
        var routes = new TreeSet<String>();
        for (FilterChain chain : chains) {
            for (Filter filter : chain.getFiltersList()) {
                if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                    var http = filter.getTypedConfig().unpack(HttpConnectionManager.class);
                    if (http.hasRds()) {
                        routes.add(http.getRds().getRouteConfigName());
                    }
                }
            }
        }
        return routes;
    }

    private static Set<String> addressesOf(ClusterLoadAssignment assignment) {
        var addresses = new TreeSet<String>();
        assignment
                .getEndpointsList()
                .forEach(group -> group.getLbEndpointsList().forEach(endpoint -> {
                    var address = endpoint.getEndpoint().getAddress().getSocketAddress();
                    addresses.add(address.getAddress() + ":" + address.getPortValue());
                }));
        return addresses;
    }
}
