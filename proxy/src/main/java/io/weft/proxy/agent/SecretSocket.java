package io.weft.proxy.agent;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.weft.certs.store.AtomicFile;
import io.weft.proxy.identity.Identity;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;

/** The unix domain socket on which an identity's secrets are served, to the account that this program runs as and nobody else. */
public final class SecretSocket implements AutoCloseable {
    private static final int CALLS_PER_CONNECTION = 100;
    private static final int LARGEST_MESSAGE = 64 << 10;
    /** What {@code sun_path} holds, less its end. */
    private static final int LONGEST_PATH = 107;

    /** gRPC asks for keep-alive of every connection, and Netty warns of each that is no TCP. Held, so that its level stays. */
    private static final Logger BOOTSTRAP = Logger.getLogger("io.netty.bootstrap");

    private final Path path;
    private final SecretService service = new SecretService();
    private final Server server;

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
        BOOTSTRAP.setLevel(java.util.logging.Level.SEVERE);
        server = NettyServerBuilder.forAddress(new DomainSocketAddress(this.path.toFile()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .directExecutor()
                .addService(service)
                .build()
                .start();
        // Until here the folder or the umask kept others out: to connect one must be allowed to write to the socket.
        Files.setPosixFilePermissions(this.path, PosixFilePermissions.fromString("rw-------"));
        identity.subscribe(service::offer);
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
        service.close();
        server.shutdown();
        try {
            if (!server.awaitTermination(1, TimeUnit.SECONDS)) {
                server.shutdownNow();
                server.awaitTermination(1, TimeUnit.SECONDS);
            }
            Files.deleteIfExists(path);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.getLogger("io.weft.proxy.agent").log(System.Logger.Level.WARNING, "socket " + path + " is left", e);
        }
    }
}
