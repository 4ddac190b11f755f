package io.weft.proxy.balance;

import io.weft.proxy.config.Cluster.LoadBalancing;
import java.util.List;

/** Pickers over candidates that differ in weight only. */
final class Groups {

    private Groups() {}

    /** @param hosts at least one */
    static <T extends Candidate> Picker<T> of(LoadBalancing balancing, List<T> hosts, Dice dice) {
        if (hosts.size() == 1) {
            return new Only<>(hosts.getFirst());
        }
        long[] weights = new long[hosts.size()];
        boolean equal = true;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.max(1, hosts.get(i).weight());
            equal &= weights[i] == weights[0];
        }
        List<T> fixed = List.copyOf(hosts);
        return switch (balancing) {
            case LoadBalancing.RoundRobin() ->
                equal ? new Rotation<>(fixed, dice) : new WeightedRotation<>(fixed, new Turns(weights, dice));
            case LoadBalancing.LeastRequest(int choices) ->
                equal
                        ? new LeastOfSome<>(fixed, Math.max(1, choices), dice)
                        : new WeightedLeast<>(fixed, weights, dice);
            case LoadBalancing.Random() -> equal ? new Even<>(fixed, dice) : new Alias<>(fixed, weights, dice);
        };
    }

    private record Only<T extends Candidate>(T host) implements Picker<T> {
        @Override
        public T pick() {
            return host;
        }
    }

    private static final class Rotation<T extends Candidate> implements Picker<T> {
        private final List<T> hosts;
        private int next;

        Rotation(List<T> hosts, Dice dice) {
            this.hosts = hosts;
            next = dice.index(hosts.size());
        }

        @Override
        public T pick() {
            T host = hosts.get(next);
            next = next + 1 == hosts.size() ? 0 : next + 1;
            return host;
        }
    }

    private record WeightedRotation<T extends Candidate>(List<T> hosts, Turns turns) implements Picker<T> {
        @Override
        public T pick() {
            return hosts.get(turns.next());
        }
    }

    private record Even<T extends Candidate>(List<T> hosts, Dice dice) implements Picker<T> {
        @Override
        public T pick() {
            return hosts.get(dice.index(hosts.size()));
        }
    }

    /** Draws some at random and takes the one with the fewest requests; of equals the first drawn. */
    private record LeastOfSome<T extends Candidate>(List<T> hosts, int choices, Dice dice) implements Picker<T> {
        @Override
        public T pick() {
            int size = hosts.size();
            int drawn = dice.index(size);
            T best = hosts.get(drawn);
            int fewest = best.active();
            if (choices >= size) {
                for (int i = 1; i < size && fewest > 0; i++) {
                    T other = hosts.get((drawn + i) % size);
                    if (other.active() < fewest) {
                        best = other;
                        fewest = other.active();
                    }
                }
                return best;
            }
            for (int i = 1; i < choices; i++) {
                // Never the one just drawn: with two choices they are always two endpoints.
                int step = 1 + dice.index(size - 1);
                drawn = drawn + step >= size ? drawn + step - size : drawn + step;
                T other = hosts.get(drawn);
                if (other.active() < fewest) {
                    best = other;
                    fewest = other.active();
                }
            }
            return best;
        }
    }

    /**
     * Weighted turns in which an endpoint's weight is divided by one more than its requests under way when it is picked,
     * as Envoy does where weights differ. A turn costs O(log n).
     */
    private static final class WeightedLeast<T extends Candidate> extends EarliestFirst implements Picker<T> {
        private static final double REBASE = 1 << 20;
        private final List<T> hosts;
        private final double[] cost;
        private final double[] due;

        WeightedLeast(List<T> hosts, long[] weights, Dice dice) {
            super(weights.length);
            this.hosts = hosts;
            cost = new double[weights.length];
            due = new double[weights.length];
            double sum = 0;
            for (long weight : weights) {
                sum += weight;
            }
            for (int i = 0; i < weights.length; i++) {
                cost[i] = sum / weights[i] / weights.length;
                due[i] = cost[i] * dice.below(1 << 16) / (1 << 16);
            }
            arrange();
        }

        @Override
        boolean before(int a, int b) {
            return due[a] < due[b];
        }

        @Override
        public T pick() {
            int turn = first();
            T host = hosts.get(turn);
            double now = due[turn];
            due[turn] = now + (host.active() + 1) * cost[turn];
            sinkFirst();
            if (now > REBASE) {
                for (int i = 0; i < due.length; i++) {
                    due[i] -= now; // keeps small differences exact however long it runs
                }
            }
            return host;
        }
    }

    /** Vose's alias method: one draw, one comparison, however many endpoints and whatever their weights. */
    private static final class Alias<T extends Candidate> implements Picker<T> {
        private final List<T> hosts;
        private final Dice dice;
        private final double[] stay;
        private final int[] other;

        Alias(List<T> hosts, long[] weights, Dice dice) {
            this.hosts = hosts;
            this.dice = dice;
            int size = weights.length;
            stay = new double[size];
            other = new int[size];
            double sum = 0;
            for (long weight : weights) {
                sum += weight;
            }
            int[] small = new int[size];
            int[] large = new int[size];
            int smalls = 0;
            int larges = 0;
            for (int i = 0; i < size; i++) {
                stay[i] = weights[i] * size / sum;
                other[i] = i;
                if (stay[i] < 1) {
                    small[smalls++] = i;
                } else {
                    large[larges++] = i;
                }
            }
            while (smalls > 0 && larges > 0) {
                int under = small[--smalls];
                int over = large[larges - 1];
                other[under] = over;
                stay[over] -= 1 - stay[under];
                if (stay[over] < 1) {
                    larges--;
                    small[smalls++] = over;
                }
            }
        }

        @Override
        public T pick() {
            int column = dice.index(hosts.size());
            // A column left over by rounding has itself as its alias, so a share just under 1 does no harm.
            double drawn = (dice.next() >>> 11) * 0x1.0p-53;
            return hosts.get(drawn < stay[column] ? column : other[column]);
        }
    }
}
