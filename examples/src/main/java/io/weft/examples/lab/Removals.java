package io.weft.examples.lab;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * What was made and has to go, last first. Making and removing exclude each other, so that nothing is made behind the
 * back of a removal that a signal began.
 */
final class Removals {
    private record Removal(String what, Runnable how) {}

    private final Deque<Removal> made = new ArrayDeque<>();
    private boolean over;

    /** Notes how to remove it before it is made, since making can fail half-way; {@code remove} must bear that. */
    synchronized <T> T make(String what, Runnable remove, Supplier<T> make) {
        if (over) {
            throw new LabException(what + ": the lab is closed");
        }
        made.push(new Removal(what, remove));
        return make.get();
    }

    /** From now on nothing is made; what exists is somebody else's to remove. */
    synchronized void forget() {
        over = true;
        made.clear();
    }

    /** Removes all, whatever fails on the way; returns what could not be removed, and why. Twice is once. */
    synchronized List<String> removeAll() {
        over = true;
        var failed = new ArrayList<String>();
        while (!made.isEmpty()) {
            Removal removal = made.pop();
            try {
                removal.how().run();
            } catch (RuntimeException e) {
                failed.add(removal.what() + ": " + e.getMessage());
            }
        }
        return failed;
    }
}
