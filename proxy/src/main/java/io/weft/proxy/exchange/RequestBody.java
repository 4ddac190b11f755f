package io.weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Upstream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A request's body on its way to the endpoint: passed on as it comes, held while no stream is there to take it, and the
 * client stopped when too much of it waits. Owns the buffers it holds; what was sent is not kept.
 */
final class RequestBody {

    private static final int MAX_WAITING = 64 * 1024;

    private final Downstream downstream;
    private @Nullable ArrayDeque<ByteBuf> waiting; // most requests have a stream before their body, or none
    private @Nullable Headers waitingTrailers;
    private int waitingBytes;
    private boolean sent;

    RequestBody(Downstream downstream) {
        this.downstream = downstream;
    }

    /** Whether any of it went out: then the request cannot be sent again. */
    boolean isSent() {
        return sent;
    }

    boolean isWaiting() {
        return (waiting != null && !waiting.isEmpty()) || waitingTrailers != null;
    }

    /** @param stream null while there is none */
    void data(@Nullable Upstream stream, ByteBuf piece, boolean end) {
        if (stream == null) {
            ArrayDeque<ByteBuf> pieces = waiting;
            if (pieces == null) {
                pieces = new ArrayDeque<>(2);
                waiting = pieces;
            }
            pieces.addLast(piece);
            waitingBytes += piece.readableBytes();
            if (waitingBytes >= MAX_WAITING) {
                downstream.read(false);
            }
            return;
        }
        sent = true;
        stream.data(piece, end);
        if (!end && !stream.isWritable()) {
            downstream.read(false);
        }
    }

    /** @param stream null while there is none */
    void trailers(@Nullable Upstream stream, Headers trailers) {
        if (stream == null) {
            waitingTrailers = trailers;
        } else {
            stream.trailers(trailers);
        }
    }

    /**
     * Hands what waits to a stream. The stream may fail within the call and another one take over what is left.
     *
     * @param end whether the request ends with what waits
     */
    void sendWaiting(Upstream stream, boolean end) {
        ByteBuf piece;
        while ((piece = next()) != null) {
            sent = true;
            stream.data(piece, end && !isWaiting());
        }
        Headers trailers = waitingTrailers;
        if (trailers != null) {
            waitingTrailers = null;
            stream.trailers(trailers);
        }
        if (waitingBytes >= MAX_WAITING && stream.isWritable()) {
            downstream.read(true);
        }
        waitingBytes = 0;
    }

    void release() {
        ByteBuf piece;
        while ((piece = next()) != null) {
            piece.release();
        }
    }

    private @Nullable ByteBuf next() {
        ArrayDeque<ByteBuf> pieces = waiting;
        return pieces == null ? null : pieces.pollFirst();
    }
}
