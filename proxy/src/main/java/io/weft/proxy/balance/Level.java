package io.weft.proxy.balance;

import io.weft.proxy.config.Cluster.LoadBalancing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The localities of one priority. */
final class Level<T extends Candidate> {
    /** In percent: how much more than its share of healthy endpoints a level or locality is trusted with. */
    private static final int OVERPROVISIONING = 140;

    private final List<Place<T>> places;
    private final boolean weighed;
    private final int total;
    private final int healthy;
    private final int degraded;
    private final int unhealthy;

    /** @param byWeight whether localities are weighed; if so, those without weight get nothing unless none has one */
    Level(List<Place<T>> given, boolean byWeight) {
        boolean weights = false;
        for (Place<T> place : given) {
            weights |= place.weight() > 0;
        }
        weighed = byWeight && weights;
        places = new ArrayList<>();
        int all = 0;
        int well = 0;
        int fairly = 0;
        int ill = 0;
        for (Place<T> place : given) {
            if (!weighed || place.weight() > 0) {
                places.add(place);
                all += place.total();
                well += place.healthy().size();
                fairly += place.degraded().size();
                ill += place.unhealthy().size();
            }
        }
        total = all;
        healthy = well;
        degraded = fairly;
        unhealthy = ill;
    }

    int total() {
        return total;
    }

    int availability(boolean ofDegraded) {
        return availability(ofDegraded ? degraded : healthy, total);
    }

    /** Percent of the load of its level or locality that these can take; 0 only if there are none. */
    private static int availability(int available, int total) {
        return available == 0 ? 0 : Math.clamp((long) OVERPROVISIONING * available / total, 1, 100);
    }

    /** Whether less than {@code threshold} percent can take load, and there is someone to turn to. */
    boolean panics(double threshold) {
        return 100.0 * (healthy + degraded) < threshold * total && healthy + degraded + unhealthy > 0;
    }

    /** All but the draining ones, however they are; localities are not weighed then. */
    Picker<T> everyone(LoadBalancing balancing, Dice dice) {
        List<T> all = new ArrayList<>();
        for (Place<T> place : places) {
            all.addAll(place.healthy());
            all.addAll(place.degraded());
            all.addAll(place.unhealthy());
        }
        return Groups.of(balancing, all, dice);
    }

    /** Those of one kind of health, by locality if localities are weighed; null if there are none. */
    @Nullable
    Picker<T> some(boolean ofDegraded, LoadBalancing balancing, Dice dice) {
        List<Picker<T>> pickers = new ArrayList<>();
        List<T> all = new ArrayList<>();
        long[] shares = new long[places.size()];
        for (Place<T> place : places) {
            List<T> hosts = ofDegraded ? place.degraded() : place.healthy();
            if (!hosts.isEmpty()) {
                shares[pickers.size()] = place.weight() * availability(hosts.size(), place.total());
                pickers.add(Groups.of(balancing, hosts, dice));
                all.addAll(hosts);
            }
        }
        if (all.isEmpty()) {
            return null;
        }
        return weighed && pickers.size() > 1
                ? new Shares.ByTurns<>(List.copyOf(pickers), new Turns(Arrays.copyOf(shares, pickers.size()), dice))
                : Groups.of(balancing, all, dice);
    }
}
