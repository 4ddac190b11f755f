package io.weft.proxy.xds.parse;

import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.ClusterChoice.Weighted.Share;
import java.util.List;

/** Several clusters that share the traffic. */
final class ClusterChoiceParser {

    private static final long MAX_TOTAL = 0xffff_ffffL;

    private ClusterChoiceParser() {}

    static ClusterChoice weighted(List<Share> shares, FieldPath path) {
        if (shares.isEmpty()) {
            throw new InvalidResource(path.field("clusters"), "empty: expected at least one");
        }
        long total = shares.stream().mapToLong(Share::weight).sum();
        if (total < 1 || total > MAX_TOTAL) {
            throw new InvalidResource(
                    path.field("clusters"), "weights add up to " + total + ": expected 1 to " + MAX_TOTAL);
        }
        return new ClusterChoice.Weighted(shares, total);
    }
}
