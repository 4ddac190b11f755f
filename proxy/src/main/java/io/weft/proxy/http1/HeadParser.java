package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Rules;

/**
 * Takes field lines out of a stream of bytes: a start line (left to the caller), field lines, the empty line. It can be
 * called again with more bytes at any point. Bare LF, bare CR, folded lines, blanks before the colon and names that are
 * not tokens are refused (attack cases A8, B1, B2).
 *
 * <p>The bytes are copied once, into the array of the {@link Headers} that they end up in.
 */
final class HeadParser {

    private static final int FIRST_COPY = 2048;

    private final int maxStartLine;
    private final int maxBytes;
    private final int maxLines;
    private final int tooLong;

    private int scanned;
    private int lineStart;
    private int startLineEnd = -1;
    private int lines;

    /** @param tooLong the status for a head that is too large: 431 for requests, 502 for responses */
    HeadParser(int maxStartLine, int maxBytes, int maxLines, int tooLong) {
        this.maxStartLine = maxStartLine;
        this.maxBytes = maxBytes;
        this.maxLines = maxLines;
        this.tooLong = tooLong;
    }

    void reset() {
        scanned = 0;
        lineStart = 0;
        startLineEnd = -1;
        lines = 0;
    }

    /** For trailers: there is no start line. */
    void resetForTrailers() {
        reset();
        startLineEnd = 0;
    }

    /** Whether any byte of a head has been taken. */
    boolean begun() {
        return scanned > 0;
    }

    /** Where the start line ends, without its CRLF; it begins at 0. */
    int startLineEnd() {
        return startLineEnd;
    }

    /**
     * Takes what it can.
     *
     * @return true when the empty line was reached; then {@code in} stands behind it
     */
    boolean parse(ByteBuf in, Headers into) throws BadMessage {
        while (in.isReadable()) {
            int base = into.used();
            int room = maxBytes - base;
            if (room <= 0) {
                throw new BadMessage(startLineEnd < 0 ? tooLongStart() : tooLong, "headers_too_large");
            }
            int take = Math.min(Math.min(in.readableBytes(), FIRST_COPY), room);
            byte[] bytes = into.ensure(take);
            in.getBytes(in.readerIndex(), bytes, base, take);
            into.used(base + take);
            int end = scan(bytes, base + take, into);
            if (end >= 0) {
                // Bytes behind the head belong to the body: they stay in the buffer.
                in.skipBytes(end - base);
                into.used(end);
                return true;
            }
            in.skipBytes(take);
        }
        return false;
    }

    private int tooLongStart() {
        return tooLong == 431 ? 414 : tooLong;
    }

    /** Returns the position behind the empty line, or -1 when the bytes ran out. */
    private int scan(byte[] bytes, int limit, Headers into) throws BadMessage {
        int at = scanned;
        while (true) {
            while (at < limit && bytes[at] != '\n') {
                at++;
            }
            if (at == limit) {
                scanned = at;
                if (startLineEnd < 0 && at - lineStart > maxStartLine) {
                    throw new BadMessage(tooLongStart(), "start_line_too_long");
                }
                return -1;
            }
            int lineEnd = at + 1;
            if (at == lineStart || bytes[at - 1] != '\r') {
                throw new BadMessage(400, "bare_lf");
            }
            int contentEnd = at - 1;
            if (startLineEnd < 0) {
                startLine(bytes, contentEnd);
            } else if (contentEnd == lineStart) {
                scanned = lineEnd;
                return lineEnd;
            } else {
                field(bytes, contentEnd, lineEnd, into);
            }
            lineStart = lineEnd;
            at = lineEnd;
        }
    }

    private void startLine(byte[] bytes, int end) throws BadMessage {
        if (end - lineStart > maxStartLine) {
            throw new BadMessage(tooLongStart(), "start_line_too_long");
        }
        for (int i = lineStart; i < end; i++) {
            if (!Rules.isValue(bytes[i])) {
                throw new BadMessage(400, "control_character_in_start_line");
            }
        }
        startLineEnd = end;
    }

    private void field(byte[] bytes, int end, int lineEnd, Headers into) throws BadMessage {
        if (++lines > maxLines) {
            throw new BadMessage(tooLong, "too_many_headers");
        }
        int colon = lineStart;
        while (colon < end && Rules.isToken(bytes[colon])) {
            colon++;
        }
        if (colon == end || bytes[colon] != ':' || colon == lineStart) {
            throw new BadMessage(400, "invalid_header_name");
        }
        int start = colon + 1;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        int valueEnd = end;
        while (valueEnd > start && isBlank(bytes[valueEnd - 1])) {
            valueEnd--;
        }
        for (int i = start; i < valueEnd; i++) {
            if (!Rules.isValue(bytes[i])) {
                throw new BadMessage(400, "invalid_header_value");
            }
        }
        into.line(FieldName.of(bytes, lineStart, colon), lineStart, colon, start, valueEnd, lineEnd);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }
}
