package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Rules;

/** Reads request heads (RFC 9112 sections 3 and 5). One per connection. */
final class RequestParser {

    /** Bytes of a request line; a longer one is answered 414. */
    private static final int MAX_REQUEST_LINE = 8 * 1024;

    private final HeadParser lines;
    private boolean keepAlive;

    RequestParser(HttpConnectionManager.Limits limits) {
        this.lines = new HeadParser(MAX_REQUEST_LINE, limits.maxHeaderBytes(), limits.maxHeaders(), 431);
    }

    void reset() {
        lines.reset();
    }

    boolean begun() {
        return lines.begun();
    }

    /** Whether the client lets the connection live beyond the request that was read last. */
    boolean keepAlive() {
        return keepAlive;
    }

    /** Returns true when {@code request} is complete. */
    boolean parse(ByteBuf in, Request request) throws BadMessage {
        if (!lines.begun()) {
            // One empty line before a request is forgiven (RFC 9112 section 2.2); more are not.
            if (in.readableBytes() >= 2
                    && in.getByte(in.readerIndex()) == '\r'
                    && in.getByte(in.readerIndex() + 1) == '\n') {
                in.skipBytes(2);
            }
        }
        if (!lines.parse(in, request.headers())) {
            return false;
        }
        requestLine(request, lines.startLineEnd());
        connection(request);
        Framing framing = Framing.of(request.headers(), request.http10());
        if (framing.chunked()) {
            request.body(Request.Body.STREAM, -1);
        } else if (framing.length() > 0) {
            request.body(Request.Body.LENGTH, framing.length());
        } else {
            request.body(Request.Body.NONE, framing.length());
        }
        return true;
    }

    private static void requestLine(Request request, int end) throws BadMessage {
        Headers headers = request.headers();
        byte[] bytes = headers.bytes();
        int methodEnd = 0;
        while (methodEnd < end && Rules.isToken(bytes[methodEnd])) {
            methodEnd++;
        }
        if (methodEnd == 0 || methodEnd > 32 || methodEnd == end || bytes[methodEnd] != ' ') {
            throw new BadMessage(400, "invalid_method");
        }
        int targetStart = methodEnd + 1;
        int targetEnd = targetStart;
        while (targetEnd < end && Rules.isTarget(bytes[targetEnd])) {
            targetEnd++;
        }
        if (targetEnd == targetStart || targetEnd == end || bytes[targetEnd] != ' ') {
            throw new BadMessage(400, "invalid_request_target");
        }
        version(request, bytes, targetEnd + 1, end);
        request.method(Rules.method(bytes, 0, methodEnd));
        target(request, bytes, targetStart, targetEnd);
    }

    private static void version(Request request, byte[] bytes, int start, int end) throws BadMessage {
        boolean http = end - start == 8
                && bytes[start] == 'H'
                && bytes[start + 1] == 'T'
                && bytes[start + 2] == 'T'
                && bytes[start + 3] == 'P'
                && bytes[start + 4] == '/'
                && bytes[start + 6] == '.';
        if (http && bytes[start + 5] == '1' && bytes[start + 7] == '1') {
            request.http10(false);
        } else if (http && bytes[start + 5] == '1' && bytes[start + 7] == '0') {
            request.http10(true);
        } else if (http && isDigit(bytes[start + 5]) && isDigit(bytes[start + 7])) {
            throw new BadMessage(505, "unsupported_http_version");
        } else {
            throw new BadMessage(400, "invalid_http_version");
        }
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static void target(Request request, byte[] bytes, int start, int end) throws BadMessage {
        Headers headers = request.headers();
        int host = headers.find(FieldName.HOST, 0);
        if (host < 0 ? !request.http10() : headers.find(FieldName.HOST, host + 1) >= 0) {
            throw new BadMessage(400, host < 0 ? "missing_host" : "several_hosts");
        }
        if (host >= 0 && !Rules.isAuthority(bytes, headers.valueStart(host), headers.valueEnd(host))) {
            throw new BadMessage(400, "invalid_host");
        }
        if (request.method().equals("CONNECT")) {
            if (!Rules.isAuthority(bytes, start, end) || bytes[end - 1] == ']' || lastColon(bytes, start, end) < 0) {
                throw new BadMessage(400, "invalid_connect_target");
            }
            String authority = headers.text(start, end);
            if (host >= 0 && !headers.value(host).equalsIgnoreCase(authority)) {
                throw new BadMessage(400, "host_differs_from_target");
            }
            request.authority(authority);
            request.path("");
            return;
        }
        if (bytes[start] == '/') {
            request.path(bytes, start, end);
            return;
        }
        if (end - start == 1 && bytes[start] == '*') {
            if (!request.method().equals("OPTIONS")) {
                throw new BadMessage(400, "invalid_request_target");
            }
            request.path(bytes, start, end);
            return;
        }
        absolute(request, bytes, start, end, host);
    }

    /** RFC 9112 section 3.2.2. */
    private static void absolute(Request request, byte[] bytes, int start, int end, int host) throws BadMessage {
        Headers headers = request.headers();
        int authority;
        if (startsWith(bytes, start, end, "http://")) {
            authority = start + 7;
        } else if (startsWith(bytes, start, end, "https://")) {
            authority = start + 8;
        } else {
            throw new BadMessage(400, "invalid_request_target");
        }
        int path = authority;
        while (path < end && bytes[path] != '/' && bytes[path] != '?') {
            path++;
        }
        if (!Rules.isAuthority(bytes, authority, path)) {
            throw new BadMessage(400, "invalid_request_target");
        }
        String name = headers.text(authority, path);
        if (host >= 0 && !headers.value(host).equalsIgnoreCase(name)) {
            throw new BadMessage(400, "host_differs_from_target");
        }
        if (path < end && bytes[path] == '/') {
            request.path(bytes, path, end);
        } else {
            request.path("/" + headers.text(path, end));
        }
        request.authority(name);
    }

    private static boolean startsWith(byte[] bytes, int start, int end, String lowerCase) {
        if (end - start < lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            int b = bytes[start + i];
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int lastColon(byte[] bytes, int start, int end) {
        for (int i = end - 1; i >= start; i--) {
            if (bytes[i] == ':') {
                return i;
            }
        }
        return -1;
    }

    private void connection(Request request) throws BadMessage {
        keepAlive = Hops.strip(request.headers(), request.http10(), request);
    }
}
