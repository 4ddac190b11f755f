package io.weft.proxy.balance;

import io.weft.proxy.config.Cluster.LoadBalancing;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Builds pickers. As in Envoy, a priority level takes all load while at least 1/1.4 of its endpoints can, and hands what
 * it cannot take to the next; degraded endpoints get only what no healthy one can take; localities lose share in the
 * same gentle way. Envoy's panic mode, which sends to unhealthy endpoints when most are, is off, as Istio has it: where
 * no endpoint is healthy or degraded, none is picked.
 */
public final class Pickers {
    /** In percent: how much more than its share of healthy endpoints a level or locality is trusted with. */
    private static final int OVERPROVISIONING = 140;

    private Pickers() {}

    /** @param dice the event loop's own; the picker keeps it */
    public static <T extends Candidate> Picker<T> of(LoadBalancing balancing, List<Place<T>> places, Dice dice) {
        TreeMap<Integer, List<Place<T>>> levels = new TreeMap<>();
        for (Place<T> place : places) {
            levels.computeIfAbsent(place.priority(), p -> new ArrayList<>()).add(place);
        }
        levels.values().forEach(Pickers::keepWeightedOnly);

        List<Tier<T>> tiers = new ArrayList<>();
        for (boolean degraded : new boolean[] {false, true}) {
            for (List<Place<T>> level : levels.values()) {
                Picker<T> picker = level(balancing, level, degraded, dice);
                if (picker != null) {
                    tiers.add(new Tier<>(picker, availability(level, degraded)));
                }
            }
        }
        return share(tiers, dice);
    }

    private record Tier<T extends Candidate>(Picker<T> picker, int availability) {}

    private static <T extends Candidate> void keepWeightedOnly(List<Place<T>> level) {
        boolean weighted = false;
        for (Place<T> place : level) {
            weighted |= place.weight() > 0;
        }
        if (weighted) {
            level.removeIf(place -> place.weight() <= 0);
        }
    }

    private static <T extends Candidate> int availability(List<Place<T>> level, boolean degraded) {
        int available = 0;
        int total = 0;
        for (Place<T> place : level) {
            available += hosts(place, degraded).size();
            total += place.total();
        }
        return availability(available, total);
    }

    private static int availability(int available, int total) {
        return Math.clamp((long) OVERPROVISIONING * available / Math.max(1, total), 1, 100);
    }

    private static <T extends Candidate> List<T> hosts(Place<T> place, boolean degraded) {
        return degraded ? place.degraded() : place.healthy();
    }

    private static <T extends Candidate> @Nullable Picker<T> level(
            LoadBalancing balancing, List<Place<T>> level, boolean degraded, Dice dice) {
        List<Picker<T>> localities = new ArrayList<>();
        List<Long> weights = new ArrayList<>();
        List<T> all = new ArrayList<>();
        boolean weighted = false;
        for (Place<T> place : level) {
            List<T> hosts = hosts(place, degraded);
            if (!hosts.isEmpty()) {
                weighted |= place.weight() > 0;
                localities.add(Groups.of(balancing, hosts, dice));
                weights.add(place.weight() * availability(hosts.size(), place.total()));
                all.addAll(hosts);
            }
        }
        if (all.isEmpty()) {
            return null;
        }
        if (localities.size() == 1) {
            return localities.getFirst();
        }
        if (!weighted) {
            return Groups.of(balancing, all, dice);
        }
        long[] shares = weights.stream().mapToLong(Long::longValue).toArray();
        return new ByTurns<>(List.copyOf(localities), new Turns(shares, dice));
    }

    /** Gives each tier in order what it can take of the rest; together they always take all. */
    private static <T extends Candidate> Picker<T> share(List<Tier<T>> tiers, Dice dice) {
        int sum = 0;
        for (Tier<T> tier : tiers) {
            sum += tier.availability();
        }
        int scale = Math.min(100, sum);
        List<Picker<T>> pickers = new ArrayList<>();
        List<Integer> upTo = new ArrayList<>();
        int given = 0;
        for (Tier<T> tier : tiers) {
            int load = Math.min(100 - given, tier.availability() * 100 / scale);
            if (load > 0) {
                given += load;
                pickers.add(tier.picker());
                upTo.add(given);
            }
        }
        return switch (pickers.size()) {
            case 0 -> new Groups.Nobody<>();
            case 1 -> pickers.getFirst();
            default ->
                new ByChance<>(
                        List.copyOf(pickers),
                        upTo.stream().mapToInt(Integer::intValue).toArray(),
                        given,
                        dice);
        };
    }

    private static final class ByTurns<T extends Candidate> implements Picker<T> {
        private final List<Picker<T>> localities;
        private final Turns turns;

        ByTurns(List<Picker<T>> localities, Turns turns) {
            this.localities = localities;
            this.turns = turns;
        }

        @Override
        public @Nullable T pick() {
            return localities.get(turns.next()).pick();
        }
    }

    private static final class ByChance<T extends Candidate> implements Picker<T> {
        private final List<Picker<T>> tiers;
        private final int[] upTo;
        private final int total;
        private final Dice dice;

        ByChance(List<Picker<T>> tiers, int[] upTo, int total, Dice dice) {
            this.tiers = tiers;
            this.upTo = upTo;
            this.total = total;
            this.dice = dice;
        }

        @Override
        public @Nullable T pick() {
            int drawn = dice.index(total);
            int tier = 0;
            while (drawn >= upTo[tier]) {
                tier++;
            }
            return tiers.get(tier).pick();
        }
    }
}
