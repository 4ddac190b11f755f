package io.weft.proxy.xds;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.files.SecretFiles;
import io.weft.proxy.xds.Tier.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gathers accepted resources and shows them as snapshots in which every reference resolves.
 *
 * <p>Warming: a cluster waits for its endpoints and secrets, a route table for its clusters, a listener for its route
 * tables, clusters and secrets; until then the version before serves. Make before break: what is removed stays while
 * anything shown refers to it. No wait is without end: what the control plane does not send within the fetch timeout
 * counts as absent, and what refers to it is shown without it (the runtime then answers 404 or 503), as it is when a
 * secret's files cannot be read. Only secrets that are made in this process are waited for without limit, since without
 * them nothing may be served.
 *
 * <p>Static resources win over what is told under the same name. Used by one thread only.
 */
final class Assembler {

    private static final long FILES_PERIOD = Duration.ofSeconds(1).toNanos();

    private final Tier<Cluster> clusters = new Tier<>();
    private final Tier<RouteTable> routes = new Tier<>();
    private final Tier<Listener> listeners = new Tier<>();
    private final Map<String, List<Cluster.Locality>> endpoints = new HashMap<>();
    private final Secrets secrets;
    private final Set<String> absentServices = new HashSet<>();
    private final Set<String> absentRoutes = new HashSet<>();
    private final Set<String> changedServices = new HashSet<>();
    // Clusters that are referred to and were never told, with the time at which they count as absent.
    private final Map<String, Long> awaited = new HashMap<>();
    private final Set<ResourceType> unanswered = new HashSet<>();
    private final boolean told;
    private final boolean toldClusters;
    private final Duration timeout;
    private Wanted wanted = Wanted.NOTHING;
    private Map<ResourceType, Set<String>> subscriptions = Map.of();
    private long filesAt = Subscription.NEVER;
    private boolean structureChanged = true;
    private boolean complete;
    private Snapshot snapshot = Snapshot.EMPTY;

    /**
     * @param local names of secrets that come from this process
     * @param followed those of them that xDS is asked for all the same
     * @param files where secrets are read whose names mean files
     * @param timeout how long a cluster that was never told is waited for; zero for ever
     */
    Assembler(Bootstrap bootstrap, Set<String> local, Set<String> followed, SecretFiles files, Duration timeout) {
        this.timeout = timeout;
        told = bootstrap.ads() != null;
        toldClusters = told && bootstrap.cds();
        secrets = new Secrets(bootstrap.secrets(), local, followed, files, told);
        bootstrap.clusters().forEach(cluster -> clusters.pin(cluster.name(), cluster, References.of(cluster)));
        bootstrap.listeners().forEach(listener -> listeners.pin(listener.name(), listener, References.of(listener)));
        if (toldClusters) {
            unanswered.add(ResourceType.CLUSTERS);
        }
        if (told && bootstrap.lds()) {
            unanswered.add(ResourceType.LISTENERS);
        }
    }

    /** Takes what one response, or one timer, delivered. */
    void apply(Effect.Deliver delivered) {
        if (delivered.answered() || delivered.absent().contains(Subscription.WILDCARD)) {
            unanswered.remove(delivered.type());
        }
        delivered.accepted().forEach(accepted -> accept(accepted.resource()));
        delivered.removed().forEach(name -> remove(delivered.type(), name));
        delivered.expired().forEach(name -> expire(delivered.type(), name));
        delivered.absent().forEach(name -> absent(delivered.type(), name));
    }

    /** All secrets that this process has made, as they are now; a missing one has been withdrawn or is not there yet. */
    void localSecrets(Map<String, Secret> current) {
        secrets.local(current);
    }

