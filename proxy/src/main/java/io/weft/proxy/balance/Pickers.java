package io.weft.proxy.balance;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Cluster.LoadBalancing;
import io.weft.proxy.config.Cluster.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Builds pickers. As in Envoy, a priority level takes all load while at least 1/1.4 of its endpoints can, and hands what
 * it cannot take to the next; degraded endpoints get only what no healthy one can take; localities that are weighed lose
 * share in the same gentle way.
 *
 * <p>Panic (feature LB-09): where all levels together cannot take all load, a level in which less than the threshold can
 * take load uses its unhealthy endpoints as well, since most of them being ill is more likely a fault of whoever says so.
 * Unlike Envoy's, draining endpoints get nothing even then. With a threshold of 0 only healthy and degraded ones are
 * ever picked, and where there are none, nobody.
 */
public final class Pickers {

    private Pickers() {}

    /**
     * @param candidates the candidate of an endpoint that is not draining; asked while the picker is built
     * @param dice the event loop's own; the picker keeps it
     */
    public static <T extends Candidate> Picker<T> of(
            Cluster cluster, Function<Cluster.Endpoint, T> candidates, Dice dice) {
        List<Place<T>> places = new ArrayList<>();
        for (Cluster.Locality locality : cluster.endpoints()) {
            places.add(Place.of(locality, candidates));
        }
        return of(cluster.balancing(), cluster.spread(), places, dice);
    }

    /** @param dice the event loop's own; the picker keeps it */
    public static <T extends Candidate> Picker<T> of(
            LoadBalancing balancing, Spread spread, List<Place<T>> places, Dice dice) {
        TreeMap<Integer, List<Place<T>>> byPriority = new TreeMap<>();
        for (Place<T> place : places) {
            byPriority
                    .computeIfAbsent(place.priority(), priority -> new ArrayList<>())
                    .add(place);
        }
        List<Level<T>> levels = new ArrayList<>();
        for (List<Place<T>> level : byPriority.values()) {
            Level<T> made = new Level<>(level, spread.byLocalityWeight());
            if (made.total() > 0) {
                levels.add(made);
            }
        }
        return share(levels, balancing, spread.panicThreshold(), dice);
    }

    private static <T extends Candidate> Picker<T> share(
            List<Level<T>> levels, LoadBalancing balancing, double threshold, Dice dice) {
        int sum = 0;
        for (Level<T> level : levels) {
            sum += level.availability(false) + level.availability(true);
        }
        boolean mayPanic = sum < 100;
        if (sum == 0) {
            for (Level<T> level : levels) {
                if (level.panics(threshold)) {
                    return level.everyone(balancing, dice);
                }
            }
            return new Shares.Nobody<>();
        }
        List<Picker<T>> pickers = new ArrayList<>();
        List<Integer> loads = new ArrayList<>();
        if (mayPanic && allPanic(levels, threshold)) {
            for (Level<T> level : levels) {
                pickers.add(level.everyone(balancing, dice));
                loads.add(level.total());
            }
            return shared(pickers, loads, dice);
        }
        // Each in order takes what it can of the rest; scaled so that together they always take all.
        int scale = Math.min(100, sum);
        int rest = 100;
        for (boolean degraded : new boolean[] {false, true}) {
            for (Level<T> level : levels) {
                int load = Math.min(rest, level.availability(degraded) * 100 / scale);
                Picker<T> picker = mayPanic && level.panics(threshold)
                        ? level.everyone(balancing, dice)
                        : level.some(degraded, balancing, dice);
                if (load > 0 && picker != null) {
                    rest -= load;
                    pickers.add(picker);
                    loads.add(load);
                }
            }
        }
        return shared(pickers, loads, dice);
    }

    private static <T extends Candidate> boolean allPanic(List<Level<T>> levels, double threshold) {
        for (Level<T> level : levels) {
            if (!level.panics(threshold)) {
                return false;
            }
        }
        return true;
    }

    private static <T extends Candidate> Picker<T> shared(List<Picker<T>> pickers, List<Integer> loads, Dice dice) {
        return pickers.size() == 1 ? pickers.getFirst() : new Shares.ByChance<>(pickers, loads, dice);
    }
}
