package io.weft.proxy.pool;

import io.weft.proxy.config.Cluster;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections a cluster may have and how many requests may wait for one, over all event loops (Envoy's circuit
 * breakers {@code max_connections} and {@code max_pending_requests}). The counts are written when a connection begins or
 * ends and when a request has to wait: never by one that finds a connection. Thread-safe.
 */
public final class ConnectionLimit {

    /** What is counted of one cluster; shared by the event loops. */
    public static final class Counts {
        private final AtomicInteger connections = new AtomicInteger();
        private final AtomicInteger waiting = new AtomicInteger();
    }

    private final Counts counts;
    private final Cluster.Limits limits;

    public ConnectionLimit(Counts counts, Cluster.Limits limits) {
        this.counts = counts;
        this.limits = limits;
    }

    /** Nothing may be had. */
    public static ConnectionLimit nothing() {
        return new ConnectionLimit(new Counts(), new Cluster.Limits(0, 0, 0));
    }

    public boolean allowsNoConnection() {
        return limits.maxConnections() == 0;
    }

    /**
     * Asks for one more connection.
     *
     * @return if true, one {@link #disconnected} follows
     */
    public boolean connect() {
        return take(counts.connections, limits.maxConnections());
    }

    /**
     * Takes one more connection even where there are too many: for an endpoint that has none, because whoever waits for
     * it would never be told that another endpoint's has ended. One {@link #disconnected} follows.
     */
    public void connectBeyond() {
        counts.connections.incrementAndGet();
    }

    /** A connection has ended, or was not made after all. */
    public void disconnected() {
        counts.connections.decrementAndGet();
    }

    /**
     * Asks to wait for a connection.
     *
     * @return if true, one {@link #waited} follows
     */
    public boolean await() {
        return take(counts.waiting, limits.maxPendingRequests());
    }

    /** One that waited does so no more. */
    public void waited() {
        counts.waiting.decrementAndGet();
    }

    private static boolean take(AtomicInteger count, long most) {
        int now = count.get();
        while (now < most) {
            int seen = count.compareAndExchange(now, now + 1);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }

    int connections() {
        return counts.connections.get();
    }

    int waiting() {
        return counts.waiting.get();
    }
}
