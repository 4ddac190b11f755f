package io.weft.proxy.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.weft.proxy.authorize.Authorizer;
import io.weft.proxy.authorize.Decision;
import io.weft.proxy.cluster.Clusters;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.connect.Dialer;
import io.weft.proxy.exchange.ExchangeObserver;
import io.weft.proxy.exchange.HttpExchanges;
import io.weft.proxy.http.Drain;
import io.weft.proxy.http1.Http1Server;
import io.weft.proxy.http2.Http2Frames;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.listen.Terminals;
import io.weft.proxy.tcp.TcpProxyHandler;
import io.weft.proxy.tcp.TcpUpstream;
import io.weft.proxy.tls.PeerRefused;
import io.weft.proxy.tls.TlsContexts;
import io.weft.proxy.tls.TlsSession;
import io.weft.proxy.tls.TlsUnavailable;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts a filter chain's handlers into a pipeline. The order must hold: TLS first, because policy judges the peer that it
 * verified; policy before the terminal filter, so that a refused connection reaches no endpoint.
 */
@SuppressWarnings("ReferenceEquality") // chains are told apart by identity; comparing contents costs more
final class Pipelines implements Terminals {

    private final TlsContexts tls;
    private final Map<Integer, LoopParts> loops;
    private final ConnectionObserver observer;
    private final ExchangeObserver exchanges;

    /** By identity: comparing whole chains would cost more than what they hold. Never changed once published. */
    private volatile IdentityHashMap<FilterChain, ChainParts> parts = new IdentityHashMap<>();

    /** What one event loop lends to its connections. */
    record LoopParts(Clusters clusters, Dialer dialer) {}

    Pipelines(TlsContexts tls, Map<Integer, LoopParts> loops, ConnectionObserver observer, ExchangeObserver exchanges) {
        this.tls = tls;
        this.loops = Map.copyOf(loops);
        this.observer = observer;
        this.exchanges = exchanges;
    }

    /** Makes what the listeners' chains need, and forgets what no listener has any more. */
    void prepare(Iterable<Listener> listeners) {
        IdentityHashMap<FilterChain, ChainParts> before = parts;
        IdentityHashMap<FilterChain, ChainParts> now = new IdentityHashMap<>();
        for (Listener listener : listeners) {
            for (FilterChain chain : listener.chains()) {
                keep(before, now, chain);
            }
            FilterChain last = listener.defaultChain();
            if (last != null) {
                keep(before, now, last);
            }
        }
        parts = now;
    }

    private void keep(
            IdentityHashMap<FilterChain, ChainParts> before,
            IdentityHashMap<FilterChain, ChainParts> now,
            FilterChain chain) {
        ChainParts made = before.get(chain);
        now.put(chain, made != null ? made : ChainParts.of(chain, exchanges));
    }

    @Override
    public void accepted(Channel channel, Connection connection) {
        observer.accepted(connection);
        channel.closeFuture().addListener(closed -> observer.closed(connection));
    }

    @Override
    public void unmatched(Connection connection) {
        connection.details(connection.details().isEmpty() ? "filter_chain_not_found" : connection.details());
        observer.ended(connection, null);
    }

    @Override
    public @Nullable Ahead dialAhead(Connection connection, FilterChain chain, Runnable onSpeech) {
        // Only a plain TCP chain can be opaque to us; where the client's certificate decides, nothing may be dialled
        // before it is known.
        if (chain.tls() != null || !(chain.terminal() instanceof TcpProxy tcp) || denied(connection, chain)) {
            return null;
        }
        return new DialAhead(chain, dial(connection, tcp, onSpeech));
    }

    private record DialAhead(FilterChain chain, TcpUpstream upstream) implements Ahead {
        @Override
        public void close() {
            upstream.close();
        }
    }

    private TcpUpstream dial(Connection connection, TcpProxy tcp, Runnable onSpeech) {
        LoopParts loop = loop(connection);
        TcpUpstream upstream = new TcpUpstream(connection, loop.clusters(), loop.dialer(), tcp, onSpeech);
        upstream.begin();
        return upstream;
    }

    private LoopParts loop(Connection connection) {
        return Objects.requireNonNull(loops.get(connection.worker().index()));
    }

    @Override
    public void install(Channel channel, Connection connection, FilterChain chain, @Nullable Ahead ahead) {
        observer.chosen(connection);
        TcpUpstream upstream = null;
        if (ahead instanceof DialAhead dial) {
            if (dial.chain() == chain) {
                upstream = dial.upstream();
            } else {
                dial.close();
            }
        }
        if (chain.tls() == null) {
            admit(channel, connection, chain, upstream);
            return;
        }
        try {
            SslHandler handler = tls.newServerHandler(chain.tls(), channel.alloc());
            channel.pipeline().addLast(handler, new Handshake(handler, connection, chain));
        } catch (TlsUnavailable e) {
            refuse(channel, connection, String.valueOf(e.getMessage()));
        }
    }

