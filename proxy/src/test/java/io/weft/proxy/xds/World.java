package io.weft.proxy.xds;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A small mesh that is consistent at every moment and changes at random. */
final class World {

    private record Cluster(String service, int revision) {}

    private final Random random;
    private final Map<String, Cluster> clusters = new TreeMap<>();
    private final Map<String, Set<String>> routes = new TreeMap<>();
    private final Map<String, Set<String>> listeners = new TreeMap<>();
    private final Map<String, Integer> ports = new HashMap<>();

    World(Random random) {
        this.random = random;
    }

    void change() {
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                int number = random.nextInt(8);
                clusters.put("c" + number, new Cluster("s" + number + "-" + random.nextInt(2), random.nextInt(100)));
            }
            case 2 -> {
                Set<String> free = new TreeSet<>(clusters.keySet());
                routes.values().forEach(free::removeAll);
                any(free).ifPresent(clusters::remove);
            }
            case 3 -> {
                Set<String> subset = new TreeSet<>();
                clusters.keySet().stream().filter(_ -> random.nextBoolean()).forEach(subset::add);
                routes.put("r" + random.nextInt(5), subset);
            }
            case 4 -> {
                Set<String> subset = new TreeSet<>();
                routes.keySet().stream().filter(_ -> random.nextBoolean()).forEach(subset::add);
                if (subset.isEmpty()) {
                    any(listeners.keySet()).ifPresent(listeners::remove);
                } else {
                    listeners.put("l" + random.nextInt(3), subset);
                }
            }
            default -> any(clusters.keySet()).ifPresent(name -> ports.merge(service(name), 1, Integer::sum));
        }
        Set<String> used = new TreeSet<>();
        listeners.values().forEach(used::addAll);
        if (random.nextBoolean()) {
            routes.keySet().retainAll(used);
        }
    }

    private String service(String cluster) {
        return java.util.Objects.requireNonNull(clusters.get(cluster)).service();
    }

    private java.util.Optional<String> any(Collection<String> names) {
        return names.isEmpty()
                ? java.util.Optional.empty()
                : java.util.Optional.of(new ArrayList<>(names).get(random.nextInt(names.size())));
    }

    /** All resources of a type, by name. */
    Map<String, Resource> resources(ResourceType type) {
        Map<String, Resource> all = new TreeMap<>();
        switch (type) {
            case CLUSTERS ->
                clusters.forEach((name, cluster) -> all.put(
                        name, new Resource.OfCluster(Samples.eds(name, cluster.service(), cluster.revision()))));
            case ENDPOINTS ->
                clusters.values()
                        .forEach(cluster -> all.put(
                                cluster.service(),
                                new Resource.OfEndpoints(
                                        cluster.service(), Samples.at(1 + ports.getOrDefault(cluster.service(), 0)))));
            case LISTENERS ->
                listeners.forEach((name, used) ->
                        all.put(name, new Resource.OfListener(Samples.http(name, used.toArray(String[]::new)))));
            case ROUTES ->
                routes.forEach((name, used) -> all.put(name, new Resource.OfRoutes(Samples.routes(name, used))));
            case SECRETS -> {}
        }
        return all;
    }

    List<ResourceType> inRandomOrder() {
        List<ResourceType> order = new ArrayList<>(List.of(ResourceType.values()));
        java.util.Collections.shuffle(order, random);
        return order;
    }
}
