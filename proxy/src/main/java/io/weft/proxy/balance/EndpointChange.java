package io.weft.proxy.balance;

import io.weft.proxy.config.Cluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an update of a cluster's endpoints means for the candidates there are.
 *
 * @param kept stay as they are, with their connections, and learn what is told of them now
 * @param added need a candidate; each endpoint once, even if several localities name it
 * @param removed get nothing new, and end when what they have is done. An endpoint told to be draining is kept.
 */
public record EndpointChange<T>(List<Kept<T>> kept, List<Cluster.Endpoint> added, List<T> removed) {

    public EndpointChange {
        kept = List.copyOf(kept);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
    }

    public record Kept<T>(T candidate, Cluster.Endpoint told) {}

    /** Compares what there is with what is told; changes neither. Where an endpoint is told twice the first one counts. */
    public static <T> EndpointChange<T> between(Map<EndpointKey, T> old, List<Cluster.Locality> told) {
        List<Kept<T>> kept = new ArrayList<>();
        List<Cluster.Endpoint> added = new ArrayList<>();
        Map<EndpointKey, T> removed = new HashMap<>(old);
        Set<EndpointKey> seen = new HashSet<>();
        for (Cluster.Locality locality : told) {
            for (Cluster.Endpoint endpoint : locality.endpoints()) {
                EndpointKey key = EndpointKey.of(endpoint);
                if (!seen.add(key)) {
                    continue;
                }
                T candidate = removed.remove(key);
                if (candidate == null) {
                    added.add(endpoint);
                } else {
                    kept.add(new Kept<>(candidate, endpoint));
                }
            }
        }
        return new EndpointChange<>(kept, added, new ArrayList<>(removed.values()));
    }
}
