package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Response;
import org.jspecify.annotations.Nullable;

/** Takes one response after another out of a connection's bytes, piece by piece. One per connection. */
final class ResponseReader {

    private static final int MAX_INTERIM = 16;

    /** What the bytes held. */
    enum Part {
        /** Nothing yet: more bytes are needed. */
        NOTHING,
        INTERIM,
        /** 101; all that follows is opaque. */
        SWITCHED,
        /** A head whose body follows. */
        HEAD,
        /** A head and with it the end. */
        WHOLE,
        PIECE,
        LAST_PIECE,
        TRAILERS
    }

    private final ResponseParser parser = new ResponseParser();
    private final BodyReader body = new BodyReader();
    private final Response response = new Response();
    private ByteBuf piece = Unpooled.EMPTY_BUFFER;
    private boolean toHead;
    private boolean inBody;
    private boolean anyByte;
    private boolean interimTold;
    private int interim;

    void begin() {
        toHead = false;
        inBody = false;
        anyByte = false;
        interimTold = false;
        interim = 0;
        parser.reset();
        response.clear();
    }

    /** Whether the request was HEAD: then its answer has no body whatever it says. */
    void answers(boolean head) {
        toHead = head;
    }

    Part next(ByteBuf in) throws BadMessage {
        anyByte = true;
        if (inBody) {
            return bodyPart(in);
        }
        if (interimTold) {
            interimTold = false;
            response.clear();
            parser.reset();
        }
        if (!parser.parse(in, response, toHead)) {
            return Part.NOTHING;
        }
        if (response.status() == 101) {
            body.untilClose();
            inBody = true;
            return Part.SWITCHED;
        }
        if (response.isInterim()) {
            if (++interim > MAX_INTERIM) {
                throw new BadMessage(502, "too_many_interim_responses");
            }
            interimTold = true;
            return Part.INTERIM;
        }
        switch (response.body()) {
            case NONE -> body.none();
            case LENGTH -> body.length(response.contentLength());
            case STREAM -> {
                if (parser.untilClose()) {
                    body.untilClose();
                } else {
                    body.chunked();
                }
            }
        }
        inBody = !body.done();
        return inBody ? Part.HEAD : Part.WHOLE;
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

    /** The head read last; whole until the next one is read. */
    Response response() {
        return response;
    }

    /** Of {@link Part#PIECE} and {@link Part#LAST_PIECE}; the caller owns it. */
    ByteBuf piece() {
        return piece;
    }

    /** Of {@link Part#TRAILERS}. */
    Headers trailers() {
        @Nullable Headers trailers = body.trailers();
        if (trailers == null) {
            throw new IllegalStateException("no trailers");
        }
        return trailers;
    }

    /** Whether the endpoint lets the connection live on. */
    boolean keepAlive() {
        return parser.keepAlive();
    }

    /** Whether any byte of a response has come. */
    boolean hasBegun() {
        return anyByte;
    }

    /** Whether the end of the connection is the end of the response. */
    boolean endsWithConnection() {
        return inBody && body.endsWithConnection();
    }
}