    private void accept(Resource resource) {
        switch (resource) {
            case Resource.OfCluster(Cluster cluster) -> {
                structureChanged |= clusters.tell(cluster.name(), cluster, References.of(cluster));
                awaited.remove(cluster.name());
            }
            case Resource.OfListener(Listener listener) ->
                structureChanged |= listeners.tell(listener.name(), listener, References.of(listener));
            case Resource.OfRoutes(RouteTable table) -> {
                absentRoutes.remove(table.name());
                structureChanged |= routes.tell(table.name(), table, References.of(table));
            }
            case Resource.OfEndpoints(String service, List<Cluster.Locality> localities) -> {
                absentServices.remove(service);
                if (!localities.equals(endpoints.put(service, localities))) {
                    changedServices.add(service);
                }
            }
            case Resource.OfSecret(String name, Secret secret) -> secrets.tell(name, secret);
        }
    }

    private void remove(ResourceType type, String name) {
        switch (type) {
            case CLUSTERS -> structureChanged |= clusters.retract(name);
            case LISTENERS -> structureChanged |= listeners.retract(name);
            case ROUTES -> structureChanged |= routes.retract(name);
            // Endpoints and secrets go with the cluster or listener that needs them, not before it.
            case ENDPOINTS, SECRETS -> {}
        }
    }

    private void expire(ResourceType type, String name) {
        if (type == ResourceType.ENDPOINTS && endpoints.put(name, List.of()) != null) {
            changedServices.add(name);
        } else {
            remove(type, name);
        }
    }

    private void absent(ResourceType type, String name) {
        switch (type) {
            case ENDPOINTS -> {
                if (!endpoints.containsKey(name)) {
                    absentServices.add(name);
                }
            }
            case ROUTES -> absentRoutes.add(name);
            case SECRETS -> secrets.absent(name);
            case CLUSTERS, LISTENERS -> {}
        }
    }

    /**
     * Shows what has become ready.
     *
     * @return the new snapshot, or null when there is nothing new to show
     */
    @Nullable
    Snapshot settle(long now) {
        lookAtFiles(now);
        updateEndpoints();
        structureChanged |= clusters.show(this::isReady, this::withEndpoints);
        structureChanged |= routes.show(table -> hasClusters(table, now), UnaryOperator.identity());
        structureChanged |= listeners.show(listener -> isReady(listener, now), UnaryOperator.identity());
        if (structureChanged) {
            sweep();
            wanted = Wanted.of(clusters, listeners);
            subscriptions = wanted.subscriptions(secrets.asked(wanted.secrets()));
            forgetUnwanted();
            structureChanged = false;
        }
        lookAgain(now);
        complete |= unanswered.isEmpty() && listeners.warming().isEmpty();
        if (!listeners.viewIsOld() && !clusters.viewIsOld() && !routes.viewIsOld() && !secrets.viewIsOld()) {
            return null;
        }
        snapshot =
                new Snapshot(snapshot.sequence() + 1, listeners.view(), clusters.view(), routes.view(), secrets.view());
        return snapshot;
    }

    private void lookAtFiles(long now) {
        if (filesAt != Subscription.NEVER && filesAt - now <= 0) {
            secrets.lookAtFiles();
            filesAt = Subscription.NEVER;
        }
    }

    private void lookAgain(long now) {
        if (!secrets.areInFiles()) {
            filesAt = Subscription.NEVER;
        } else if (filesAt == Subscription.NEVER) {
            filesAt = now + FILES_PERIOD;
        }
    }

    private void updateEndpoints() {
        for (String service : changedServices) {
            for (String name : wanted.services().getOrDefault(service, Set.of())) {
                Node<Cluster> node = clusters.shown(name);
                if (node != null && service.equals(node.references().service())) {
                    clusters.replaceShown(name, new Node<>(withEndpoints(node.value()), node.references()));
                }
            }
        }
        changedServices.clear();
    }

    private Cluster withEndpoints(Cluster cluster) {
        return cluster.discovery() instanceof Cluster.Discovery.Eds(String service)
                ? cluster.withEndpoints(endpoints.getOrDefault(service, List.of()))
                : cluster;
    }

    private boolean isReady(Node<Cluster> cluster) {
        String service = cluster.references().service();
        return secrets.resolve(
                        cluster.references().secrets(),
                        "cluster " + cluster.value().name())
                && (service == null || isAnswered(service));
    }

    private boolean isAnswered(String service) {
        return !told || endpoints.containsKey(service) || absentServices.contains(service);
    }

