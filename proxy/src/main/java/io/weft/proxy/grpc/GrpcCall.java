package io.weft.proxy.grpc;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.NetUtil;
import io.weft.proxy.wire.Bytes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call on a connection of its own, by gRPC over HTTP/2. The connection is closed with the call: back-off, credentials
 * and the choice of an address are decided by whoever makes the next one. A connection is tested after 30 s of silence and
 * given up 10 s later; the server must permit that. Methods may be called by any thread.
 */
public final class GrpcCall {

    // A machine that does not answer at all is given up sooner than the kernel would.
    private static final int CONNECT_TIMEOUT_MILLIS = 3_000;

    /** What to call. */
    public record Method(
            String path,
            Map<String, String> headers,
            int maxMessage,
            @Nullable Duration deadline) {

        /**
         * @param path {@code /package.Service/Method}
         * @param headers names in lower case
         * @param maxMessage bytes of one message from the server; a longer one ends the call
         * @param deadline from now, after which the call ends by itself; null for never
         */
        public Method {
            headers = Map.copyOf(headers);
        }
    }

    /** What comes of a call; told by the executor of the call, one after the other. */
    public interface Receiver {

        /** The server can be sent messages. Not told when the call fails before. */
        void opened(GrpcCall call);

        /** The next message is not read before this returns. */
        void message(Bytes message);

        /** The last that is told. Not told after {@link GrpcCall#close}. */
        void closed(GrpcStatus status);
    }

    private final GrpcServer server;
    private final Method method;
    private final Executor executor;
    private final Receiver receiver;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable Future<?> limit;
    private volatile @Nullable Channel connection;
    private volatile @Nullable CallStream stream;

    private GrpcCall(GrpcServer server, Method method, Executor executor, Receiver receiver) {
        this.server = server;
        this.method = method;
        this.executor = executor;
        this.receiver = receiver;
    }

    /** Begins a call; nothing has failed yet when this returns. */
    public static GrpcCall open(GrpcServer server, Method method, Executor executor, Receiver receiver) {
        GrpcCall call = new GrpcCall(server, method, executor, receiver);
        call.limit();
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(server.host());
        if (literal == null) {
            // Resolving blocks, which neither the caller nor an event loop may be made to wait for.
            Thread.ofPlatform().daemon().name("weft-resolve").start(call::resolve);
        } else {
            call.connect(new ArrayDeque<>(Arrays.asList(address(literal))));
        }
        return call;
    }

    /** From the very beginning: a server that accepts and then says nothing is late too. */
    private void limit() {
        Duration deadline = method.deadline();
        if (deadline != null) {
            limit = server.loops()
                    .schedule(
                            () -> end(new GrpcStatus(
                                    GrpcStatus.Code.DEADLINE_EXCEEDED,
                                    "no answer within " + deadline.toMillis() + " ms")),
                            deadline.toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private static InetAddress address(byte[] literal) {
        try {
            return InetAddress.getByAddress(literal);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + literal.length + " bytes", e);
        }
    }

    private void resolve() {
        try {
            connect(new ArrayDeque<>(Arrays.asList(InetAddress.getAllByName(server.host()))));
        } catch (UnknownHostException e) {
            end(GrpcStatus.unavailable("host " + server.host() + " cannot be resolved"));
        }
    }

    /** Tries one address after the other. */
    private void connect(Queue<InetAddress> addresses) {
        InetAddress address = addresses.remove();
        ChannelFuture connected = new Bootstrap()
                .group(server.loops())
                .channel(server.channel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        CallConnection.setUp(channel, server, GrpcCall.this);
                    }
                })
                .connect(new InetSocketAddress(address, server.port()));
        connection = connected.channel();
        connected.addListener(_ -> {
            if (ended.get()) {
                connected.channel().close();
            } else if (!connected.isSuccess() && !addresses.isEmpty()) {
                connect(addresses);
            } else if (!connected.isSuccess()) {
                end(GrpcStatus.failed(connected.cause()));
            }
        });
    }

    Method method() {
        return method;
    }

    /** The stream is there and its headers are on their way. */
    void opened(CallStream opened) {
        stream = opened;
        tell(() -> receiver.opened(this));
    }

    /** @param then run when the message was taken in */
    void received(Bytes message, Runnable then) {
        tell(() -> {
            if (!ended.get()) {
                receiver.message(message);
                then.run();
            }
        });
    }

    /** Only the first end counts. */
    void end(GrpcStatus status) {
        if (ended.compareAndSet(false, true)) {
            tell(() -> receiver.closed(status));
            disconnect();
        }
    }

    private void tell(Runnable what) {
        try {
            executor.execute(what);
        } catch (RejectedExecutionException e) {
            // The program stops: there is nobody left to tell.
            disconnect();
        }
    }

    private void disconnect() {
        Future<?> waiting = limit;
        if (waiting != null) {
            waiting.cancel(false);
        }
        Channel open = connection;
        if (open != null) {
            open.close();
        }
    }

    /** Sends a message; before {@link Receiver#opened}, it is an error of the caller. After the end it does nothing. */
    public void send(Bytes message) {
        CallStream open = stream;
        if (open == null) {
            throw new IllegalStateException("the call is not open yet");
        }
        open.send(message, false);
    }

    /** Sends the only message of a call that has one. */
    public void sendLast(Bytes message) {
        CallStream open = stream;
        if (open == null) {
            throw new IllegalStateException("the call is not open yet");
        }
        open.send(message, true);
    }

    /** Gives the call up; nothing more is told. */
    public void close() {
        if (ended.compareAndSet(false, true)) {
            disconnect();
        }
    }
}
