package io.weft.proxy.cluster;

import io.weft.proxy.pool.ConnectionLimit;
import io.weft.proxy.pool.RequestLimit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What all event loops count of the clusters in use, by cluster. Asked when a loop first uses a cluster and when it lets
 * go of it, never by a request. Thread-safe.
 */
public final class ClusterCounts {

    /** Counted of one cluster. */
    record Shared(RequestLimit.Counts requests, ConnectionLimit.Counts connections, int loops) {
        private Shared joined() {
            return new Shared(requests, connections, loops + 1);
        }

        private Shared left() {
            return new Shared(requests, connections, loops - 1);
        }
    }

    private final int loops;
    private final ConcurrentMap<String, Shared> byCluster = new ConcurrentHashMap<>();

    /** @param loops how many event loops there are */
    public ClusterCounts(int loops) {
        this.loops = loops;
    }

    /** A loop begins to use a cluster; one {@link #leave} follows. */
    Shared join(String cluster) {
        return byCluster.merge(
                cluster,
                new Shared(new RequestLimit.Counts(loops), new ConnectionLimit.Counts(), 1),
                (known, _) -> known.joined());
    }

    void leave(String cluster) {
        byCluster.computeIfPresent(cluster, (_, known) -> known.loops() == 1 ? null : known.left());
    }

    int size() {
        return byCluster.size();
    }
}
