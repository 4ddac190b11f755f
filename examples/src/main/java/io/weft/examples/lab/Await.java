package io.weft.examples.lab;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another process will show. There is nobody to call back, so it looks, often, until a deadline. */
public final class Await {
    private static final long PAUSE_NANOS = 20_000_000;

    private Await() {}

    /** The first value, or nothing at the deadline. */
    public static <T> Optional<T> value(Duration limit, Supplier<Optional<T>> look) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<T> seen = look.get();
            if (seen.isPresent() || System.nanoTime() >= deadline) {
                return seen;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new LabException("interrupted");
            }
        }
    }

    /** Whether it came true before the deadline. */
    public static boolean that(Duration limit, BooleanSupplier look) {
        return value(limit, () -> look.getAsBoolean() ? Optional.of(true) : Optional.empty())
                .isPresent();
    }
}
