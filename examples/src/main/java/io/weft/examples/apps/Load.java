package io.weft.examples.apps;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * {@code Load http HOST PORT CONNECTIONS RATE}: GET / over kept connections, without a second try of anything; {@code
 * Load http-new HOST PORT CONNECTIONS RATE}: the same, each on a new connection; {@code Load redis HOST PORT CONNECTIONS
 * RATE}: a new connection and one PING each time. The rate is per connection and second.
 * Runs until SIGTERM, then finishes what it began.
 */
public final class Load {
    private static final long REPORT_MILLIS = 100;
    private static final long LAST_ANSWERS_MILLIS = 15_000;

    private Load() {}

    /** One client, which does one thing after the other. */
    interface Caller extends AutoCloseable {
        /**
         * Asks once.
         *
         * @return who answered
         * @throws IOException for everything but the answer that was expected
         */
        String call() throws IOException;

        @Override
        void close() throws IOException;
    }

    public static void main(String[] args) throws InterruptedException {
        String host = args[1];
        int port = Integer.parseInt(args[2]);
        int connections = Integer.parseInt(args[3]);
        long pauseNanos = TimeUnit.SECONDS.toNanos(1) / Integer.parseInt(args[4]);
        var tally = new Tally(InstantSource.system());
        var stop = new CountDownLatch(1);
        var workers = new ArrayList<Thread>();
        for (int i = 0; i < connections; i++) {
            Caller caller = switch (args[0]) {
                case "http" -> new HttpCaller(host, port, true);
                case "http-new" -> new HttpCaller(host, port, false);
                case "redis" -> new RedisCaller(host, port);
                default ->
                    throw new IllegalArgumentException("kind '" + args[0] + "'; expected http, http-new or redis");
            };
            workers.add(Thread.ofPlatform().start(() -> work(caller, tally, pauseNanos, stop)));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop, workers, tally)));
        while (!stop.await(REPORT_MILLIS, TimeUnit.MILLISECONDS)) {
            System.out.println(tally.report(false).line());
        }
    }

    private static void work(Caller caller, Tally tally, long pauseNanos, CountDownLatch stop) {
        try (caller) {
            long next = System.nanoTime();
            while (!stop.await(next - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                try {
                    tally.answer(caller.call());
                } catch (IOException e) {
                    tally.error(String.valueOf(e));
                }
                // A slow answer delays what follows and does not bunch it.
                next = Math.max(next + pauseNanos, System.nanoTime());
            }
        } catch (IOException | InterruptedException e) {
            tally.error("at the end: " + e);
        }
    }

    private static void end(CountDownLatch stop, List<Thread> workers, Tally tally) {
        stop.countDown();
        try {
            for (Thread worker : workers) {
                worker.join(LAST_ANSWERS_MILLIS);
                if (worker.isAlive()) {
                    tally.error("no answer to the last call");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.println(tally.report(true).line());
    }
}
