package io.weft.proxy.detect;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.detect.Detection.Http1;
import io.weft.proxy.detect.Detection.Http2;
import io.weft.proxy.detect.Detection.NeedMore;
import io.weft.proxy.detect.Detection.Opaque;
import io.weft.proxy.detect.Detection.Version;
import java.nio.charset.StandardCharsets;

/**
 * Tells HTTP/1 by its request line and HTTP/2 by its preface. Each byte is looked at once, and once more when the line is
 * whole. It is generous on purpose: whatever a lenient server might take for HTTP counts as HTTP/1, so that our strict
 * codec refuses it and it does not slip past HTTP policy as opaque bytes.
 */
final class RequestLine {
    /** A longer line is HTTP/1 if it begins like one, and its codec refuses it; otherwise opaque. */
    static final int MAX_BYTES = 8 * 1024;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_METHOD = 32;
    private static final int MAX_EMPTY = 4;

    // The offset of the next byte to look at, where the line begins, and where its method ends.
    private int next;
    private int start;
    private int methodEnd = -1;

    Detection look(ByteBuf bytes) {
        int available = bytes.readableBytes();
        int first = bytes.readerIndex();
        int same = samePreface(bytes, first, available);
        if (same == PREFACE.length) {
            return new Http2();
        }
        if (available > 0 && same == available) {
            return new NeedMore(PREFACE.length);
        }
        for (; next < available; next++) {
            int c = bytes.getUnsignedByte(first + next);
            if (c == '\n') {
                if (next > start && methodEnd > 0) {
                    return whole(bytes, first);
                }
                if (!skipEmpty(next + 1)) {
                    return new Opaque();
                }
            } else if (methodEnd < 0 && !method(c)) {
                return new Opaque();
            } else if (methodEnd >= 0 && isNoText(c)) {
                return new Opaque();
            }
            if (next - start >= MAX_BYTES) {
                return looksLikeHttp(bytes, first) ? new Http1(Version.HTTP_1_1) : new Opaque();
            }
        }
        return new NeedMore(available + 1);
    }

    /** Empty lines before the request are skipped by many servers (RFC 9112 section 2.2). */
    private boolean skipEmpty(int to) {
        start = to;
        return start <= MAX_EMPTY;
    }

    private boolean method(int c) {
        if (c == ' ' || c == '\t') {
            methodEnd = next;
            return next > start;
        }
        if (c == '\r') {
            return next == start;
        }
        return next - start < MAX_METHOD && isToken(c);
    }

    private Detection whole(ByteBuf bytes, int first) {
        int end = next;
        if (bytes.getByte(first + end - 1) == '\r') {
            end--;
        }
        String line = bytes.toString(first + start, end - start, StandardCharsets.ISO_8859_1);
        int space = Math.max(line.lastIndexOf(' '), line.lastIndexOf('\t'));
        String last = line.substring(space + 1);
        if (last.regionMatches(true, 0, "HTTP/", 0, 5) && space > methodEnd - start) {
            return new Http1(last.equals("HTTP/1.0") ? Version.HTTP_1_0 : Version.HTTP_1_1);
        }
        return line.startsWith("GET /") && space == 3 ? new Http1(Version.HTTP_0_9) : new Opaque();
    }

    /** A line that never ends: only what is written as clients of HTTP write it counts. */
    private boolean looksLikeHttp(ByteBuf bytes, int first) {
        if (methodEnd < 0) {
            return false;
        }
        for (int i = start; i < methodEnd; i++) {
            int c = bytes.getUnsignedByte(first + i);
            if (c < 'A' || c > 'Z') {
                return false;
            }
        }
        int target = bytes.getUnsignedByte(first + methodEnd + 1);
        return target == '/' || target == 'h' || target == '*';
    }

    private static int samePreface(ByteBuf bytes, int first, int available) {
        int same = 0;
        while (same < available && same < PREFACE.length && bytes.getByte(first + same) == PREFACE[same]) {
            same++;
        }
        return same;
    }

    /** RFC 9110 section 5.6.2. */
    private static boolean isToken(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /** No text protocol has these in a line; binary ones do soon. */
    private static boolean isNoText(int c) {
        return (c < ' ' && c != '\t' && c != '\r') || c == 0x7f;
    }
}