    private boolean isReady(Node<Listener> listener, long now) {
        // Both sides, always: each unknown cluster starts its own clock.
        boolean found = hasClusters(listener, now);
        return found
                && secrets.resolve(
                        listener.references().secrets(),
                        "listener " + listener.value().name())
                && listener.references().routes().stream().allMatch(this::isAnsweredRoute);
    }

    private boolean isAnsweredRoute(String route) {
        return !told || routes.isShown(route) || (absentRoutes.contains(route) && !routes.isTold(route));
    }

    private boolean hasClusters(Node<?> node, long now) {
        boolean all = true;
        for (String cluster : node.references().clusters()) {
            all &= clusters.isShown(cluster) || (!clusters.isTold(cluster) && isAbsent(cluster, now));
        }
        return all;
    }

    private boolean isAbsent(String cluster, long now) {
        if (!toldClusters) {
            return true;
        }
        long deadline =
                awaited.computeIfAbsent(cluster, _ -> timeout.isZero() ? Subscription.NEVER : now + timeout.toNanos());
        return deadline != Subscription.NEVER && deadline - now <= 0;
    }

    /** From what refers to what is referred to, so that a whole chain can leave at once. */
    private void sweep() {
        listeners.sweep(_ -> false);
        Set<String> usedRoutes = new HashSet<>();
        listeners.forEach(node -> usedRoutes.addAll(node.references().routes()));
        for (String name : routes.toldNames()) {
            if (!usedRoutes.contains(name)) {
                routes.retract(name);
            }
        }
        routes.sweep(usedRoutes::contains);
        if (!clusters.leaving().isEmpty() || !awaited.isEmpty()) {
            Set<String> usedClusters = Wanted.clusters(listeners, routes);
            clusters.sweep(usedClusters::contains);
            awaited.keySet().retainAll(usedClusters);
        }
    }

    private void forgetUnwanted() {
        endpoints.keySet().retainAll(wanted.services().keySet());
        absentServices.retainAll(wanted.services().keySet());
        absentRoutes.retainAll(wanted.routes());
        secrets.retain(wanted.secrets());
    }

    /** What has to be asked for by name; the same object while that does not change. */
    Map<ResourceType, Set<String>> subscriptions() {
        return subscriptions;
    }

    /** When {@link #settle} has something to do even if nothing is told; {@link Subscription#NEVER} for never. */
    long nextDeadline(long now) {
        long next = filesAt;
        for (long deadline : awaited.values()) {
            if (deadline - now > 0) {
                next = Math.min(next, deadline);
            }
        }
        return next;
    }

    /** Whether everything that was told at first has been shown; never taken back. */
    boolean isComplete() {
        return complete;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /** What is not shown yet and what it waits for, a line each, at most {@code limit}. */
    List<String> waiting(int limit) {
        List<String> lines = new ArrayList<>();
        unanswered.stream().sorted().forEach(type -> lines.add(type.label() + ": no answer yet"));
        describe("listener ", listeners, lines, limit);
        describe("route table ", routes, lines, limit);
        describe("cluster ", clusters, lines, limit);
        return List.copyOf(lines);
    }

    private void describe(String kind, Tier<?> tier, List<String> lines, int limit) {
        for (String name : tier.warming()) {
            Node<?> node = tier.told(name);
            if (lines.size() >= limit || node == null) {
                return;
            }
            lines.add(kind + name + ": waits for " + String.join(", ", missing(node.references())));
        }
    }

    private List<String> missing(References references) {
        List<String> missing = new ArrayList<>(secrets.missing(references.secrets()));
        String service = references.service();
        if (service != null && !isAnswered(service)) {
            missing.add("endpoints of " + service);
        }
        references.routes().stream()
                .filter(route -> !isAnsweredRoute(route))
                .forEach(route -> missing.add("route table " + route));
        references.clusters().stream()
                .filter(cluster -> !clusters.isShown(cluster))
                .forEach(cluster -> missing.add("cluster " + cluster));
        return missing;
    }
}
