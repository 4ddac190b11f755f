package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;

/** Takes one message after another out of a connection's bytes, part by part. One per connection. */
abstract class MessageReader {

    /** What the bytes held. */
    enum Part {
        /** Nothing yet: more bytes are needed. */
        NOTHING,
        /** The head of an interim response. */
        INTERIM,
        /** A response with status 101; all that follows is opaque. */
        SWITCHED,
        /** A head whose body follows. */
        HEAD,
        /** A head and with it the end. */
        WHOLE,
        PIECE,
        LAST_PIECE,
        TRAILERS
    }

    private final BodyReader body = new BodyReader();
    private ByteBuf piece = Unpooled.EMPTY_BUFFER;
    private boolean inBody;

    /** Begins with the next message. */
    void begin() {
        inBody = false;
    }

    final Part next(ByteBuf in) throws BadMessage {
        return inBody ? bodyPart(in) : headPart(in);
    }

    /** Ends with {@link #follows} or {@link #opaque} where a head is complete. */
    abstract Part headPart(ByteBuf in) throws BadMessage;

    /** What follows a head. A length of nothing is a body that ends at once. */
    final Part follows(Request.Body kind, long length) {
        switch (kind) {
            case NONE -> body.none();
            case LENGTH -> body.length(length);
            case STREAM -> body.chunked();
        }
        inBody = kind != Request.Body.NONE;
        return inBody ? Part.HEAD : Part.WHOLE;
    }

    /** All bytes up to the end of the connection belong to this message. */
    final void opaque() {
        body.untilClose();
        inBody = true;
    }

    private Part bodyPart(ByteBuf in) throws BadMessage {
        ByteBuf next = body.next(in);
        if (next != null) {
            piece = next;
            // Trailers and the end of chunks come without a piece, so a last one has nothing behind it.
            return body.done() ? Part.LAST_PIECE : Part.PIECE;
        }
        if (!body.done()) {
            return Part.NOTHING;
        }
        piece = Unpooled.EMPTY_BUFFER;
        return body.trailers() != null ? Part.TRAILERS : Part.LAST_PIECE;
    }

    /** Of {@link Part#PIECE} and {@link Part#LAST_PIECE}; the caller owns it. */
    final ByteBuf piece() {
        return piece;
    }

    /** Of {@link Part#TRAILERS}. */
    final Headers trailers() {
        Headers trailers = body.trailers();
        if (trailers == null) {
            throw new IllegalStateException("no trailers");
        }
        return trailers;
    }

    /** Whether the end of the connection is the end of the message. */
    final boolean endsWithConnection() {
        return inBody && body.endsWithConnection();
    }
}
