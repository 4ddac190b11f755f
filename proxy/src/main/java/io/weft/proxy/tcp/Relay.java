package io.weft.proxy.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.weft.proxy.tls.HalfClose;
import io.weft.proxy.worker.Pipes;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One direction: what this channel reads, the other writes. Where neither side speaks TLS and a read filled its buffer,
 * what follows is spliced. Not sharable; both channels are on one event loop.
 */
final class Relay extends ChannelInboundHandlerAdapter implements Splice.Listener {

    /** A read that fills less is somebody's message, for which two system calls more would not pay. */
    private static final int BULK = 16 * 1024;

    /** What both directions tell their connection. */
    interface Watcher {
        /** Bytes were read. */
        void moved(Relay direction, int bytes);

        /** The other side took bytes that had to wait for it. */
        void progressed();

        /** This channel's peer sends no more. */
        void ended(Relay direction);

        /** This channel is closed. */
        void closed(Relay direction, boolean broken);
    }

    private final Channel from;
    private final Channel to;
    private final Watcher watcher;
    private final @Nullable Splice splice;
    private @Nullable Relay opposite;
    private boolean turnOver;
    private boolean ended;
    private boolean broken;

    private Relay(Channel from, Channel to, Pipes pipes, Watcher watcher) {
        this.from = from;
        this.to = to;
        this.watcher = watcher;
        this.splice = Splice.between(from, to, pipes, this);
    }

    /**
     * Both directions, installed as the last handlers of their channels.
     *
     * @return the one that reads from the client
     */
    static Relay install(Channel client, Channel server, Pipes pipes, Watcher watcher) {
        Relay up = new Relay(client, server, pipes, watcher);
        Relay down = new Relay(server, client, pipes, watcher);
        up.opposite = down;
        down.opposite = up;
        server.pipeline().addLast(down);
        client.pipeline().addLast(up);
        return up;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) throws IOException {
        ByteBuf bytes = (ByteBuf) msg;
        int read = bytes.readableBytes();
        boolean bulk = read >= BULK && !bytes.isWritable();
        watcher.moved(this, read);
        to.write(bytes, to.voidPromise());
        if (bulk && splice != null && !splice.isWaiting() && to.isWritable()) {
            int spliced = splice.move();
            if (spliced > 0) {
                watcher.moved(this, spliced);
                turnOver = true; // or reads that copy would follow within this event
                from.config().setAutoRead(false);
            }
        } else if (!mayRead()) {
            from.config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        to.flush();
        if (turnOver) {
            turnOver = false;
            resume();
        }
    }

    private boolean mayRead() {
        return to.isWritable() && (splice == null || !splice.isWaiting());
    }

    private void resume() {
        if (!turnOver && mayRead()) {
            from.config().setAutoRead(true);
        }
    }

    @Override
    public void progressed() {
        watcher.progressed();
    }

    @Override
    public void drained() {
        resume();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Relay other = opposite;
        if (other != null && context.channel().isWritable()) {
            watcher.progressed();
            other.resume();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete || event == HalfClose.Event.PEER_ENDED) {
            end();
        }
        context.fireUserEventTriggered(event);
    }

    private void end() {
        if (!ended) {
            ended = true;
            watcher.ended(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
        watcher.closed(this, broken);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            broken = true;
            ended = true; // a reset is not an end in order, though Netty reports that too
        }
        context.close();
    }

    /**
     * Runs something behind all that was written to a channel before: shutting it down or closing it would throw away
     * what still waits in its outbound buffer.
     */
    static void behindWrites(Channel channel, Runnable action) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> action.run());
    }

    /** Passes the end of one side's speech on; under TLS by a close_notify, so that the peer knows that nothing was cut. */
    static void endSpeech(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            shutdownOutput(channel);
        } else {
            tls.closeOutbound().addListener(sent -> shutdownOutput(channel));
        }
    }

    private static void shutdownOutput(Channel channel) {
        if (!(channel instanceof DuplexChannel duplex)) {
            channel.close();
        } else if (channel.isActive()) {
            duplex.shutdownOutput();
        }
    }

    /** Passes a reset on as a reset. */
    static void reset(Channel channel) {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }
}
