package io.weft.proxy.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.RouteSource;
import io.weft.proxy.http1.Http1Server;
import io.weft.proxy.worker.Worker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The admin interface and its smaller relatives, all on one event loop that carries no traffic. HTTP is read by the
 * proxy's own strict HTTP/1 server end. Connections, requests that wait, heads and times are bounded: what is open to
 * the pod's neighbours must not be a way to wear it down.
 */
public final class AdminServer implements AutoCloseable {

    private static final int MAX_CONNECTIONS = 128;
    private static final int MAX_WAITING = 32;

    private static final HttpConnectionManager HTTP = new HttpConnectionManager(
            "admin",
            HttpConnectionManager.Codec.HTTP1,
            new RouteSource.Named("none"),
            List.of(),
            new HttpConnectionManager.Timeouts(
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(1),
                    Duration.ZERO),
            new HttpConnectionManager.Limits(16 * 1024, 64, 0),
            HttpConnectionManager.PathRules.DEFAULT,
            HttpConnectionManager.Forwarded.DEFAULT,
            HttpConnectionManager.ServerHeader.PASS_THROUGH,
            "weft",
            HttpConnectionManager.Http1.DEFAULT,
            HttpConnectionManager.Http2Settings.DEFAULT,
            false,
            false,
            false,
            List.of(),
            List.of());

    private final AdminParts parts;
    private final MultiThreadIoEventLoopGroup group;
    private final Worker worker;
    private final ThreadPoolExecutor slow;
    private final List<Channel> sockets = new ArrayList<>();
    private int connections; // on the loop

    public AdminServer(AdminParts parts) {
        this.parts = parts;
        this.group = new MultiThreadIoEventLoopGroup(
                1, (ThreadFactory) task -> daemon(task, "admin"), EpollIoHandler.newFactory());
        this.worker = new Worker(group.next(), 0);
        this.slow = new ThreadPoolExecutor(
                1,
                1,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING),
                task -> daemon(task, "admin-pages"),
                new ThreadPoolExecutor.AbortPolicy());
        this.slow.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new io.netty.util.concurrent.FastThreadLocalThread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** All of Envoy's pages (15000). Meant for a loopback address: the pages show configuration. */
    public InetSocketAddress admin(Address where) throws IOException {
        return bind(where, AdminPages.admin(parts));
    }

    /** {@code /healthz/ready}, for the platform's probe (15021). */
    public InetSocketAddress health(Address where) throws IOException {
        return bind(where, AdminPages.health(parts));
    }

    /** {@code /stats/prometheus}, for scraping (15090). */
    public InetSocketAddress prometheus(Address where) throws IOException {
        return bind(where, AdminPages.prometheus(parts));
    }

    /** What Istio's agent answers (15020): metrics, readiness, and, from this machine only, the end. */
    public InetSocketAddress agent(Address where) throws IOException {
        return bind(where, AdminPages.agent(parts));
    }

    /** @return where it really listens */
    synchronized InetSocketAddress bind(Address where, Pages pages) throws IOException {
        if (!(where instanceof Address.Socket socket)) {
            throw new IOException("admin address " + where + ": expected an IP address and port");
        }
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new Accepting(pages))
                .bind(new InetSocketAddress(InetAddress.ofLiteral(socket.host()), socket.port()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot bind " + where + ": " + bound.cause().getMessage(), bound.cause());
        }
        sockets.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private final class Accepting extends ChannelInitializer<EpollSocketChannel> {
        private final Pages pages;

        Accepting(Pages pages) {
            this.pages = pages;
        }

        @Override
        protected void initChannel(EpollSocketChannel channel) {
            InetSocketAddress peer = channel.remoteAddress();
            if (connections >= MAX_CONNECTIONS || peer == null) {
                channel.close();
                return;
            }
            connections++;
            channel.closeFuture().addListener(closed -> connections--);
            boolean local = peer.getAddress().isLoopbackAddress();
            channel.pipeline().addLast(new Http1Server(worker, HTTP, new AdminExchanges(pages, worker, slow, local)));
        }
    }

    /** Ends all that was bound; open connections are closed. */
    @Override
    public synchronized void close() {
        sockets.forEach(socket -> socket.close().awaitUninterruptibly());
        slow.shutdownNow();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
