package io.weft.proxy.runtime;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.weft.proxy.http.Drain;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells HTTP/2 with prior knowledge (RFC 9113 section 3.4) from HTTP/1 by its preface, and gives way to the server end
 * that is meant. Not sharable.
 */
final class HttpVersionSniffer extends ByteToMessageDecoder {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Duration patience;
    private final Duration age;
    private final Runnable tooOld;
    private final Consumer<ChannelPipeline> http1;
    private final Consumer<ChannelPipeline> http2;

    /**
     * @param patience for the first bytes; zero without limit
     * @param age of a connection that has not said what it speaks; zero without limit
     * @param tooOld is told before a connection of that age is closed
     */
    HttpVersionSniffer(
            Duration patience,
            Duration age,
            Runnable tooOld,
            Consumer<ChannelPipeline> http1,
            Consumer<ChannelPipeline> http2) {
        this.patience = patience;
        this.age = age;
        this.tooOld = tooOld;
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        after(context, patience, () -> {});
        after(context, age, tooOld);
    }

    private static void after(ChannelHandlerContext context, Duration limit, Runnable told) {
        if (limit.isPositive()) {
            context.executor()
                    .schedule(
                            () -> {
                                if (!context.isRemoved()) {
                                    told.run();
                                    context.close();
                                }
                            },
                            limit.toNanos(),
                            TimeUnit.NANOSECONDS);
        }
    }

    /**
     * Nothing has been served yet: idle, as far as draining goes. A client that ends before it has said what it speaks,
     * such as a probe that only connects, is let go.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event == Drain.INSTANCE || event instanceof ChannelInputShutdownReadComplete) {
            context.close();
        } else {
            super.userEventTriggered(context, event);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int known = Math.min(in.readableBytes(), PREFACE.length);
        for (int i = 0; i < known; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
                become(context, http1);
                return;
            }
        }
        if (known == PREFACE.length) {
            become(context, http2);
        }
    }

    private void become(ChannelHandlerContext context, Consumer<ChannelPipeline> version) {
        version.accept(context.pipeline());
        context.pipeline().remove(this); // replays what was read to the handlers just added
    }
}
