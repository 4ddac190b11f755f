package io.weft.proxy.balance;

/**
 * Weighted turns: of any run of as many turns as the weights add up to, each number gets exactly its weight, spread
 * evenly over the run. A turn costs O(log n).
 *
 * <p>The k-th turn of a number with weight w is due at (k + phase) / w. Phases differ, so that numbers of equal weight
 * do not come in a burst, and begin at random, so that many proxies do not all begin with the same endpoint. Deadlines
 * are compared as fractions in whole numbers: nothing drifts, however long it runs.
 */
final class Turns extends EarliestFirst {
    private static final int PHASE_BITS = 16;

    /** (2^23 << 16) * 2^23 still fits a long. Larger weights keep their ratios to this precision. */
    private static final long MAX_WEIGHT = 1L << 23;

    /** 2^16 divided by the golden ratio: multiples of it fill the range evenly, however many there are. */
    private static final int GOLDEN = 40503;

    private final long[] weights;
    private final long[] due;
    private final long cycle;
    private long taken;

    Turns(long[] given, Dice dice) {
        super(given.length);
        weights = scaled(given);
        due = new long[given.length];
        long sum = 0;
        long start = dice.below(1L << PHASE_BITS);
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i];
            due[i] = (start + (long) i * GOLDEN) & ((1L << PHASE_BITS) - 1);
        }
        cycle = sum;
        arrange();
    }

    int next() {
        int turn = first();
        due[turn] += 1L << PHASE_BITS;
        if (++taken == cycle) {
            taken = 0;
            // Each has had exactly its weight: all deadlines lie in [1, 2) and move back by 1, which keeps their order.
            for (int i = 0; i < due.length; i++) {
                due[i] -= weights[i] << PHASE_BITS;
            }
        }
        sinkFirst();
        return turn;
    }

    @Override
    boolean before(int a, int b) {
        return due[a] * weights[b] < due[b] * weights[a];
    }

    private static long[] scaled(long[] given) {
        long max = 1;
        long divisor = 0;
        for (long weight : given) {
            max = Math.max(max, weight);
            divisor = gcd(Math.max(1, weight), divisor);
        }
        int shift = 0;
        while (((max / divisor) >> shift) > MAX_WEIGHT) {
            shift++;
        }
        long[] scaled = new long[given.length];
        for (int i = 0; i < given.length; i++) {
            scaled[i] = Math.max(1, (Math.max(1, given[i]) / divisor) >> shift);
        }
        return scaled;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
