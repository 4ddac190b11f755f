package io.weft.proxy.listen;

import io.netty.channel.Channel;
import io.weft.proxy.chain.ChainMatcher;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.Listener;
import io.weft.proxy.worker.Worker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One listener while it is bound: its configuration of the moment, its sockets, the connections it has accepted. The
 * configuration is replaced whole; a connection keeps the one it was accepted under.
 */
@SuppressWarnings("ReferenceEquality") // what did not change keeps its identity (Snapshot.reusing)
final class ListenerState {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.listen");

    /** A listener with what is made of it once. */
    record Compiled(Listener listener, ChainMatcher matcher) {}

    private final List<Channel> sockets = new ArrayList<>();
    private final List<Map<Channel, Connection>> connections = new ArrayList<>();
    private final AtomicLong failures = new AtomicLong();
    private volatile Compiled compiled;

    ListenerState(Compiled compiled, int workers) {
        this.compiled = compiled;
        for (int i = 0; i < workers; i++) {
            connections.add(new HashMap<>());
        }
    }

    Compiled compiled() {
        return compiled;
    }

    void replace(Compiled next) {
        compiled = next;
    }

    List<Channel> sockets() {
        return sockets;
    }

    /** Called on the worker's loop. */
    void track(Channel channel, Connection connection) {
        Map<Channel, Connection> mine = connections.get(connection.worker().index());
        mine.put(channel, connection);
        channel.closeFuture().addListener(closed -> mine.remove(channel));
    }

    /** The connections of one worker, on its loop. */
    Map<Channel, Connection> connections(Worker worker) {
        return Map.copyOf(connections.get(worker.index()));
    }

    /** Whether a connection accepted under one configuration, and given that chain of it, may go on under another. */
    static boolean isKept(Listener accepted, FilterChain chain, Listener now) {
        return accepted == now
                || (accepted.isSameButForChains(now) && now.allChains().stream().anyMatch(each -> each == chain));
    }

    void failed(Throwable cause) {
        if (failures.getAndIncrement() == 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "listener " + compiled.listener().name() + ": a connection failed",
                    cause);
        }
    }
}
