package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.worker.Worker;
import org.jspecify.annotations.Nullable;

/**
 * What both ends of an HTTP/1 connection do with bytes: those that came are taken step by step, what cannot be taken yet
 * is held, nothing is read while nobody wants it, and the end of the peer's speech is heard only behind the bytes before
 * it.
 *
 * <p>Last in its pipeline, not sharable, all on the connection's event loop. Owns every buffer it reads until a step
 * hands a piece on.
 */
abstract class Http1End extends ChannelInboundHandlerAdapter {

    private final Worker worker;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable ByteBuf held;
    private boolean processing;
    private boolean paused;
    private boolean autoReadOff;
    private boolean inputClosed;

    Http1End(Worker worker) {
        this.worker = worker;
    }

    /** Takes one step with the bytes at hand; false when nothing more can be done with them now. */
    abstract boolean step(ByteBuf in) throws BadMessage;

    /** What came breaks HTTP's rules. */
    abstract void malformed(BadMessage problem);

    /** Whether so many bytes that no step took are kept; they are thrown away otherwise. */
    abstract boolean keeps(int bytes);

    /** Whether bytes are held because it is not their turn; otherwise they are the beginning of something. */
    abstract boolean isWaiting();

    /** The peer sends no more, and what it sent was taken as far as it can be. */
    abstract void inputEnded();

    final Worker worker() {
        return worker;
    }

    final ChannelHandlerContext context() {
        ChannelHandlerContext context = ctx;
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    // ---- bytes that come ----

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        worker.enter();
        try {
            ByteBuf earlier = held;
            if (earlier != null) {
                held = null;
                in = Cumulation.join(context.alloc(), earlier, in);
            }
            process(in);
        } finally {
            worker.leave();
        }
    }

    /** Takes all it can out of {@code in}, keeps the rest or releases it. */
    private void process(ByteBuf in) {
        processing = true;
        try {
            while (step(in)) {
                // each step takes bytes or moves the state
            }
        } catch (BadMessage problem) {
            malformed(problem);
        } finally {
            processing = false;
        }
        if (in.isReadable() && keeps(in.readableBytes())) {
            held = in;
        } else {
            in.release();
        }
        tellInputEnded();
    }

    private void tellInputEnded() {
        if (inputClosed && (held == null || !isWaiting())) {
            inputEnded();
        }
    }

    final boolean isProcessing() {
        return processing;
    }

    /** Goes on with what was held. Nothing within a step: the loop around it goes on by itself. */
    final void resume() {
        if (processing) {
            return;
        }
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            process(rest);
        } else {
            tellInputEnded();
        }
    }

    /** Throws away what was held, unless it is being looked at. */
    final void release() {
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            rest.release();
        }
    }

    final boolean isPaused() {
        return paused;
    }

    /** Whether the peer's bytes are wanted. */
    final void want(boolean wanted) {
        paused = !wanted;
        autoRead(wanted);
        if (wanted) {
            resume();
        }
    }

    /** The pause was for an exchange that is over. */
    final void unpause() {
        paused = false;
        autoRead(true);
    }

    final void autoRead(boolean on) {
        if (autoReadOff == on) {
            autoReadOff = !on;
            context().channel().config().setAutoRead(on);
        }
    }

    // ---- bytes that go ----

    /** Writes and flushes when the event at hand is done. */
    final void write(ByteBuf out) {
        ChannelHandlerContext context = context();
        context.write(out, context.voidPromise());
        worker.flushLater(context.channel());
    }

    public final boolean isWritable() {
        return context().channel().isWritable();
    }

    // ---- events ----

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete && !inputClosed) {
            inputHasClosed();
        }
        context.fireUserEventTriggered(event);
    }

    final void inputHasClosed() {
        inputClosed = true;
        worker.enter();
        try {
            tellInputEnded();
        } finally {
            worker.leave();
        }
    }

    final boolean isInputClosed() {
        return inputClosed;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
