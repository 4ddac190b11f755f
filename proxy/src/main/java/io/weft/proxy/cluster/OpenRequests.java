package io.weft.proxy.cluster;

import io.weft.proxy.pool.RequestLimit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What all event loops count of the clusters in use, by cluster. Asked when a loop first uses a cluster and when it lets
 * go of it, never by a request. Thread-safe.
 */
public final class OpenRequests {

    private record Shared(RequestLimit.Counts counts, int loops) {}

    private final int loops;
    private final ConcurrentMap<String, Shared> byCluster = new ConcurrentHashMap<>();

    /** @param loops how many event loops there are */
    public OpenRequests(int loops) {
        this.loops = loops;
    }

    /** A loop begins to use a cluster; one {@link #leave} follows. */
    RequestLimit.Counts join(String cluster) {
        return byCluster
                .merge(
                        cluster,
                        new Shared(new RequestLimit.Counts(loops), 1),
                        (known, _) -> new Shared(known.counts(), known.loops() + 1))
                .counts();
    }

    void leave(String cluster) {
        byCluster.computeIfPresent(
                cluster, (_, known) -> known.loops() == 1 ? null : new Shared(known.counts(), known.loops() - 1));
    }

    int size() {
        return byCluster.size();
    }
}
