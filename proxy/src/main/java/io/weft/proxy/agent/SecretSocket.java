package io.weft.proxy.agent;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.weft.certs.store.AtomicFile;
import io.weft.proxy.identity.Identity;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The unix domain socket on which an identity's secrets are served, to the account that this program runs as and nobody else. */
public final class SecretSocket implements AutoCloseable {
    private static final int CALLS_PER_CONNECTION = 100;
    private static final int LARGEST_HEADERS = 16 << 10;
    private static final int PATIENCE_MILLIS = 1000;
    /** What {@code sun_path} holds, less its end. */
    private static final int LONGEST_PATH = 107;

    private final Path path;
    private final SecretService service = new SecretService();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel server;
    private final Future<?> looking;

    /**
     * Listens, and serves the identity's secrets from now on.
     *
     * @param path a socket that a program left behind is replaced; its folder is made, with mode 0700, where there is none
     * @param loops for the connections; not closed here
     * @throws IOException when the path cannot be used, or another program serves there
     */
    public SecretSocket(Path path, Identity identity, EventLoopGroup loops) throws IOException {
        this.path = path.toAbsolutePath();
        prepare(this.path);
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerDomainSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connected(connection);
                    }
                })
                .bind(new DomainSocketAddress(this.path.toFile()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("socket " + this.path + ": " + bound.cause().getMessage(), bound.cause());
        }
        server = bound.channel();
        // Until here the folder or the umask kept others out: to connect one must be allowed to write to the socket.
        Files.setPosixFilePermissions(this.path, PosixFilePermissions.fromString("rw-------"));
        identity.subscribe(service::offer);
        looking = loops.next().scheduleWithFixedDelay(service::lookAtFiles, 1, 1, TimeUnit.SECONDS);
    }

    private void connected(Channel connection) {
        connections.add(connection);
        connection
                .pipeline()
                .addLast(Http2FrameCodecBuilder.forServer()
                        .initialSettings(Http2Settings.defaultSettings()
                                .maxConcurrentStreams(CALLS_PER_CONNECTION)
                                .maxHeaderListSize(LARGEST_HEADERS))
                        .gracefulShutdownTimeoutMillis(0)
                        .build())
                .addLast(new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline().addLast(new SecretCall(service, stream));
                    }
                }))
                .addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object frame) {
                        // Of the connection itself, and of no consequence here.
                        ReferenceCountUtil.release(frame);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        // The client is gone without a word, or speaks no HTTP/2.
                        ctx.close();
                    }
                });
    }

    private static void prepare(Path path) throws IOException {
        if (path.toString().length() > LONGEST_PATH) {
            throw new IOException("socket " + path + ": expected at most " + LONGEST_PATH + " characters");
        }
        Path folder = path.getParent();
        if (folder != null && !Files.exists(folder)) {
            AtomicFile.privateFolder(folder);
        }
        if (!Files.exists(path)) {
            return;
        }
        if (!"socket".equals(kind(path))) {
            throw new IOException("socket " + path + ": there is a file or folder of that name");
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
            throw new IOException("socket " + path + ": another program serves there");
        } catch (java.net.ConnectException nobody) {
            Files.delete(path);
        }
    }

    private static String kind(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode");
        return (mode & 0xf000) == 0xc000 ? "socket" : "other";
    }

    public Path path() {
        return path;
    }

    /** Ends all streams and removes the socket. */
    @Override
    public void close() {
        looking.cancel(false);
        service.close();
        server.close().awaitUninterruptibly(PATIENCE_MILLIS);
        connections.close().awaitUninterruptibly(PATIENCE_MILLIS);
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            System.getLogger("io.weft.proxy.agent").log(System.Logger.Level.WARNING, "socket " + path + " is left", e);
        }
    }
}
