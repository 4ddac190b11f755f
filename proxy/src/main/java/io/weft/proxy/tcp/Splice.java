package io.weft.proxy.tcp;

import io.netty.channel.Channel;
import io.netty.channel.FileRegion;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AbstractReferenceCounted;
import io.weft.proxy.worker.Pipe;
import io.weft.proxy.worker.Pipes;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Moves the bytes of one direction within the kernel (splice(2)), by way of a pipe. What the pipe holds stands in the
 * outbound buffer of the channel that sends it, like any other write: so bytes that were copied before stay before it,
 * the end of speech stays behind it, and the event loop's own machinery wakes when the socket takes more.
 *
 * <p>At most one pipe is filled at a time: while the other side does not take what is in it, {@link #isWaiting} is true
 * and nothing more may be read.
 */
final class Splice {

    /** Moved for one event before other connections of the loop get their turn. */
    private static final int TURN = 1024 * 1024;

    /** Hears how the bytes in the pipe fare. */
    interface Listener {
        /** The other side took some of what it had kept waiting. */
        void progressed();

        /** The pipe is empty again after it had to wait. */
        void drained();
    }

    private final AbstractEpollStreamChannel from;
    private final AbstractEpollStreamChannel to;
    private final Pipes pipes;
    private final Listener listener;
    private @Nullable Piece waiting;
    private boolean moving;

    private Splice(AbstractEpollStreamChannel from, AbstractEpollStreamChannel to, Pipes pipes, Listener listener) {
        this.from = from;
        this.to = to;
        this.pipes = pipes;
        this.listener = listener;
    }

    /** Null where bytes must pass through this process: one of the two sides speaks TLS. */
    static @Nullable Splice between(Channel from, Channel to, Pipes pipes, Listener listener) {
        return from instanceof AbstractEpollStreamChannel source
                        && to instanceof AbstractEpollStreamChannel sink
                        && isPlain(from)
                        && isPlain(to)
                ? new Splice(source, sink, pipes, listener)
                : null;
    }

    private static boolean isPlain(Channel channel) {
        return channel.pipeline().get(SslHandler.class) == null;
    }

    /** Whether bytes are in the pipe that the other side has not taken. */
    boolean isWaiting() {
        return waiting != null;
    }

    /**
     * Moves what has been received, until there is no more, the other side takes no more, or it is another connection's
     * turn. Called only while not {@link #isWaiting}.
     *
     * @return how many bytes were taken from the socket
     * @throws IOException the socket that is read from is broken
     */
    int move() throws IOException {
        int limit = Math.min(TURN, to.config().getWriteBufferHighWaterMark());
        int moved = 0;
        while (moved < TURN && waiting == null && from.isOpen() && to.isActive()) {
            int taken = moveOnce(limit);
            if (taken == 0) {
                break;
            }
            moved += taken;
        }
        return moved;
    }

    private int moveOnce(int limit) throws IOException {
        Pipe pipe = pipes.take();
        if (pipe == null) {
            return 0;
        }
        int taken = 0;
        try {
            taken = pipe.fill(from.fd(), limit);
        } finally {
            if (taken == 0) {
                pipes.giveBack(pipe, true);
            }
        }
        if (taken > 0) {
            Piece piece = new Piece(pipe, taken);
            waiting = piece; // before the write, which may drain it at once
            moving = true;
            to.writeAndFlush(piece, to.voidPromise());
            moving = false;
        }
        return taken;
    }

    /** What is in a pipe, as a message that the channel writes when its turn comes. */
    private final class Piece extends AbstractReferenceCounted implements FileRegion {

        private final Pipe pipe;
        private final int bytes;
        private int given;

        Piece(Pipe pipe, int bytes) {
            this.pipe = pipe;
            this.bytes = bytes;
        }

        /** The target that is offered copies; the socket behind it does not have to. */
        @Override
        public long transferTo(WritableByteChannel target, long position) throws IOException {
            int now = pipe.drain(to.fd(), bytes - given);
            if (now > 0) {
                given += now;
                if (!moving) {
                    listener.progressed();
                }
            }
            return now;
        }

        @Override
        protected void deallocate() {
            pipes.giveBack(pipe, given == bytes);
            waiting = null;
            if (!moving) {
                listener.drained();
            }
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        public long transferred() {
            return given;
        }

        @Override
        @Deprecated
        public long transfered() {
            return given;
        }

        @Override
        public long count() {
            return bytes;
        }

        @Override
        public FileRegion retain() {
            super.retain();
            return this;
        }

        @Override
        public FileRegion retain(int increment) {
            super.retain(increment);
            return this;
        }

        @Override
        public FileRegion touch() {
            return this;
        }

        @Override
        public FileRegion touch(Object hint) {
            return this;
        }
    }
}
