package io.weft.examples.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Requests at a fixed rate, whatever the answers do. Each is timed from the moment at which it was due, so that a proxy
 * that stalls is charged for all that had to wait behind (no coordinated omission).
 */
final class OpenLoop {
    static final int CONNECTIONS = 16;
    static final int REQUESTS_PER_SECOND = 1_000;

    private static final long LONGEST_NANOS = 60_000_000_000L;

    private OpenLoop() {}

    /**
     * What was seen.
     *
     * @param latency in nanoseconds
     */
    record Outcome(Histogram latency, long errors) {
        double millis(double percentile) {
            return latency.getValueAtPercentile(percentile) / 1e6;
        }
    }

    /** At the rate in total, on 16 connections, in what the scenario speaks. */
    static Outcome run(Scenario scenario, Address to, int seconds, int requestsPerSecond) {
        long interval = 1_000_000_000L * CONNECTIONS / requestsPerSecond;
        long begin = System.nanoTime() + 50_000_000;
        var all = new Histogram(LONGEST_NANOS, 3);
        long errors = 0;
        // Started by this thread, they are where it is: on the client's side.
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<Outcome>> parts = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                long first = begin + i * interval / CONNECTIONS;
                parts.add(threads.submit(() -> connection(scenario, to, first, interval, seconds)));
            }
            for (Future<Outcome> part : parts) {
                Outcome outcome = part.get();
                all.add(outcome.latency());
                errors += outcome.errors();
            }
        } catch (ExecutionException e) {
            throw new BenchException("open loop at " + to + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted during the open loop", e);
        }
        return new Outcome(all, errors);
    }

    private static Outcome connection(Scenario scenario, Address to, long first, long interval, int seconds) {
        var latency = new Histogram(LONGEST_NANOS, 3);
        long count = seconds * 1_000_000_000L / interval;
        String host = to.toString();
        long done = 0;
        try (var connection = KeptConnection.open(scenario.protocol(), scenario.content(), to)) {
            for (; done < count; done++) {
                long due = first + done * interval;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                    if (Thread.currentThread().isInterrupted()) {
                        return new Outcome(latency, count - done);
                    }
                }
                connection.ask(host);
                latency.recordValue(Math.min(System.nanoTime() - due, LONGEST_NANOS));
            }
            return new Outcome(latency, 0);
        } catch (IOException e) {
            // What this connection still had to do was not done.
            return new Outcome(latency, count - done);
        }
    }
}
