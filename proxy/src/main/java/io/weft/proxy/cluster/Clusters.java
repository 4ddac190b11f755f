package io.weft.proxy.cluster;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.connect.Dialer;
import io.weft.proxy.worker.Worker;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The clusters of one event loop. State is made when a cluster is first used, so that a mesh of thousands costs nothing
 * where few are called, and is brought up to date when the snapshot holds another record under the name.
 */
@SuppressWarnings("ReferenceEquality") // another record under the name means a change; comparing contents costs more
public final class Clusters {

    private final Worker worker;
    private final Dialer dialer;
    private final ClusterCounts clusterCounts;
    private final Map<String, ClusterState> used = new HashMap<>();

    /** @param clusterCounts shared by the event loops of one proxy */
    public Clusters(Worker worker, Dialer dialer, ClusterCounts clusterCounts) {
        this.worker = worker;
        this.dialer = dialer;
        this.clusterCounts = clusterCounts;
    }

    /** The cluster of that name in the current snapshot, or null if there is none. */
    public @Nullable ClusterState find(String name) {
        Cluster cluster = worker.snapshot().clusters().get(name);
        ClusterState state = used.get(name);
        if (cluster == null) {
            return null;
        }
        if (state == null) {
            state = new ClusterState(worker, dialer, clusterCounts, cluster);
            used.put(name, state);
        } else if (state.cluster() != cluster) {
            state.update(cluster);
        }
        return state;
    }

    /** Closes what belongs to clusters and endpoints that the current snapshot no longer has. */
    public void refresh() {
        Map<String, Cluster> now = worker.snapshot().clusters();
        used.entrySet().removeIf(entry -> {
            Cluster cluster = now.get(entry.getKey());
            ClusterState state = entry.getValue();
            if (cluster == null) {
                state.close();
                return true;
            }
            if (state.cluster() != cluster) {
                state.update(cluster);
            }
            return false;
        });
    }

    /** Closes all connections that are idle; busy ones end with what runs on them. */
    public void close() {
        used.values().forEach(ClusterState::close);
        used.clear();
    }

    /** How busy those in use on this loop are; on the loop. */
    public List<ClusterReport> report() {
        return used.values().stream().map(ClusterState::report).toList();
    }

    /** Those in use on this loop. */
    public Collection<ClusterState> used() {
        return used.values();
    }
}
