package io.weft.proxy.dns;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Cluster.DnsFamily;
import io.weft.proxy.config.Snapshot;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts addresses in the place of names. A snapshot goes on at once with what is known already; what resolves later goes
 * on as another snapshot. With {@code STRICT_DNS} every address of every name is an endpoint; with {@code LOGICAL_DNS}
 * the first address only. A name that stops resolving keeps its last addresses.
 */
public final class DnsClusters implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.dns");

    /** Finds the addresses of a name; blocks. */
    public interface Resolver {
        List<InetAddress> resolve(String name) throws UnknownHostException;
    }

    private record Known(List<InetAddress> addresses, boolean failing) {}

    private final Consumer<Snapshot> next;
    private final Resolver resolver;
    private final ScheduledThreadPoolExecutor thread;
    private final Map<String, Known> known = new HashMap<>();
    private Snapshot current = Snapshot.EMPTY;
    private boolean scheduled;

    /** @param next takes snapshots on a thread of this class or of the caller, one at a time */
    public DnsClusters(Consumer<Snapshot> next) {
        this(next, name -> List.of(InetAddress.getAllByName(name)));
    }

    DnsClusters(Consumer<Snapshot> next, Resolver resolver) {
        this.next = next;
        this.resolver = resolver;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "dns");
            made.setDaemon(true);
            return made;
        });
        this.thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Takes a snapshot and hands it on. */
    public synchronized void apply(Snapshot snapshot) {
        current = snapshot;
        next.accept(resolved(snapshot));
        Duration refresh = refresh(snapshot);
        if (refresh != null && !scheduled) {
            schedule(Duration.ZERO);
        }
    }

    private void schedule(Duration after) {
        scheduled = true;
        try {
            thread.schedule(this::resolveAll, after.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            scheduled = false; // closed meanwhile
        }
    }

    private void resolveAll() {
        List<String> names = names();
        Map<String, Known> found = new HashMap<>();
        for (String name : names) {
            found.put(name, lookUp(name));
        }
        synchronized (this) {
            scheduled = false;
            boolean changed = false;
            for (Map.Entry<String, Known> entry : found.entrySet()) {
                Known before = known.put(entry.getKey(), entry.getValue());
                changed |= before == null
                        || !before.addresses().equals(entry.getValue().addresses());
            }
            known.keySet().retainAll(names());
            if (changed) {
                next.accept(resolved(current));
            }
            Duration refresh = refresh(current);
            if (refresh != null) {
                schedule(refresh);
            }
        }
    }

    private Known lookUp(String name) {
        Known before;
        synchronized (this) {
            before = known.get(name);
        }
        try {
            return new Known(resolver.resolve(name), false);
        } catch (UnknownHostException e) {
            if (before == null || !before.failing()) {
                LOG.log(System.Logger.Level.WARNING, "cannot resolve {0}: {1}", name, e.getMessage());
            }
            return new Known(before == null ? List.of() : before.addresses(), true);
        }
    }

    private synchronized List<String> names() {
        List<String> names = new ArrayList<>();
        for (Cluster cluster : current.clusters().values()) {
            for (Cluster.Locality locality : localities(cluster)) {
                for (Cluster.Endpoint endpoint : locality.endpoints()) {
                    if (endpoint.address() instanceof Address.Socket socket && !isLiteral(socket.host())) {
                        names.add(socket.host());
                    }
                }
            }
        }
        return names.stream().distinct().toList();
    }

    private static List<Cluster.Locality> localities(Cluster cluster) {
        return switch (cluster.discovery()) {
            case Cluster.Discovery.StrictDns strict -> strict.names();
            case Cluster.Discovery.LogicalDns logical -> List.of(logical.name());
            case Cluster.Discovery.Static other -> List.of();
            case Cluster.Discovery.Eds other -> List.of();
            case Cluster.Discovery.OriginalDestination other -> List.of();
        };
    }

    private static @Nullable Duration refresh(Snapshot snapshot) {
        Duration least = null;
        for (Cluster cluster : snapshot.clusters().values()) {
            Duration own = switch (cluster.discovery()) {
                case Cluster.Discovery.StrictDns strict -> strict.refresh();
                case Cluster.Discovery.LogicalDns logical -> logical.refresh();
                case Cluster.Discovery.Static other -> null;
                case Cluster.Discovery.Eds other -> null;
                case Cluster.Discovery.OriginalDestination other -> null;
            };
            if (own != null && (least == null || own.compareTo(least) < 0)) {
                least = own;
            }
        }
        return least;
    }

    private Snapshot resolved(Snapshot snapshot) {
        Map<String, Cluster> clusters = null;
        for (Cluster cluster : snapshot.clusters().values()) {
            List<Cluster.Locality> names = localities(cluster);
            if (!names.isEmpty()) {
                clusters = clusters == null ? new HashMap<>(snapshot.clusters()) : clusters;
                clusters.put(cluster.name(), cluster.withEndpoints(addresses(cluster, names)));
            }
        }
        return clusters == null
                ? snapshot
                : new Snapshot(
                        snapshot.sequence(), snapshot.listeners(), clusters, snapshot.routes(), snapshot.secrets());
    }

    private List<Cluster.Locality> addresses(Cluster cluster, List<Cluster.Locality> names) {
        List<Cluster.Locality> localities = new ArrayList<>();
        for (Cluster.Locality locality : names) {
            List<Cluster.Endpoint> endpoints = new ArrayList<>();
            for (Cluster.Endpoint endpoint : locality.endpoints()) {
                endpoints.addAll(endpoints(cluster.discovery(), endpoint));
            }
            localities.add(new Cluster.Locality(
                    locality.region(),
                    locality.zone(),
                    locality.subZone(),
                    locality.priority(),
                    locality.weight(),
                    endpoints));
        }
        return localities;
    }

    private List<Cluster.Endpoint> endpoints(Cluster.Discovery discovery, Cluster.Endpoint endpoint) {
        if (!(endpoint.address() instanceof Address.Socket socket) || isLiteral(socket.host())) {
            return List.of(endpoint);
        }
        Known found = known.get(socket.host());
        if (found == null) {
            return List.of();
        }
        boolean logical = discovery instanceof Cluster.Discovery.LogicalDns;
        List<Cluster.Endpoint> endpoints = new ArrayList<>();
        for (InetAddress address : chosen(found.addresses(), family(discovery))) {
            endpoints.add(new Cluster.Endpoint(
                    new Address.Socket(address.getHostAddress(), socket.port()),
                    endpoint.weight(),
                    endpoint.health(),
                    endpoint.hostname().isEmpty() ? socket.host() : endpoint.hostname(),
                    endpoint.transportMetadata()));
            if (logical) {
                break;
            }
        }
        return endpoints;
    }

    private static DnsFamily family(Cluster.Discovery discovery) {
        return switch (discovery) {
            case Cluster.Discovery.StrictDns strict -> strict.family();
            case Cluster.Discovery.LogicalDns logical -> logical.family();
            case Cluster.Discovery.Static other -> DnsFamily.ALL;
            case Cluster.Discovery.Eds other -> DnsFamily.ALL;
            case Cluster.Discovery.OriginalDestination other -> DnsFamily.ALL;
        };
    }

    private static List<InetAddress> chosen(List<InetAddress> all, DnsFamily family) {
        List<InetAddress> v4 =
                all.stream().filter(Inet4Address.class::isInstance).toList();
        List<InetAddress> v6 = all.stream()
                .filter(address -> !(address instanceof Inet4Address))
                .toList();
        return switch (family) {
            case AUTO -> v6.isEmpty() ? v4 : v6;
            case V4_ONLY -> v4;
            case V6_ONLY -> v6;
            case V4_PREFERRED -> v4.isEmpty() ? v6 : v4;
            case ALL -> all;
        };
    }

    private static boolean isLiteral(String host) {
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