    private boolean denied(Connection connection, FilterChain chain) {
        return denial(connection, chain) != null;
    }

    private @Nullable String denial(Connection connection, FilterChain chain) {
        for (Authorizer policy : parts(chain).policies()) {
            if (policy.decide(connection.caller(), null) instanceof Decision.Denied denied) {
                return "rbac_access_denied_matched_policy[" + denied.policy() + "]";
            }
        }
        return null;
    }

    private ChainParts parts(FilterChain chain) {
        ChainParts known = parts.get(chain);
        // A connection accepted just before its listener was replaced still asks for the old chain.
        return known != null ? known : ChainParts.of(chain, exchanges);
    }

    private void refuse(Channel channel, Connection connection, String why) {
        connection.details(why);
        observer.ended(connection, null);
        channel.close();
    }

    private void admit(Channel channel, Connection connection, FilterChain chain, @Nullable TcpUpstream upstream) {
        String denial = denial(connection, chain);
        if (denial != null) {
            if (upstream != null) {
                upstream.close();
            }
            refuse(channel, connection, denial);
            return;
        }
        switch (chain.terminal()) {
            case TcpProxy tcp -> {
                TcpUpstream dialled = upstream != null ? upstream : dial(connection, tcp, () -> {});
                channel.pipeline().addLast(new TcpProxyHandler(connection, dialled, tcp, new ToObserver()));
            }
            case HttpConnectionManager manager -> http(channel, connection, manager, chain);
        }
    }

    private void http(Channel channel, Connection connection, HttpConnectionManager manager, FilterChain chain) {
        HttpExchanges begun = new HttpExchanges(
                Objects.requireNonNull(parts(chain).http()),
                connection,
                loop(connection).clusters());
        switch (manager.codec()) {
            case HTTP1 -> http1(channel.pipeline(), connection, manager, begun);
            case HTTP2 -> http2(channel.pipeline(), connection, manager, begun);
            case AUTO -> {
                TlsSession session = connection.tls();
                String alpn = session == null ? null : session.alpn();
                if ("h2".equals(alpn) || "istio-h2".equals(alpn)) {
                    http2(channel.pipeline(), connection, manager, begun);
                } else if (alpn != null && alpn.contains("http/1")) {
                    http1(channel.pipeline(), connection, manager, begun);
                } else {
                    channel.pipeline()
                            .addLast(new HttpVersionSniffer(
                                    manager.timeouts().requestHeaders(),
                                    manager.timeouts().maxConnectionDuration(),
                                    () -> tooOld(connection),
                                    pipeline -> http1(pipeline, connection, manager, begun),
                                    pipeline -> http2(pipeline, connection, manager, begun)));
                }
            }
        }
    }

    private void tooOld(Connection connection) {
        connection.flag(ResponseFlag.DT);
        connection.details("duration_timeout");
        observer.ended(connection, null);
    }

    private void http1(
            ChannelPipeline pipeline, Connection connection, HttpConnectionManager manager, HttpExchanges begun) {
        pipeline.addLast(new Http1Server(connection.worker(), manager, begun));
    }

    private void http2(
            ChannelPipeline pipeline, Connection connection, HttpConnectionManager manager, HttpExchanges begun) {
        pipeline.addLast(Http2Frames.server(connection.worker(), manager, begun));
    }

    private final class ToObserver implements TcpProxyHandler.TcpObserver {
        @Override
        public void carried(Connection connection, TcpUpstream upstream) {
            observer.carried(connection, upstream);
        }

        @Override
        public void ended(Connection connection, TcpUpstream upstream) {
            observer.ended(connection, upstream);
        }
    }

    /** Waits for the handshake, learns who the peer is, and lets policy judge. */
    private final class Handshake extends ChannelInboundHandlerAdapter {
        private final SslHandler handler;
        private final Connection connection;
        private final FilterChain chain;
        private boolean done;
        private boolean draining;

        Handshake(SslHandler handler, Connection connection, FilterChain chain) {
            this.handler = handler;
            this.connection = connection;
            this.chain = chain;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion && !done) {
                done = true;
                connection.worker().enter();
                try {
                    completed(context, completion);
                } finally {
                    connection.worker().leave();
                }
                return;
            }
            draining |= event == Drain.INSTANCE; // for the handlers that are not there yet
            context.fireUserEventTriggered(event);
        }

        private void completed(ChannelHandlerContext context, SslHandshakeCompletionEvent completion) {
            if (!completion.isSuccess()) {
                refuse(
                        context.channel(),
                        connection,
                        "tls_handshake_failed: " + PeerRefused.reason(completion.cause()));
                return;
            }
            TlsSession session = tls.session(handler);
            connection.secured(session);
            observer.secured(connection);
            String name = session.serverName();
            if (name != null) {
                connection.requestedServerName(name);
            }
            admit(context.channel(), connection, chain, null);
            context.pipeline().remove(this);
            if (draining) {
                context.pipeline().fireUserEventTriggered(Drain.INSTANCE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
