package io.weft.proxy.cluster;

import io.weft.proxy.balance.EndpointChange;
import io.weft.proxy.balance.EndpointKey;
import io.weft.proxy.balance.Picker;
import io.weft.proxy.balance.Pickers;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.connect.Dialer;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.pool.ConnectionLimit;
import io.weft.proxy.pool.RequestLimit;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One cluster on one event loop: its endpoints, and whose turn it is. */
public final class ClusterState {

    private static final long ORPHANS_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** How often a picker is asked for an endpoint not tried before. */
    private static final int PICKS = 4;

    private final Worker worker;
    private final Dialer dialer;
    private final Map<EndpointKey, Host> hosts = new HashMap<>();
    private final Map<InetSocketAddress, Host> byDestination = new HashMap<>();
    private final Deadline sweep = new Sweep();
    private final ClusterCounts clusterCounts;
    private final ClusterCounts.Shared counts;
    private ClusterReport.Traffic gone = ClusterReport.Traffic.NONE;
    private Cluster cluster;
    private Picker<Host> picker;

    ClusterState(Worker worker, Dialer dialer, ClusterCounts clusterCounts, Cluster cluster) {
        this.worker = worker;
        this.dialer = dialer;
        this.clusterCounts = clusterCounts;
        this.counts = clusterCounts.join(cluster.name());
        this.cluster = cluster;
        this.picker = build(cluster);
    }

    public Cluster cluster() {
        return cluster;
    }

    /** How many connections the cluster may have. */
    public ConnectionLimit connections() {
        return new ConnectionLimit(counts.connections(), cluster.limits());
    }

    /** The endpoint for a request or connection, or null if none may serve. */
    public @Nullable Host pick(Connection connection) {
        if (cluster.discovery() instanceof Cluster.Discovery.OriginalDestination) {
            return atDestination(connection.destination());
        }
        return picker.pick();
    }

    /**
     * An endpoint that is none of those tried before, or one of them again where there is no other.
     *
     * @param tried those that failed this request
     */
    public @Nullable Host pickOther(Connection connection, Collection<Host> tried) {
        Host picked = null;
        for (int pick = 0; pick < PICKS; pick++) {
            picked = pick(connection);
            if (picked == null || !tried.contains(picked)) {
                return picked;
            }
        }
        // The picker insists, perhaps for good reason; but an endpoint that just failed is a worse one than any other.
        List<Host> others = untried(tried);
        return others.isEmpty() ? picked : others.get((int) worker.dice().below(others.size()));
    }

    /** Healthy ones of the first priority that has any. */
    private List<Host> untried(Collection<Host> tried) {
        List<Host> others = new ArrayList<>();
        int priority = Integer.MAX_VALUE;
        for (Cluster.Locality locality : cluster.endpoints()) {
            for (Cluster.Endpoint endpoint : locality.endpoints()) {
                Host other = hosts.get(EndpointKey.of(endpoint));
                if (endpoint.health() != Cluster.Health.HEALTHY
                        || other == null
                        || locality.priority() > priority
                        || tried.contains(other)) {
                    continue;
                }
                if (locality.priority() < priority) {
                    priority = locality.priority();
                    others.clear();
                }
                others.add(other);
            }
        }
        return others;
    }

    private Host atDestination(InetSocketAddress destination) {
        Host host = byDestination.get(destination);
        if (host == null) {
            Cluster.Endpoint endpoint = new Cluster.Endpoint(
                    new Address.Socket(destination.getAddress().getHostAddress(), destination.getPort()),
                    1,
                    Cluster.Health.HEALTHY,
                    "",
                    Map.of());
            host = host(cluster, endpoint);
            byDestination.put(destination, host);
            if (!sweep.isSet()) {
                worker.deadlines().set(sweep, worker.now(), ORPHANS_NANOS);
            }
        }
        return host;
    }

    /** Takes over another record of the same name: endpoints that stay keep their connections and their counts. */
    void update(Cluster next) {
        boolean afresh = !sameTransport(cluster, next);
        cluster = next;
        if (afresh) {
            byDestination.values().forEach(this::retire);
            byDestination.clear();
            hosts.values().forEach(this::retire);
            hosts.clear();
        }
        picker = build(next);
    }

    /** Whether connections made for one serve the other as well. */
    private static boolean sameTransport(Cluster a, Cluster b) {
        return a.withEndpoints(List.of()).equals(b.withEndpoints(List.of()));
    }

    private Picker<Host> build(Cluster next) {
        EndpointChange<Host> change = EndpointChange.between(hosts, next.endpoints());
        for (EndpointChange.Kept<Host> kept : change.kept()) {
            kept.candidate().told(kept.told());
        }
        hosts.values().removeAll(change.removed());
        change.removed().forEach(this::retire);
        for (Cluster.Endpoint endpoint : change.added()) {
            hosts.put(EndpointKey.of(endpoint), host(next, endpoint));
        }
        return Pickers.of(next, this::host, worker.dice());
    }

    private Host host(Cluster of, Cluster.Endpoint endpoint) {
        RequestLimit requests =
                RequestLimit.of(counts.requests(), worker.index(), of.limits().maxRequests());
        return new Host(worker, dialer, of, endpoint, new ConnectionLimit(counts.connections(), of.limits()), requests);
    }

    private Host host(Cluster.Endpoint endpoint) {
        Host host = hosts.get(EndpointKey.of(endpoint));
        if (host == null) {
            throw new IllegalStateException("no host for " + endpoint.address());
        }
        return host;
    }

    /** What it counted stays counted; what still runs on it is no longer seen. */
    private void retire(Host host) {
        ClusterReport.Traffic past = host.traffic();
        gone = gone.plus(new ClusterReport.Traffic(past.connections(), 0, past.connectFailures(), past.requests(), 0));
        host.remove();
    }

    ClusterReport report() {
        Map<String, ClusterReport.Traffic> each = new LinkedHashMap<>();
        ClusterReport.Traffic sum = gone;
        for (Host host : hosts()) {
            ClusterReport.Traffic traffic = host.traffic();
            each.merge(host.toString(), traffic, ClusterReport.Traffic::plus);
            sum = sum.plus(traffic);
        }
        return new ClusterReport(cluster.name(), sum, each);
    }

    void close() {
        worker.deadlines().clear(sweep);
        hosts.values().forEach(this::retire);
        byDestination.values().forEach(this::retire);
        hosts.clear();
        byDestination.clear();
        clusterCounts.leave(cluster.name());
    }

    /** Endpoints known to this loop; those of original destinations only while they are in use. */
    public Collection<Host> hosts() {
        List<Host> all = new ArrayList<>(hosts.values());
        all.addAll(byDestination.values());
        return all;
    }

    /** Destinations come from clients, so what is not in use any more must not stay. */
    private final class Sweep extends Deadline {
        @Override
        protected void expired() {
            byDestination.values().removeIf(host -> {
                boolean unused = host.active() == 0 && host.connections() == 0;
                if (unused) {
                    retire(host);
                }
                return unused;
            });
            if (!byDestination.isEmpty()) {
                worker.deadlines().set(this, System.nanoTime(), ORPHANS_NANOS);
            }
        }
    }
}
