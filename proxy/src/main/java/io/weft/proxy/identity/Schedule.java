package io.weft.proxy.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/** One thread, its timer and its clock. Tasks run one after another. */
interface Schedule extends Executor, AutoCloseable {

    Instant now();

    /** Runs a task once, later; the task before that was given here and has not run yet is forgotten. */
    void wakeAfter(Duration delay, Runnable task);

    @Override
    void close();
}
