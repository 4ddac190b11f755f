package io.weft.proxy.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pickers that share load among other pickers. */
final class Shares {

    private Shares() {}

    /** For clusters whose endpoints are all gone, draining or unhealthy. */
    record Nobody<T extends Candidate>() implements Picker<T> {
        @Override
        public @Nullable T pick() {
            return null;
        }
    }

    /** Exactly by weight, as few picks as there may be. */
    record ByTurns<T extends Candidate>(List<Picker<T>> pickers, Turns turns) implements Picker<T> {
        @Override
        public @Nullable T pick() {
            return pickers.get(turns.next()).pick();
        }
    }

    /** By weight on average. */
    static final class ByChance<T extends Candidate> implements Picker<T> {
        private final List<Picker<T>> pickers;
        private final int[] upTo;
        private final Dice dice;

        /** @param loads one for each picker, their sum at least 1 */
        ByChance(List<Picker<T>> pickers, List<Integer> loads, Dice dice) {
            this.pickers = List.copyOf(pickers);
            this.dice = dice;
            upTo = new int[loads.size()];
            int sum = 0;
            for (int i = 0; i < upTo.length; i++) {
                sum += loads.get(i);
                upTo[i] = sum;
            }
        }

        @Override
        public @Nullable T pick() {
            int drawn = dice.index(upTo[upTo.length - 1]);
            int at = 0;
            while (drawn >= upTo[at]) {
                at++;
            }
            return pickers.get(at).pick();
        }
    }
}
