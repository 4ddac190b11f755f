package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes heads and chunk framing. It writes only what {@code Rules} let in: no CR or LF can come from a value. */
final class HeadWriter {

    private static final byte[] HTTP_1_1 = " HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OK = "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STATUS = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHUNKED = "transfer-encoding: chunked\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSE = "connection: close\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEEP = "connection: keep-alive\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UPGRADE = "connection: upgrade\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_CHUNK = "0\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int OVERHEAD = 160;

    private HeadWriter() {}

    static ByteBuf request(Request request, ByteBufAllocator allocator) {
        Headers headers = request.headers();
        ByteBuf out = allocator.directBuffer(
                headers.size() + request.pathLength() + request.method().length() + OVERHEAD);
        ascii(out, request.method());
        out.writeByte(' ');
        if (request.pathLength() == 0) {
            ascii(out, request.authority());
        } else {
            out.writeBytes(request.pathBytes(), 0, request.pathLength());
        }
        out.writeBytes(HTTP_1_1);
        headers.writeTo(out);
        // A request that came over HTTP/2 may have a body whose length nobody told.
        if (request.body() == Request.Body.STREAM && !headers.has(FieldName.TRANSFER_ENCODING)) {
            out.writeBytes(CHUNKED);
        }
        String upgrade = request.upgrade();
        if (upgrade != null) {
            out.writeBytes(UPGRADE);
            ascii(out, "upgrade: ");
            ascii(out, upgrade);
            end(out);
        }
        return end(out);
    }

    /** What {@code connection} says in a response. */
    enum Persistence {
        UNSAID,
        CLOSE,
        KEEP_ALIVE,
        UPGRADE
    }

    static ByteBuf response(Response response, boolean chunked, Persistence persistence, ByteBufAllocator allocator) {
        Headers headers = response.headers();
        ByteBuf out = allocator.directBuffer(headers.size() + response.reason().length() + OVERHEAD);
        if (response.status() == 200 && response.reason().equals("OK")) {
            out.writeBytes(OK);
        } else {
            out.writeBytes(STATUS);
            int status = response.status();
            out.writeByte('0' + status / 100).writeByte('0' + status / 10 % 10).writeByte('0' + status % 10);
            out.writeByte(' ');
            latin1(out, response.reason());
            end(out);
        }
        headers.writeTo(out);
        if (chunked && !headers.has(FieldName.TRANSFER_ENCODING)) {
            out.writeBytes(CHUNKED);
        }
        switch (persistence) {
            case UNSAID -> {}
            case CLOSE -> out.writeBytes(CLOSE);
            case KEEP_ALIVE -> out.writeBytes(KEEP);
            case UPGRADE -> out.writeBytes(UPGRADE);
        }
        return end(out);
    }

    /** The line before a chunk of that many bytes. */
    static ByteBuf chunkStart(int size, boolean first, ByteBufAllocator allocator) {
        ByteBuf out = allocator.directBuffer(12);
        if (!first) {
            end(out);
        }
        int shift = (31 - Integer.numberOfLeadingZeros(size)) & ~3;
        for (; shift >= 0; shift -= 4) {
            out.writeByte(HEX[(size >> shift) & 0xf]);
        }
        return end(out);
    }

    /** The end of a chunked body. */
    static ByteBuf chunksEnd(@Nullable Headers trailers, boolean first, ByteBufAllocator allocator) {
        ByteBuf out = allocator.directBuffer(8 + (trailers == null ? 0 : trailers.size()));
        if (!first) {
            end(out);
        }
        out.writeBytes(LAST_CHUNK);
        if (trailers != null) {
            trailers.writeTo(out);
        }
        return end(out);
    }

    private static ByteBuf end(ByteBuf out) {
        return out.writeShort('\r' << 8 | '\n');
    }

    private static void ascii(ByteBuf out, String text) {
        ByteBufUtil.writeAscii(out, text);
    }

    private static void latin1(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    }
}
