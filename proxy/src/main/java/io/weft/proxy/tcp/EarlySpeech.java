package io.weft.proxy.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;

/**
 * Keeps what an endpoint says before a terminal handler is there, and stops reading after the first piece. Removed when
 * the handler comes; not sharable.
 */
final class EarlySpeech extends ChannelInboundHandlerAdapter {

    static final String NAME = "early-speech";

    private final ArrayDeque<ByteBuf> early;
    private final Runnable onSpeech;

    EarlySpeech(ArrayDeque<ByteBuf> early, Runnable onSpeech) {
        this.early = early;
        this.onSpeech = onSpeech;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) {
        early.addLast((ByteBuf) msg);
        if (early.size() == 1) {
            context.channel().config().setAutoRead(false);
            onSpeech.run();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
