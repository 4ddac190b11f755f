package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.http.Headers;
import org.jspecify.annotations.Nullable;

/** Writes the body of one message after another, in chunks where its length was not told (RFC 9112 section 7.1). */
final class BodyWriter {

    private final Http1End end;
    private boolean chunked;
    private boolean first;

    BodyWriter(Http1End end) {
        this.end = end;
    }

    /** A head went out. */
    void begin(boolean inChunks) {
        chunked = inChunks;
        first = true;
    }

    boolean isChunked() {
        return chunked;
    }

    /** Writes a piece and takes over its buffer. */
    void piece(ByteBuf data) {
        if (!data.isReadable()) {
            data.release();
            return;
        }
        if (chunked) {
            end.write(HeadWriter.chunkStart(
                    data.readableBytes(), first, end.context().alloc()));
            first = false;
        }
        end.write(data);
    }

    void end(@Nullable Headers trailers) {
        if (chunked) {
            end.write(HeadWriter.chunksEnd(trailers, first, end.context().alloc()));
        }
    }
}
