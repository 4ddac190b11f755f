package io.weft.proxy.connect;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.pool.StreamReceiver.Failure;
import io.weft.proxy.tls.PeerRefused;
import io.weft.proxy.tls.TlsContexts;
import io.weft.proxy.tls.TlsUnavailable;
import io.weft.proxy.worker.Worker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Dials endpoints for one event loop. */
public final class Dialer {

    private final Worker worker;
    private final TlsContexts tls;

    public Dialer(Worker worker, TlsContexts tls) {
        this.worker = worker;
        this.tls = tls;
    }

    /** Hears how a dial ended; exactly one of the two is called, never within the dial. */
    public interface Dialed {
        /** The channel has no handler but the TLS one; bytes read from now on go to what is added within this call. */
        void connected(Channel channel);

        void failed(Failure failure);
    }

    /**
     * What to dial.
     *
     * @param tls null sends bytes as they are
     * @param authority the request's authority, where it decides the server's name; null for none
     */
    public record Target(
            SocketAddress address,
            @Nullable UpstreamTls tls,
            @Nullable String authority,
            List<String> bindAddresses,
            Duration connectTimeout,
            int bufferLimit) {

        public static Target of(Cluster cluster, Cluster.Endpoint endpoint) {
            return new Target(
                    socketAddress(endpoint.address()),
                    cluster.transportTo(endpoint),
                    null,
                    cluster.bindAddresses(),
                    cluster.connectTimeout(),
                    cluster.bufferLimit());
        }

        public Target withAuthority(String host) {
            return new Target(address, tls, host, bindAddresses, connectTimeout, bufferLimit);
        }

        private static SocketAddress socketAddress(Address address) {
            return switch (address) {
                case Address.Socket socket ->
                    new InetSocketAddress(InetAddress.ofLiteral(socket.host()), socket.port());
                case Address.Pipe pipe ->
                    new DomainSocketAddress(
                            pipe.path().startsWith("@") ? "\0" + pipe.path().substring(1) : pipe.path());
            };
        }
    }

    /**
     * Begins a dial.
     *
     * @return the channel being connected, so that the dial can be called off by closing it; null if it failed already
     */
    public @Nullable Channel dial(Target target, Dialed callback) {
        SslHandler handler = null;
        if (target.tls() != null) {
            try {
                handler = tls.newClientHandler(target.tls(), ByteBufAllocator.DEFAULT, target.authority());
            } catch (TlsUnavailable e) {
                // No certificate, no connection.
                Failure failure = new Failure(Failure.Kind.TLS, String.valueOf(e.getMessage()));
                worker.loop().execute(() -> failed(callback, failure));
                return null;
            }
        }
        boolean local = target.address() instanceof DomainSocketAddress;
        Bootstrap bootstrap = new Bootstrap()
                .group(worker.loop())
                .channel(local ? EpollDomainSocketChannel.class : EpollSocketChannel.class)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(Integer.MAX_VALUE, target.connectTimeout().toMillis()))
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new io.netty.channel.WriteBufferWaterMark(
                                Math.max(1, target.bufferLimit() / 2), Math.max(2, target.bufferLimit())))
                .handler(new Initializer(handler, callback));
        if (!local) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true).option(ChannelOption.SO_KEEPALIVE, true);
        }
        SocketAddress from = bindTo(target);
        ChannelFuture future =
                from == null ? bootstrap.connect(target.address()) : bootstrap.connect(target.address(), from);
        boolean secured = handler != null;
        future.addListener((ChannelFutureListener) done -> {
            if (!done.isSuccess()) {
                failed(callback, failure(done.cause()));
            } else if (!secured) {
                connected(done.channel(), callback);
            }
        });
        return future.channel();
    }

    private void connected(Channel channel, Dialed callback) {
        worker.enter();
        try {
            callback.connected(channel);
        } finally {
            worker.leave();
        }
    }

    private void failed(Dialed callback, Failure failure) {
        worker.enter();
        try {
            callback.failed(failure);
        } finally {
            worker.leave();
        }
    }

    private static @Nullable SocketAddress bindTo(Target target) {
        if (target.bindAddresses().isEmpty() || !(target.address() instanceof InetSocketAddress to)) {
            return null;
        }
        Class<?> version = to.getAddress().getClass();
        InetAddress first = InetAddress.ofLiteral(target.bindAddresses().getFirst());
        for (String each : target.bindAddresses()) {
            InetAddress from = InetAddress.ofLiteral(each);
            if (from.getClass() == version) {
                return new InetSocketAddress(from, 0);
            }
        }
        return new InetSocketAddress(first, 0);
    }

    private static Failure failure(@Nullable Throwable cause) {
        String details = cause == null || cause.getMessage() == null ? "unknown" : cause.getMessage();
        return new Failure(
                cause instanceof ConnectTimeoutException ? Failure.Kind.TIMEOUT : Failure.Kind.CONNECT, details);
    }

    private final class Initializer extends ChannelInitializer<Channel> {
        private final @Nullable SslHandler handler;
        private final Dialed callback;

        Initializer(@Nullable SslHandler handler, Dialed callback) {
            this.handler = handler;
            this.callback = callback;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (handler != null) {
                channel.pipeline().addLast(handler, new Handshake(callback));
            }
        }
    }

    /** Waits for the TLS handshake, hands the channel over and leaves. */
    private final class Handshake extends ChannelInboundHandlerAdapter {
        private final Dialed callback;
        private boolean done;

        Handshake(Dialed callback) {
            this.callback = callback;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion && !done) {
                done = true;
                if (completion.isSuccess()) {
                    context.pipeline().remove(this);
                    Dialer.this.connected(context.channel(), callback);
                } else {
                    fail(context, completion.cause());
                }
                return;
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!done) {
                done = true;
                fail(context, null);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }

        private void fail(ChannelHandlerContext context, @Nullable Throwable cause) {
            context.close();
            String details = cause == null ? "closed_during_handshake" : PeerRefused.reason(cause);
            Dialer.this.failed(callback, new Failure(Failure.Kind.TLS, details));
        }
    }
}
