package io.weft.controlplane.serve;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many streams may be open at once. A proxy needs one, and a second one while it finds out that the first is dead. An identity
 * is shared by all replicas of a workload, so it may have many more.
 *
 * @param perProxy of one identity and node id
 * @param perIdentity of one identity
 * @param inAll of all proxies
 */
public record StreamLimits(int perProxy, int perIdentity, int inAll) {
    public static final StreamLimits DEFAULT = new StreamLimits(4, 2_000, 20_000);

    /** The streams that are open. Safe for many threads. */
    static final class Open {
        private final StreamLimits limits;
        private final Map<String, Integer> byProxy = new HashMap<>();
        private final Map<String, Integer> byIdentity = new HashMap<>();
        private int all;

        Open(StreamLimits limits) {
            this.limits = limits;
        }

        /** Counts one more, or says which limit forbids it. */
        synchronized Optional<String> enter(String identity, String nodeId) {
            if (all >= limits.inAll) {
                return Optional.of("this control plane has " + all + " streams");
            }
            int ofIdentity = byIdentity.getOrDefault(identity, 0);
            if (ofIdentity >= limits.perIdentity) {
                return Optional.of(identity + " has " + ofIdentity + " streams");
            }
            int ofProxy = byProxy.getOrDefault(proxy(identity, nodeId), 0);
            if (ofProxy >= limits.perProxy) {
                return Optional.of(identity + " has " + ofProxy + " streams with node id " + nodeId);
            }
            all++;
            byIdentity.merge(identity, 1, Integer::sum);
            byProxy.merge(proxy(identity, nodeId), 1, Integer::sum);
            return Optional.empty();
        }

        synchronized void leave(String identity, String nodeId) {
            all--;
            byIdentity.computeIfPresent(identity, (k, count) -> count > 1 ? count - 1 : null);
            byProxy.computeIfPresent(proxy(identity, nodeId), (k, count) -> count > 1 ? count - 1 : null);
        }

        private static String proxy(String identity, String nodeId) {
            return identity + '\n' + nodeId;
        }
    }
}
