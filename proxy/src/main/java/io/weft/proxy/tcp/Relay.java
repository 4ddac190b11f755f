package io.weft.proxy.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;

/**
 * One direction: what this channel reads, the other writes. Not sharable; both channels are on one event loop.
 */
final class Relay extends ChannelInboundHandlerAdapter {

    /** What both directions tell their connection. */
    interface Watcher {
        void moved(Relay direction, int bytes);

        /** This channel's peer sends no more. */
        void ended(Relay direction);

        /** This channel is closed. */
        void closed(Relay direction, boolean broken);
    }

    private final Channel other;
    private final Watcher watcher;
    private boolean ended;
    private boolean broken;

    Relay(Channel other, Watcher watcher) {
        this.other = other;
        this.watcher = watcher;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        watcher.moved(this, bytes.readableBytes());
        other.write(bytes, other.voidPromise());
        if (!other.isWritable()) {
            context.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        other.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            other.config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete || event instanceof SslCloseCompletionEvent) {
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
     * Passes the end of one side's speech on, behind all that was written before: shutting down or closing a channel
     * would throw away what still waits in its outbound buffer.
     *
     * @param last nothing is awaited from the channel any more: it is closed instead
     */
    static void endSpeech(Channel channel, boolean last) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
            if (last || !(channel instanceof DuplexChannel duplex)) {
                channel.close();
            } else if (channel.isActive()) {
                duplex.shutdownOutput();
            }
        });
    }

    /** Passes a reset on as a reset. */
    static void reset(Channel channel) {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }
}
