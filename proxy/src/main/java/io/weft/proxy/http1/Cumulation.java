package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Joins what was held with what came. */
final class Cumulation {

    private Cumulation() {}

    /** Takes over both buffers and returns one that holds the bytes of both in order. */
    static ByteBuf join(ByteBufAllocator allocator, ByteBuf earlier, ByteBuf later) {
        if (!later.isReadable()) {
            later.release();
            return earlier;
        }
        if (!earlier.isReadable()) {
            earlier.release();
            return later;
        }
        if (earlier.refCnt() == 1
                && !earlier.isReadOnly()
                && earlier.maxWritableBytes() >= later.readableBytes()
                && earlier.writableBytes() >= later.readableBytes()) {
            earlier.writeBytes(later);
            later.release();
            return earlier;
        }
        int size = earlier.readableBytes() + later.readableBytes();
        // Twice the need, so that a slow sender's many pieces are not copied again and again (attack case B10).
        ByteBuf joined = allocator.directBuffer(size * 2);
        joined.writeBytes(earlier).writeBytes(later);
        earlier.release();
        later.release();
        return joined;
    }
}
