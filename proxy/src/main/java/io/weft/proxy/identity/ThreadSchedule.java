package io.weft.proxy.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A thread of its own, named {@code identity}. */
final class ThreadSchedule implements Schedule {

    private final InstantSource clock;
    private final ScheduledThreadPoolExecutor executor;
    private @Nullable ScheduledFuture<?> waking;

    ThreadSchedule(InstantSource clock) {
        this.clock = clock;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "identity");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            // Closed meanwhile.
        }
    }

    @Override
    public synchronized void wakeAfter(Duration delay, Runnable task) {
        if (waking != null) {
            waking.cancel(false);
        }
        try {
            waking = executor.schedule(task, Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            waking = null;
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
