package io.weft.proxy.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All connections of one event loop to one endpoint by one protocol.
 *
 * <p>Invariants: a connection with room is in {@code available}, once; whoever waits does so only while a connection is
 * being made or all that may be made are full, and there are never more being made than are waited for; the most recently
 * used connection is taken first, so that the others can grow old and be closed.
 *
 * <p>Where connections come back, two are made at a time, and more only when somebody has waited for {@link #PATIENCE}. To
 * make one under TLS takes many times what a request takes; if each of a burst's requests began one, all of them would
 * wait for all of these, though the connections that there are would soon have served them.
 */
public final class HostPool implements PooledConnection.Owner {

    /** Nanoseconds, and up to a tick of the deadlines more: longer than a connection in the same data centre takes. */
    static final long PATIENCE = 10_000_000;

    private static final int AT_A_TIME = 2;

    private static final StreamReceiver.Failure TOO_MANY_REQUESTS =
            new StreamReceiver.Failure(StreamReceiver.Failure.Kind.OVERFLOW, "max_requests");

    /** Makes connections for a pool. The result is told on the pool's event loop, never within the call. */
    public interface Connector {
        void connect(HostPool pool);

        /** Runs something on the pool's event loop after so many nanoseconds, or a little later. */
        void remind(Runnable task, long nanos);
    }

    private final Connector connector;
    private final ConnectionLimit limit;
    private final RequestLimit requests;
    private final boolean multiplexed;
    private final ArrayDeque<PooledConnection> available = new ArrayDeque<>();
    private final ArrayDeque<StreamReceiver> waiting = new ArrayDeque<>();
    private final List<PooledConnection> all = new ArrayList<>();
    private int connecting;
    private boolean comeBack = true;
    private boolean reminded;
    private boolean closed;

    /**
     * @param limit the cluster's, of connections and of those who wait for one
     * @param requests the cluster's limit; whoever is given a stream counts for it from then on
     * @param multiplexed one connection carries many exchanges, so a second is made only when the first is full
     */
    public HostPool(Connector connector, ConnectionLimit limit, RequestLimit requests, boolean multiplexed) {
        this.connector = connector;
        this.limit = limit;
        this.requests = requests;
        this.multiplexed = multiplexed;
    }

    /** Asks for a stream. Where all connections are full and no more may be made, it is waited for. */
    public void acquire(StreamReceiver receiver) {
        PooledConnection connection = withRoom();
        if (connection != null && requests.isReached()) {
            receiver.failed(TOO_MANY_REQUESTS);
        } else if (connection != null) {
            // What is opened may fail at once and ask again: by then the connection must be where it belongs.
            if (!multiplexed) {
                available.pollLast();
            }
            receiver.ready(connection);
        } else if (closed) {
            receiver.failed(new StreamReceiver.Failure(StreamReceiver.Failure.Kind.GONE, "endpoint_removed"));
        } else if (limit.allowsNoConnection()) {
            receiver.failed(new StreamReceiver.Failure(StreamReceiver.Failure.Kind.OVERFLOW, "max_connections"));
        } else if (!limit.await()) {
            receiver.failed(new StreamReceiver.Failure(StreamReceiver.Failure.Kind.OVERFLOW, "max_pending_requests"));
        } else {
            waiting.addLast(receiver);
            connectIfNeeded();
        }
    }

    private @Nullable PooledConnection withRoom() {
        PooledConnection connection;
        while ((connection = available.peekLast()) != null) {
            if (connection.room() > 0) {
                return connection;
            }
            available.pollLast();
        }
        return null;
    }

    /** Takes back a request that nobody waits for any more. */
    public void forget(StreamReceiver receiver) {
        if (waiting.remove(receiver)) {
            limit.waited();
        }
    }

    private @Nullable StreamReceiver nextWaiting() {
        StreamReceiver receiver = waiting.pollFirst();
        if (receiver != null) {
            limit.waited();
        }
        return receiver;
    }

    private List<StreamReceiver> allWaiting() {
        List<StreamReceiver> all = new ArrayList<>(waiting.size());
        StreamReceiver receiver;
        while ((receiver = nextWaiting()) != null) {
            all.add(receiver);
        }
        return all;
    }

    private void connectIfNeeded() {
        int wanted = multiplexed ? Math.min(1, waiting.size()) : waiting.size();
        int atOnce = comeBack ? Math.min(wanted, AT_A_TIME) : wanted;
        while (connecting < atOnce && mayConnect()) {
            connect();
        }
        if (connecting >= AT_A_TIME && connecting < wanted && !reminded) {
            reminded = true;
            connector.remind(this::connectForAll, PATIENCE);
        }
    }

    /** Those who make connections are slow, or those who answer: now one is made for each who waits. */
    private void connectForAll() {
        reminded = false;
        while (connecting < waiting.size() && mayConnect()) {
            connect();
        }
    }

    private void connect() {
        connecting++;
        connector.connect(this);
    }

    private boolean mayConnect() {
        if (limit.connect()) {
            return true;
        }
        if (!all.isEmpty() || connecting > 0) {
            return false; // those who wait get what these have room for
        }
        limit.connectBeyond();
        return true;
    }

    /** A connection was made. */
    public void connected(PooledConnection connection) {
        connecting--;
        all.add(connection);
        if (closed) {
            connection.drain();
            return;
        }
        give(connection);
        connectIfNeeded(); // one may not be enough for all who wait
    }

    /** A connection could not be made: the one who has waited longest hears of it, the others get another attempt. */
    public void connectFailed(StreamReceiver.Failure failure) {
        connecting--;
        limit.disconnected();
        if (multiplexed) {
            for (StreamReceiver receiver : allWaiting()) {
                receiver.failed(failure);
            }
            return;
        }
        StreamReceiver receiver = nextWaiting();
        if (receiver != null) {
            receiver.failed(failure);
        }
        connectIfNeeded();
    }

    @Override
    public void released(PooledConnection connection) {
        if (closed) {
            connection.drain();
            return;
        }
        comeBack = true;
        give(connection);
    }

    private void give(PooledConnection connection) {
        StreamReceiver receiver;
        while (connection.room() > 0 && (receiver = nextWaiting()) != null) {
            if (requests.isReached()) {
                receiver.failed(TOO_MANY_REQUESTS);
            } else {
                receiver.ready(connection);
            }
        }
        // Only a multiplexed connection can be there already: it keeps its place while it has room.
        if (connection.room() > 0 && !(multiplexed && available.contains(connection))) {
            available.addLast(connection);
        }
    }

    @Override
    public void retired(PooledConnection connection) {
        // One that ends while nobody uses it says nothing of what becomes of those that are used.
        if (!available.remove(connection)) {
            comeBack = false;
        }
        if (all.remove(connection)) {
            limit.disconnected();
        }
        if (!closed && !waiting.isEmpty()) {
            connectIfNeeded();
        }
    }

    /** The endpoint is gone: idle connections end now, busy ones when they are done, those who wait fail. */
    public void close() {
        closed = true;
        for (StreamReceiver receiver : allWaiting()) {
            receiver.failed(new StreamReceiver.Failure(StreamReceiver.Failure.Kind.GONE, "endpoint_removed"));
        }
        for (PooledConnection connection : new ArrayList<>(all)) {
            connection.drain();
        }
        available.clear();
    }

    /** Whether nothing would be lost with it. */
    public boolean isUnused() {
        return all.isEmpty() && waiting.isEmpty() && connecting == 0;
    }

    /** Connections established, idle or busy. */
    public int connections() {
        return all.size();
    }
}
