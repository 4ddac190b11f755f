package io.weft.proxy.config;

import java.util.List;

/** Which cluster traffic goes to. */
public sealed interface ClusterChoice {

    record Single(String cluster) implements ClusterChoice {}

    /** @param totalWeight the sum of the weights, at least 1 */
    record Weighted(List<Share> shares, long totalWeight) implements ClusterChoice {
        public Weighted {
            shares = List.copyOf(shares);
            if (totalWeight < 1 || totalWeight > 0xffff_ffffL) {
                throw new IllegalArgumentException("total weight " + totalWeight + ": expected 1 to 4294967295");
            }
        }

        public record Share(String cluster, long weight) {}

        /** The share that a number drawn evenly from 0 (inclusive) to {@link #totalWeight} (exclusive) falls into. */
        public String at(long drawn) {
            long rest = drawn;
            for (Share share : shares) {
                rest -= share.weight();
                if (rest < 0) {
                    return share.cluster();
                }
            }
            throw new IllegalArgumentException("drawn " + drawn + ": expected less than " + totalWeight);
        }
    }
}
