package io.weft.proxy.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A schedule whose time passes only when the test says so. */
final class ManualSchedule implements Schedule, InstantSource {

    private record Wake(Instant at, Runnable task) {}

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private Instant now = Instant.parse("2026-06-01T00:00:00Z");
    private @Nullable Wake wake;
    private boolean running;

    /** Lets time pass; what is due runs at its time. */
    void advance(Duration duration) {
        Instant end = now.plus(duration);
        while (wake != null && !wake.at().isAfter(end)) {
            Wake due = wake;
            wake = null;
            now = due.at().isAfter(now) ? due.at() : now;
            execute(due.task());
        }
        now = end;
    }

    /** The system's clock is set: timers know nothing of it. */
    void step(Duration duration) {
        now = now.plus(duration);
        if (wake != null) {
            wake = new Wake(wake.at().plus(duration), wake.task());
        }
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (running) {
            return;
        }
        running = true;
        try {
            for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
                next.run();
            }
        } finally {
            running = false;
        }
    }

    @Override
    public void wakeAfter(Duration delay, Runnable task) {
        wake = new Wake(now.plus(delay), task);
    }

    @Override
    public void close() {
        wake = null;
    }
}
