package io.weft.proxy.detect;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import io.weft.proxy.config.Listener.Inspection;
import io.weft.proxy.detect.Detection.NeedMore;
import io.weft.proxy.detect.Detection.Opaque;
import io.weft.proxy.detect.Detection.Rejected;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds the first bytes of an accepted connection until it is clear what they are, says so once, leaves the pipeline and
 * passes them on. Runs on the channel's event loop; not sharable. Owns the bytes until it passes them on; releases them if
 * the channel closes first, in which case nothing is said.
 *
 * <p>It reads for itself, so it works with automatic reading on or off. At most {@value ClientHello#MAX_BYTES} bytes and
 * one read more are held.
 */
public final class Detector extends ChannelInboundHandlerAdapter {

    /** Told once what was found, before the bytes are passed on: the place to install what handles them. */
    public interface Detected {
        /**
         * @param ctx of the detector, which still is in the pipeline; handlers added behind it get the bytes
         * @param detection never {@link NeedMore}
         */
        void detected(ChannelHandlerContext ctx, Detection detection);
    }

    private final Inspection inspection;
    private final Detected callback;
    private final FirstBytes firstBytes;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private int enough = 1;
    private boolean decided;
    private boolean readCompletePending;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> timeout;

    public Detector(Inspection inspection, Detected callback) {
        this.inspection = inspection;
        this.callback = callback;
        this.firstBytes = new FirstBytes(inspection.tls(), inspection.http());
    }

    /**
     * Stops looking: the server has spoken first, so the client's bytes are opaque, whatever they look like. Does nothing
     * if it was decided before. From any thread.
     */
    public void decideOpaque() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("detector is in no pipeline");
        }
        if (ctx.executor().inEventLoop()) {
            decide(ctx, new Opaque());
        } else {
            ctx.executor().execute(() -> decide(ctx, new Opaque()));
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        if (ctx.channel().isActive()) {
            begin(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.fireChannelActive();
        begin(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (decided || !(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
            return;
        }
        readCompletePending = true;
        held = held.isReadable()
                ? ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, bytes)
                : replace(held, bytes);
        if (held.readableBytes() >= enough) {
            switch (firstBytes.look(held)) {
                case NeedMore(int more) -> enough = more;
                case Detection found -> decide(ctx, found);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (decided) {
            ctx.fireChannelReadComplete();
        } else {
            readOn(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            // The client will say no more; what handles the connection must still be installed to see that.
            decide(ctx, firstBytes.last(held));
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        decided = true;
        stop();
        ctx.fireChannelInactive();
    }

    /** Here and not in {@code decide}, so that no byte is lost when someone else removes the detector. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        decided = true;
        stop();
        ByteBuf bytes = held;
        held = Unpooled.EMPTY_BUFFER;
        boolean active = ctx.channel().isActive();
        if (active && bytes.isReadable()) {
            ctx.fireChannelRead(bytes);
        } else {
            bytes.release();
        }
        if (active && readCompletePending) {
            ctx.fireChannelReadComplete();
        }
    }

    private void begin(ChannelHandlerContext ctx) {
        if (!inspection.any()) {
            decide(ctx, new Opaque());
            return;
        }
        timeout = ctx.executor()
                .schedule(() -> timedOut(ctx), inspection.timeout().toNanos(), TimeUnit.NANOSECONDS);
        readOn(ctx);
    }

    private void timedOut(ChannelHandlerContext ctx) {
        Detection last = firstBytes.last(held);
        decide(
                ctx,
                last instanceof Opaque && !inspection.continueOnTimeout()
                        ? new Rejected("nothing recognized within " + inspection.timeout())
                        : last);
    }

    private void decide(ChannelHandlerContext ctx, Detection detection) {
        if (decided) {
            return;
        }
        decided = true;
        stop();
        callback.detected(ctx, detection);
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }

    private void stop() {
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
    }

    private static void readOn(ChannelHandlerContext ctx) {
        if (!ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    private static ByteBuf replace(ByteBuf old, ByteBuf bytes) {
        old.release();
        return bytes;
    }
}
