package io.weft.proxy.tls;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Real sockets on the loopback: an echo behind TLS, and clients that speak to it. */
final class Handshakes implements AutoCloseable {
    static final long SECONDS = 20;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    interface HandlerSource {
        SslHandler make(Channel channel) throws Exception;
    }

    /** One end after its handshake: the handler, and why the handshake failed if it did. */
    record End(SslHandler handler, @Nullable Throwable failure) {
        boolean ok() {
            return failure == null;
        }

        /** Every message of the chain of causes. */
        String why() {
            StringBuilder why = new StringBuilder();
            for (Throwable t = failure; t != null; t = t.getCause()) {
                why.append(t).append('\n');
            }
            return why.toString();
        }
    }

    /** An accepting end; {@code last} completes with the next connection's handshake. */
    final class Server implements AutoCloseable {
        private final Channel channel;
        private volatile CompletableFuture<End> next = new CompletableFuture<>();
        private final AtomicInteger applicationBytes = new AtomicInteger();

        private Server(HandlerSource source) throws InterruptedException {
            channel = new ServerBootstrap()
                    .group(loops)
                    .channel(EpollServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel child) throws Exception {
                            open.add(child);
                            child.pipeline().addLast(source.make(child), new Echo(Server.this));
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
        }

        int port() {
            return ((InetSocketAddress) channel.localAddress()).getPort();
        }

        End end() throws Exception {
            return next.get(SECONDS, TimeUnit.SECONDS);
        }

        void expectAnother() {
            next = new CompletableFuture<>();
        }

        int applicationBytes() {
            return applicationBytes.get();
        }

        @Override
        public void close() {
            channel.close().syncUninterruptibly();
        }
    }

    /** A dialling end. */
    record Client(Channel channel, CompletableFuture<End> end, Replies replies) implements AutoCloseable {
        End await() throws Exception {
            return end.get(SECONDS, TimeUnit.SECONDS);
        }

        String echo(String text) throws Exception {
            CompletableFuture<String> reply = replies.expect(text.length());
            channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII))
                    .sync();
            return reply.get(SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            channel.close().syncUninterruptibly();
        }
    }

    Server serve(HandlerSource source) throws InterruptedException {
        return new Server(source);
    }

    Client dial(int port, HandlerSource source) throws InterruptedException {
        CompletableFuture<End> end = new CompletableFuture<>();
        Replies replies = new Replies();
        ChannelFuture connected = new Bootstrap()
                .group(loops)
                .channel(EpollSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) throws Exception {
                        open.add(channel);
                        channel.pipeline().addLast(source.make(channel), new Watch(end), replies);
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), port)
                .sync();
        return new Client(connected.channel(), end, replies);
    }

    /** Closes every connection and waits until its handlers are gone. */
    void settle() {
        open.close().syncUninterruptibly();
        // A closed channel takes its handlers out in a task of its own; a loop that ends at once would drop it.
        for (int i = 0; i < 2; i++) {
            loops.submit(() -> {}).syncUninterruptibly();
        }
    }

    @Override
    public void close() {
        settle();
        loops.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static final class Watch extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<End> end;

        Watch(CompletableFuture<End> end) {
            this.end = end;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done) {
                end.complete(new End(ctx.pipeline().get(SslHandler.class), done.cause()));
            }
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // TLS 1.3 clients finish before the server has judged them; the alert arrives as an exception.
            ctx.fireExceptionCaught(cause);
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        private final Server server;

        Echo(Server server) {
            this.server = server;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done) {
                server.next.complete(new End(ctx.pipeline().get(SslHandler.class), done.cause()));
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            server.applicationBytes.addAndGet(((ByteBuf) message).readableBytes());
            ctx.writeAndFlush(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Collects what comes back. */
    @ChannelHandler.Sharable
    static final class Replies extends ChannelInboundHandlerAdapter {
        private final StringBuilder text = new StringBuilder();
        private CompletableFuture<String> waiting = new CompletableFuture<>();
        private int wanted = Integer.MAX_VALUE;
        private @Nullable Throwable broken;

        synchronized CompletableFuture<String> expect(int length) {
            waiting = new CompletableFuture<>();
            wanted = length;
            text.setLength(0);
            if (broken != null) {
                waiting.completeExceptionally(broken);
            }
            return waiting;
        }

        @Override
        public synchronized void channelRead(ChannelHandlerContext ctx, Object message) {
            text.append(((ByteBuf) message).toString(StandardCharsets.US_ASCII));
            ReferenceCountUtil.release(message);
            if (text.length() >= wanted) {
                waiting.complete(text.toString());
            }
        }

        @Override
        public synchronized void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            broken = cause;
            waiting.completeExceptionally(cause);
            ctx.close();
        }

        @Override
        public synchronized void channelInactive(ChannelHandlerContext ctx) {
            broken = broken == null ? new IllegalStateException("closed by the peer") : broken;
            waiting.completeExceptionally(broken);
        }
    }
}
