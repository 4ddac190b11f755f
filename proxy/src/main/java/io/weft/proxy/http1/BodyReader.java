package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Trailers;
import org.jspecify.annotations.Nullable;

/**
 * Takes a body's pieces out of a stream of bytes (RFC 9112 sections 6 and 7). Chunk framing is undone here and made
 * anew by the writer, so that extensions and odd spellings of sizes end at this proxy (attack cases A9 to A13).
 */
final class BodyReader {

    private static final int MAX_EXTENSION = 1024;
    private static final int MAX_EXTENSIONS = 16 * 1024;
    private static final int MAX_TRAILER_BYTES = 8 * 1024;
    private static final int MAX_TRAILERS = 100;

    private enum State {
        DONE,
        LENGTH,
        UNTIL_CLOSE,
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS
    }

    private State state = State.DONE;
    private long remaining;
    private int digits;
    private int extension;
    private int extensions;
    private @Nullable HeadParser trailerLines;
    private @Nullable Headers trailers;

    void none() {
        state = State.DONE;
        trailers = null;
    }

    void length(long bytes) {
        trailers = null;
        state = bytes == 0 ? State.DONE : State.LENGTH;
        remaining = bytes;
    }

    void untilClose() {
        state = State.UNTIL_CLOSE;
        trailers = null;
    }

    void chunked() {
        state = State.SIZE;
        remaining = 0;
        digits = 0;
        extension = 0;
        extensions = 0;
        trailers = null;
    }

    boolean done() {
        return state == State.DONE;
    }

    /** Whether the end of the connection is the end of the body. */
    boolean endsWithConnection() {
        return state == State.UNTIL_CLOSE;
    }

    /** Trailers of the body just done, or null where it had none. */
    @Nullable
    Headers trailers() {
        return trailers;
    }

    /**
     * The next piece, which the caller owns, or null: then the body is {@link #done} or more bytes are needed.
     */
    @Nullable
    ByteBuf next(ByteBuf in) throws BadMessage {
        while (in.isReadable()) {
            switch (state) {
                case DONE -> {
                    return null;
                }
                case UNTIL_CLOSE -> {
                    return in.readRetainedSlice(in.readableBytes());
                }
                case LENGTH, DATA -> {
                    int size = (int) Math.min(remaining, in.readableBytes());
                    remaining -= size;
                    if (remaining == 0) {
                        state = state == State.LENGTH ? State.DONE : State.DATA_CR;
                    }
                    return in.readRetainedSlice(size);
                }
                case TRAILERS -> {
                    HeadParser lines = trailerLines;
                    Headers into = trailers;
                    if (lines == null || into == null) {
                        throw new IllegalStateException("trailers without a parser");
                    }
                    if (!lines.parse(in, into)) {
                        return null;
                    }
                    if (!Trailers.keepHarmless(into)) {
                        trailers = null;
                    }
                    state = State.DONE;
                    return null;
                }
                default -> framing(in.readByte());
            }
        }
        return null;
    }

    private void framing(byte b) throws BadMessage {
        switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> {
                if (b == '\r') {
                    state = State.SIZE_LF;
                } else if (b == '"' || (b < ' ' && b != '\t') || b == 0x7f) {
                    // Quoted strings may hide a line end from one of two readers (attack case A10).
                    throw new BadMessage(400, "invalid_chunk_extension");
                } else if (++extension > MAX_EXTENSION || ++extensions > MAX_EXTENSIONS) {
                    throw new BadMessage(400, "chunk_extension_too_long");
                }
            }
            case SIZE_LF -> {
                expect(b, '\n');
                digits = 0;
                extension = 0;
                if (remaining > 0) {
                    state = State.DATA;
                } else {
                    HeadParser lines = trailerLines;
                    if (lines == null) {
                        lines = new HeadParser(0, MAX_TRAILER_BYTES, MAX_TRAILERS, 400);
                        trailerLines = lines;
                    }
                    lines.resetForTrailers();
                    trailers = new Headers();
                    state = State.TRAILERS;
                }
            }
            case DATA_CR -> {
                expect(b, '\r');
                state = State.DATA_LF;
            }
            case DATA_LF -> {
                expect(b, '\n');
                state = State.SIZE;
            }
            default -> throw new IllegalStateException(state.name());
        }
    }

    private void size(byte b) throws BadMessage {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            if (++digits > 8) {
                throw new BadMessage(400, "chunk_size_too_long");
            }
            remaining = (digits == 1 ? 0 : remaining) * 16 + digit;
        } else if (digits > 0 && b == '\r') {
            state = State.SIZE_LF;
        } else if (digits > 0 && b == ';') {
            state = State.EXTENSION;
        } else {
            throw new BadMessage(400, "invalid_chunk_size");
        }
    }

    private static void expect(byte b, char wanted) throws BadMessage {
        if (b != wanted) {
            throw new BadMessage(400, "invalid_chunk_terminator");
        }
    }
}
