package io.weft.proxy.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.weft.proxy.chain.Arrival;
import io.weft.proxy.chain.Candidates;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch.Transport;
import io.weft.proxy.config.Listener;
import io.weft.proxy.detect.Detection;
import io.weft.proxy.detect.Detector;
import io.weft.proxy.http.Drain;
import io.weft.proxy.worker.Worker;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes the accepted connections of one listener on one event loop: finds out where each wanted to go and which filter
 * chain takes it. First bytes are looked at only where they can change the answer; while they are awaited, the endpoint
 * is already being dialled, so that a server that speaks first is not kept waiting.
 */
final class Acceptor extends ChannelInitializer<EpollSocketChannel> {

    /** A client that speaks first usually has by now; a dial before would be for nothing. */
    private static final long HESITATION_MICROS = 500;

    private final Worker worker;
    private final ListenerState state;
    private final Terminals terminals;
    private final AtomicLong ids;

    Acceptor(Worker worker, ListenerState state, Terminals terminals, AtomicLong ids) {
        this.worker = worker;
        this.state = state;
        this.terminals = terminals;
        this.ids = ids;
    }

    @Override
    protected void initChannel(EpollSocketChannel channel) {
        worker.enter();
        try {
            accept(channel);
        } finally {
            worker.leave();
        }
    }

    private void accept(EpollSocketChannel channel) {
        InetSocketAddress source = channel.remoteAddress();
        InetSocketAddress local = channel.localAddress();
        if (source == null || local == null) {
            channel.close(); // gone before we looked
            return;
        }
        ListenerState.Compiled compiled = state.compiled();
        Listener listener = compiled.listener();
        InetSocketAddress destination = null;
        if (listener.originalDestination()) {
            destination = OriginalDestination.of(channel);
        }
        if (destination == null) {
            destination = local;
        }
        Connection connection = new Connection(worker, ids.incrementAndGet(), listener, source, local, destination);
        state.track(channel, connection);
        terminals.accepted(channel, connection);
        Candidates candidates = compiled.matcher().candidates(source, destination);
        if (candidates.decided()) {
            install(channel, connection, candidates.opaque(), null);
        } else {
            new Undecided(channel, connection, compiled, candidates).begin();
        }
    }

    private void install(
            Channel channel, Connection connection, @Nullable FilterChain chain, Terminals.@Nullable Ahead ahead) {
        if (chain == null) {
            if (ahead != null) {
                ahead.close();
            }
            terminals.unmatched(connection);
            channel.close();
            return;
        }
        connection.chain(chain);
        terminals.install(channel, connection, chain, ahead);
        // The listener may have changed while first bytes were awaited.
        if (!ListenerState.isKept(connection.listener(), chain, state.compiled().listener())) {
            channel.pipeline().fireUserEventTriggered(Drain.INSTANCE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        state.failed(cause);
        context.close();
    }

    /** A connection whose first bytes are awaited. */
    private final class Undecided implements Detector.Detected {
        private final Channel channel;
        private final Connection connection;
        private final ListenerState.Compiled compiled;
        private final Candidates candidates;
        private final Detector detector;
        private Terminals.@Nullable Ahead ahead;
        private boolean decided;

        Undecided(Channel channel, Connection connection, ListenerState.Compiled compiled, Candidates candidates) {
            this.channel = channel;
            this.connection = connection;
            this.compiled = compiled;
            this.candidates = candidates;
            Listener.Inspection wanted = compiled.listener().inspection();
            this.detector = new Detector(
                    new Listener.Inspection(
                            candidates.tls(), candidates.http(), wanted.timeout(), wanted.continueOnTimeout()),
                    this);
        }

        void begin() {
            channel.pipeline().addLast(detector);
            FilterChain opaque = candidates.opaque();
            if (opaque != null) {
                channel.eventLoop().schedule(() -> dialAhead(opaque), HESITATION_MICROS, TimeUnit.MICROSECONDS);
                channel.closeFuture().addListener(closed -> giveUp());
            }
        }

        private void dialAhead(FilterChain opaque) {
            if (decided || !channel.isActive()) {
                return;
            }
            worker.enter();
            try {
                ahead = terminals.dialAhead(connection, opaque, detector::decideOpaque);
            } finally {
                worker.leave();
            }
        }

        private void giveUp() {
            Terminals.Ahead dial = ahead;
            if (!decided && dial != null) {
                decided = true;
                dial.close();
            }
        }

        @Override
        public void detected(ChannelHandlerContext context, Detection detection) {
            worker.enter();
            try {
                Arrival arrival = arrival(detection);
                if (arrival == null) {
                    giveUp();
                    decided = true;
                    terminals.unmatched(connection);
                    context.close();
                } else {
                    decided = true;
                    install(channel, connection, compiled.matcher().match(arrival), ahead);
                }
            } finally {
                worker.leave();
            }
        }

        /** Null for a connection that must not be served. */
        private @Nullable Arrival arrival(Detection detection) {
            InetSocketAddress source = connection.source();
            InetSocketAddress destination = connection.destination();
            return switch (detection) {
                case Detection.Tls tls -> {
                    String name = tls.serverName();
                    connection.requestedServerName(name == null ? "" : name);
                    yield new Arrival(source, destination, Transport.TLS, name, tls.alpn());
                }
                case Detection.Http1 http ->
                    new Arrival(source, destination, Transport.RAW_BUFFER, null, List.of(name(http.version())));
                case Detection.Http2 http ->
                    new Arrival(source, destination, Transport.RAW_BUFFER, null, List.of("h2c"));
                case Detection.Opaque opaque -> Arrival.opaque(source, destination);
                case Detection.Rejected rejected -> {
                    connection.details(rejected.reason());
                    yield null;
                }
                case Detection.NeedMore more -> throw new IllegalStateException("undecided");
            };
        }

        private static String name(Detection.Version version) {
            return switch (version) {
                case HTTP_0_9, HTTP_1_1 -> "http/1.1";
                case HTTP_1_0 -> "http/1.0";
            };
        }
    }
}
