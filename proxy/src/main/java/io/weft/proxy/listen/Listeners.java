package io.weft.proxy.listen;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.weft.proxy.chain.ChainConflictException;
import io.weft.proxy.chain.ChainMatcher;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.Listener;
import io.weft.proxy.http.Drain;
import io.weft.proxy.worker.Worker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The bound listeners. Every event loop binds its own socket to every address (SO_REUSEPORT), so that a connection
 * belongs from its first moment to the loop that serves it. Called from one thread, never from an event loop.
 */
@SuppressWarnings("ReferenceEquality") // another record means a change; comparing contents costs more
public final class Listeners {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.listen");
    private static final int BACKLOG = 4096;

    private final List<Worker> workers;
    private final Terminals terminals;
    private final AtomicLong ids = new AtomicLong();
    private final Map<String, ListenerState> bound = new LinkedHashMap<>();

    public Listeners(List<Worker> workers, Terminals terminals) {
        this.workers = List.copyOf(workers);
        this.terminals = terminals;
    }

    /** A listener could not be bound. */
    public static final class BindFailed extends Exception {
        private static final long serialVersionUID = 1;

        BindFailed(String listener, Address address, Throwable cause) {
            super("listener " + listener + ": cannot bind " + address + ": " + cause.getMessage(), cause);
        }
    }

    /** Where a listener really listens: the ports that the system chose where configuration said 0. */
    public record Bound(Listener listener, List<InetSocketAddress> addresses) {}

    /**
     * Binds what is new, replaces the configuration of what stays, and drains what is gone. A listener that cannot be
     * bound does not keep the others from it.
     *
     * @return what went wrong, one message each
     */
    public List<String> apply(Map<String, Listener> wanted) {
        List<String> problems = new ArrayList<>();
        for (String name : List.copyOf(bound.keySet())) {
            Listener next = wanted.get(name);
            ListenerState state = bound.get(name);
            if (state != null && (next == null || !sameSockets(state.compiled().listener(), next))) {
                bound.remove(name);
                stopAccepting(state);
                drain(state);
            }
        }
        for (Listener listener : wanted.values()) {
            try {
                apply(listener);
            } catch (BindFailed | ChainConflictException e) {
                LOG.log(System.Logger.Level.ERROR, e.getMessage());
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        return problems;
    }

    private static boolean sameSockets(Listener before, Listener after) {
        return before.address().equals(after.address()) && before.additional().equals(after.additional());
    }

    private void apply(Listener listener) throws BindFailed, ChainConflictException {
        ListenerState state = bound.get(listener.name());
        if (state != null && state.compiled().listener() == listener) {
            return;
        }
        ListenerState.Compiled compiled = new ListenerState.Compiled(listener, new ChainMatcher(listener));
        if (state != null) {
            Listener before = state.compiled().listener();
            state.replace(compiled);
            // Those accepted under the old configuration end when they are done, unless their chain is still there.
            Set<FilterChain> kept = Collections.newSetFromMap(new IdentityHashMap<>());
            if (before.isSameButForChains(listener)) {
                kept.addAll(listener.allChains());
            }
            drain(state, chain -> chain == null || !kept.contains(chain));
            return;
        }
        ListenerState fresh = new ListenerState(compiled, workers.size());
        try {
            bind(fresh, listener, listener.address());
            for (Address more : listener.additional()) {
                bind(fresh, listener, more);
            }
        } catch (BindFailed e) {
            stopAccepting(fresh);
            throw e;
        }
        bound.put(listener.name(), fresh);
    }

    private void bind(ListenerState state, Listener listener, Address address) throws BindFailed {
        if (!(address instanceof Address.Socket socket)) {
            throw new BindFailed(
                    listener.name(), address, new IllegalArgumentException("expected an IP address and port"));
        }
        InetSocketAddress where = new InetSocketAddress(InetAddress.ofLiteral(socket.host()), socket.port());
        for (Worker worker : workers) {
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(worker.loop())
                    .channel(EpollServerSocketChannel.class)
                    .option(EpollChannelOption.SO_REUSEPORT, true)
                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.SO_KEEPALIVE, true)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childOption(
                            ChannelOption.WRITE_BUFFER_WATER_MARK,
                            new WriteBufferWaterMark(
                                    Math.max(1, listener.bufferLimit() / 2), Math.max(2, listener.bufferLimit())))
                    .childHandler(new Acceptor(worker, state, terminals, ids));
            ChannelFuture future = bootstrap.bind(where).awaitUninterruptibly();
            if (!future.isSuccess()) {
                throw new BindFailed(listener.name(), address, future.cause());
            }
            state.sockets().add(future.channel());
            // With port 0 the first loop's port is everybody's.
            where = (InetSocketAddress) future.channel().localAddress();
        }
    }

    private void stopAccepting(ListenerState state) {
        for (Channel socket : state.sockets()) {
            socket.close().awaitUninterruptibly();
        }
    }

    private void drain(ListenerState state) {
        drain(state, chain -> true);
    }

    /** @param which those on these chains; null stands for connections that have none yet */
    private void drain(ListenerState state, Predicate<@Nullable FilterChain> which) {
        for (Worker worker : workers) {
            worker.loop()
                    .execute(() -> state.connections(worker).forEach((channel, connection) -> {
                        if (which.test(connection.filterChain())) {
                            channel.pipeline().fireUserEventTriggered(Drain.INSTANCE);
                        }
                    }));
        }
    }

    /** Lets every connection of every listener end; with {@code close} no new ones are taken. */
    public void drainAll(boolean close) {
        drain(listener -> true, close);
    }

    /** Lets every connection of some listeners end; with {@code close} they take no new ones. */
    public void drain(Predicate<Listener> which, boolean close) {
        for (ListenerState state : bound.values()) {
            if (!which.test(state.compiled().listener())) {
                continue;
            }
            if (close) {
                stopAccepting(state);
            }
            drain(state);
        }
    }

    /** Closes everything, connections included. */
    public void close() {
        for (ListenerState state : bound.values()) {
            stopAccepting(state);
            for (Worker worker : workers) {
                worker.loop().execute(() -> state.connections(worker).keySet().forEach(Channel::close));
            }
        }
        bound.clear();
    }

    public List<Bound> bound() {
        List<Bound> result = new ArrayList<>();
        for (ListenerState state : bound.values()) {
            List<InetSocketAddress> addresses = state.sockets().stream()
                    .map(socket -> (InetSocketAddress) socket.localAddress())
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
            result.add(new Bound(state.compiled().listener(), addresses));
        }
        return result;
    }
}
