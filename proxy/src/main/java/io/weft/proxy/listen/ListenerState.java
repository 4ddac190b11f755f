package io.weft.proxy.listen;

import io.netty.channel.Channel;
import io.weft.proxy.chain.ChainMatcher;
import io.weft.proxy.config.Listener;
import io.weft.proxy.worker.Worker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One listener while it is bound: its configuration of the moment, its sockets, the connections it has accepted. The
 * configuration is replaced whole; a connection keeps the one it was accepted under.
 */
final class ListenerState {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.listen");

    /** A listener with what is made of it once. */
    record Compiled(Listener listener, ChainMatcher matcher) {}

    private final List<Channel> sockets = new ArrayList<>();
    private final List<Set<Channel>> connections = new ArrayList<>();
    private final AtomicLong failures = new AtomicLong();
    private volatile Compiled compiled;

    ListenerState(Compiled compiled, int workers) {
        this.compiled = compiled;
        for (int i = 0; i < workers; i++) {
            connections.add(new HashSet<>());
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
    void track(Worker worker, Channel channel) {
        Set<Channel> mine = connections.get(worker.index());
        mine.add(channel);
        channel.closeFuture().addListener(closed -> mine.remove(channel));
    }

    /** The connections of one worker, on its loop. */
    List<Channel> connections(Worker worker) {
        return List.copyOf(connections.get(worker.index()));
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
