package io.weft.controlplane.serve;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * An amount of something that may be in use at once, given out in the order of asking. One that asks for more than there is gets it
 * when nothing else is in use, so that nothing is too large to be served. Safe for many threads; waits for nobody.
 */
final class Allowance {
    private record Waiting(long amount, Runnable granted) {}

    private final long most;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long used;

    Allowance(long most) {
        this.most = most;
    }

    /**
     * @param granted is run when the amount may be used, perhaps before this returns; by any thread, so it must be quick. Whoever was
     *     granted an amount gives it back once, and also one that does not want it any more
     */
    void ask(long amount, Runnable granted) {
        synchronized (this) {
            if (!waiting.isEmpty() || !fits(amount)) {
                waiting.add(new Waiting(amount, granted));
                return;
            }
            used += amount;
        }
        granted.run();
    }

    void giveBack(long amount) {
        synchronized (this) {
            used -= amount;
        }
        while (true) {
            Waiting next;
            synchronized (this) {
                next = waiting.peek();
                if (next == null || !fits(next.amount)) {
                    return;
                }
                waiting.remove();
                used += next.amount;
            }
            next.granted.run();
        }
    }

    private boolean fits(long amount) {
        return used == 0 || used + amount <= most;
    }

    synchronized long used() {
        return used;
    }

    synchronized int waiting() {
        return waiting.size();
    }
}
