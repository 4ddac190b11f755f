package io.weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Upstream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A request's body on its way to the endpoint: passed on as it comes, held while no stream is there to take it, and the
 * client stopped when too much of it waits. Where the request may be tried again, a copy of what was sent is kept, as long
 * as it is little: a copy, because small pieces would each hold the much larger buffer that they were read into. Owns the
 * buffers it holds.
 */
final class RequestBody {

    private static final int MAX_WAITING = 64 * 1024;
    private static final int MAX_KEPT = 64 * 1024;

    private final Downstream downstream;
    private @Nullable ArrayDeque<ByteBuf> waiting; // most requests have a stream before their body, or none
    private @Nullable ByteBuf kept;
    private @Nullable Headers waitingTrailers;
    private @Nullable Headers sentTrailers;
    private int waitingBytes;
    private boolean keeps;
    private boolean sent;
    private boolean paused;

    /** @param keeps whether the request may be tried again after some of its body was sent */
    RequestBody(Downstream downstream, boolean keeps) {
        this.downstream = downstream;
        this.keeps = keeps;
    }

    /** Whether any of it went out in the attempt at hand. */
    boolean isSent() {
        return sent;
    }

    /** Whether all that went out can go out again. */
    boolean isRepeatable() {
        return keeps || !sent;
    }

    boolean isWaiting() {
        return (waiting != null && !waiting.isEmpty()) || waitingTrailers != null;
    }

    /** @param stream null while there is none */
    void data(@Nullable Upstream stream, ByteBuf piece, boolean end) {
        if (stream == null) {
            waiting().addLast(piece);
            waitingBytes += piece.readableBytes();
            if (waitingBytes >= MAX_WAITING) {
                pause();
            }
            return;
        }
        send(stream, piece, end);
        if (!end && !stream.isWritable()) {
            pause();
        }
    }

    private void send(Upstream stream, ByteBuf piece, boolean end) {
        sent = true;
        if (keeps) {
            keep(piece);
        }
        stream.data(piece, end);
    }

    /** Before it is sent, for who sends it owns it. */
    private void keep(ByteBuf piece) {
        ByteBuf copy = kept;
        int size = piece.readableBytes();
        if ((copy == null ? 0 : copy.readableBytes()) + size > MAX_KEPT) {
            settle();
            return;
        }
        if (copy == null) {
            copy = piece.alloc().buffer(size);
            kept = copy;
        }
        copy.writeBytes(piece, piece.readerIndex(), size);
    }

    /** @param stream null while there is none */
    void trailers(@Nullable Upstream stream, Headers trailers) {
        if (stream == null) {
            waitingTrailers = trailers;
        } else {
            sentTrailers = trailers;
            stream.trailers(trailers);
        }
    }

    /** The attempt is over and another one follows: what was sent waits once more, before what has come since. */
    void again() {
        ByteBuf copy = kept;
        if (copy != null) {
            kept = null;
            waiting().addFirst(copy);
            waitingBytes += copy.readableBytes();
        }
        if (sentTrailers != null) {
            waitingTrailers = sentTrailers;
            sentTrailers = null;
        }
        sent = false;
    }

    /** There will be no other attempt: nothing more is kept for it. */
    void settle() {
        keeps = false;
        ByteBuf copy = kept;
        if (copy != null) {
            kept = null;
            copy.release();
        }
    }

    /**
     * Hands the next of what waits to a stream, which may fail within the call; then what is left waits on.
     *
     * @param end whether the request ends with what waits
     * @return whether there was something
     */
    boolean sendNext(Upstream stream, boolean end) {
        ByteBuf piece = next(waiting);
        if (piece != null) {
            waitingBytes -= piece.readableBytes();
            send(stream, piece, end && !isWaiting());
            return true;
        }
        Headers trailers = waitingTrailers;
        if (trailers != null) {
            waitingTrailers = null;
            trailers(stream, trailers);
            return true;
        }
        return false;
    }

    /** Nothing waits any more: the client may go on. */
    void resume(Upstream stream) {
        if (paused && stream.isWritable()) {
            paused = false;
            downstream.read(true);
        }
    }

    private void pause() {
        paused = true;
        downstream.read(false);
    }

    void release() {
        ByteBuf piece;
        while ((piece = next(waiting)) != null) {
            piece.release();
        }
        settle();
    }

    private ArrayDeque<ByteBuf> waiting() {
        ArrayDeque<ByteBuf> pieces = waiting;
        if (pieces == null) {
            pieces = new ArrayDeque<>(2);
            waiting = pieces;
        }
        return pieces;
    }

    private static @Nullable ByteBuf next(@Nullable ArrayDeque<ByteBuf> pieces) {
        return pieces == null ? null : pieces.pollFirst();
    }
}
