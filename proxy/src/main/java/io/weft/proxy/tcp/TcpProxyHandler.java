package io.weft.proxy.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.tls.HalfClose;
import io.weft.proxy.worker.Deadline;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The terminal handler of an opaque connection: waits for the dial with the client's first bytes in hand, then gives
 * way to two {@link Relay}s. Not sharable; all on the connection's event loop.
 */
public final class TcpProxyHandler extends ChannelInboundHandlerAdapter implements TcpUpstream.Taker, Relay.Watcher {

    private final Connection connection;
    private final TcpUpstream upstream;
    private final TcpProxy settings;
    private final TcpObserver observer;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(1);
    private final Deadline idle = new Limit("idle_timeout", null);
    private final Deadline age = new Limit("max_connection_duration_reached", ResponseFlag.DT);

    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Relay fromClient;
    private boolean clientEnded;
    private int endsPassedOn;
    private boolean over;

    public TcpProxyHandler(Connection connection, TcpUpstream upstream, TcpProxy settings, TcpObserver observer) {
        this.connection = connection;
        this.upstream = upstream;
        this.settings = settings;
        this.observer = observer;
    }

    /** Hears when a connection has ended, for access logs and metrics. */
    public interface TcpObserver {
        /** The endpoint was reached: bytes move from now on. */
        void carried(Connection connection, TcpUpstream upstream);

        void ended(Connection connection, TcpUpstream upstream);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        HalfClose.allow(context.channel());
        connection
                .worker()
                .deadlines()
                .set(age, System.nanoTime(), settings.maxDuration().toNanos());
        upstream.takenBy(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) {
        waiting.addLast((ByteBuf) msg);
        context.channel().config().setAutoRead(false);
    }

    @Override
    public void connected(Channel server) {
        ChannelHandlerContext context = ctx;
        if (context == null || over) {
            server.close();
            return;
        }
        observer.carried(connection, upstream);
        Channel client = context.channel();
        if (server.pipeline().get(EarlySpeech.NAME) != null) {
            server.pipeline().remove(EarlySpeech.NAME);
        }
        fromClient = Relay.install(client, server, connection.worker().pipes(), this);
        // What both sides have said so far goes first, in order; only then may they be read again.
        ByteBuf piece;
        while ((piece = upstream.early().pollFirst()) != null) {
            connection.sent(piece.readableBytes());
            client.write(piece, client.voidPromise());
        }
        while ((piece = waiting.pollFirst()) != null) {
            connection.received(piece.readableBytes());
            server.write(piece, server.voidPromise());
        }
        client.pipeline().remove(this);
        client.flush();
        server.flush();
        if (clientEnded) {
            passOn(server);
        }
        server.config().setAutoRead(true);
        client.config().setAutoRead(true);
        touch();
    }

    @Override
    public void failed(ResponseFlag flag, String details) {
        connection.flag(flag);
        if (flag == ResponseFlag.UF) {
            connection.flag(ResponseFlag.URX); // as Envoy has it: no attempt is left
        }
        connection.details(details);
        ChannelHandlerContext context = ctx;
        if (context != null) {
            Relay.reset(context.channel());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof io.netty.channel.socket.ChannelInputShutdownReadComplete
                || event == HalfClose.Event.PEER_ENDED) {
            clientEnded = true;
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        finish();
        upstream.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    // ---- Relay.Watcher ----

    @Override
    public void moved(Relay direction, int bytes) {
        if (direction == fromClient) {
            connection.received(bytes);
        } else if (over) {
            upstream.close(); // nobody is left to hear it
            return;
        } else {
            connection.sent(bytes);
        }
        touch();
    }

    @Override
    public void progressed() {
        touch();
    }

    @Override
    public void ended(Relay direction) {
        if (direction == fromClient) {
            clientEnded = true;
        }
        passOn(opposite(direction));
    }

    /** One direction has ended. Once both have, and all of both was sent, there is nothing left to wait for. */
    private void passOn(Channel to) {
        Relay.behindWrites(to, () -> {
            if (++endsPassedOn < 2) {
                Relay.endSpeech(to);
            } else {
                client().close();
                upstreamChannel().close();
            }
        });
    }

    @Override
    public void closed(Relay direction, boolean broken) {
        Channel left = opposite(direction);
        if (broken) {
            Relay.reset(left);
        } else if (left.isOpen()) {
            Relay.behindWrites(left, left::close);
        }
        if (direction == fromClient) {
            finish();
        }
        if (!left.isOpen()) {
            connection.worker().deadlines().clear(idle);
            upstream.close();
        }
    }

    private Channel opposite(Relay direction) {
        return direction == fromClient ? upstreamChannel() : client();
    }

    private Channel client() {
        ChannelHandlerContext context = ctx;
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context.channel();
    }

    private Channel upstreamChannel() {
        Channel server = upstream.channel();
        if (server == null) {
            throw new IllegalStateException("not connected");
        }
        return server;
    }

    private void touch() {
        connection
                .worker()
                .deadlines()
                .set(idle, System.nanoTime(), settings.idleTimeout().toNanos());
    }

    /** The client is gone. An endpoint that has not taken everything yet still has the idle timeout to do so. */
    private void finish() {
        if (over) {
            return;
        }
        over = true;
        connection.worker().deadlines().clear(age);
        ByteBuf piece;
        while ((piece = waiting.pollFirst()) != null) {
            piece.release();
        }
        observer.ended(connection, upstream);
    }

    /** A time after which the connection is closed, with what it still holds. */
    private final class Limit extends Deadline {
        private final String details;
        private final @Nullable ResponseFlag flag;

        Limit(String details, @Nullable ResponseFlag flag) {
            this.details = details;
            this.flag = flag;
        }

        @Override
        protected void expired() {
            if (!over) {
                connection.details(details);
                if (flag != null) {
                    connection.flag(flag);
                }
            }
            client().close();
            upstream.close();
        }
    }
}
