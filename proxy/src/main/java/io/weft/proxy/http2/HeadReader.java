package io.weft.proxy.http2;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import io.weft.proxy.http.Rules;
import io.weft.proxy.http.Trailers;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns decoded header blocks into heads (RFC 9113 section 8). Netty has refused upper-case names, unknown, repeated and
 * late pseudo-headers and connection headers; everything else is refused here (attack cases 2.C).
 */
final class HeadReader {

    private HeadReader() {}

    static void request(Http2Headers from, Request request, boolean end, int maxLines) throws BadMessage {
        Headers headers = request.headers();
        CharSequence method = from.method();
        CharSequence path = from.path();
        CharSequence scheme = from.scheme();
        CharSequence authority = from.authority();
        if (method == null || from.contains(":protocol")) {
            throw new BadMessage(400, "http2.invalid_pseudo_headers");
        }
        byte[] methodBytes = bytes(method);
        if (!Rules.isToken(methodBytes, 0, methodBytes.length)) {
            throw new BadMessage(400, "http2.invalid_method");
        }
        request.method(Rules.method(methodBytes, 0, methodBytes.length));
        if (authority != null) {
            byte[] name = bytes(authority);
            if (!Rules.isAuthority(name, 0, name.length)) {
                throw new BadMessage(400, "http2.invalid_authority");
            }
            headers.add(FieldName.HOST, authority);
        }
        if (request.method().equals("CONNECT")) {
            if (path != null || scheme != null || authority == null) {
                throw new BadMessage(400, "http2.invalid_connect");
            }
            request.path("");
        } else {
            target(request, path, scheme);
        }
        lines(from, headers, authority, maxLines);
        if (!headers.has(FieldName.HOST)) {
            throw new BadMessage(400, "http2.missing_authority");
        }
        body(request, end);
    }

    private static void target(Request request, @Nullable CharSequence path, @Nullable CharSequence scheme)
            throws BadMessage {
        if (path == null || scheme == null) {
            throw new BadMessage(400, "http2.missing_pseudo_header");
        }
        if (!AsciiString.contentEqualsIgnoreCase(scheme, "http")
                && !AsciiString.contentEqualsIgnoreCase(scheme, "https")) {
            throw new BadMessage(400, "http2.invalid_scheme");
        }
        byte[] target = bytes(path);
        boolean asterisk =
                target.length == 1 && target[0] == '*' && request.method().equals("OPTIONS");
        if (!asterisk && (!Rules.isTarget(target, 0, target.length) || target[0] != '/')) {
            throw new BadMessage(400, "http2.invalid_path");
        }
        request.path(target, 0, target.length);
    }

    private static void lines(Http2Headers from, Headers to, @Nullable CharSequence authority, int maxLines)
            throws BadMessage {
        StringBuilder cookies = null;
        int count = 0;
        for (Map.Entry<CharSequence, CharSequence> line : from) {
            CharSequence name = line.getKey();
            CharSequence value = line.getValue();
            if (name.isEmpty()) {
                throw new BadMessage(400, "http2.empty_name");
            }
            if (name.charAt(0) == ':') {
                continue;
            }
            if (++count > maxLines) {
                throw new BadMessage(431, "http2.too_many_headers");
            }
            byte[] nameBytes = bytes(name);
            if (!Rules.isToken(nameBytes, 0, nameBytes.length)) {
                throw new BadMessage(400, "http2.invalid_name");
            }
            checkValue(value);
            FieldName known = FieldName.of(nameBytes, 0, nameBytes.length);
            switch (known) {
                case HOST -> {
                    // One truth: a Host that says otherwise than :authority is an attack (case C2).
                    boolean second = authority == null && to.has(FieldName.HOST);
                    if (second || (authority != null && !AsciiString.contentEqualsIgnoreCase(authority, value))) {
                        throw new BadMessage(400, "http2.host_differs_from_authority");
                    }
                    byte[] host = bytes(value);
                    if (!Rules.isAuthority(host, 0, host.length)) {
                        throw new BadMessage(400, "http2.invalid_host");
                    }
                    if (authority == null) {
                        to.add(FieldName.HOST, value);
                    }
                }
                case TE -> {
                    if (!AsciiString.contentEqualsIgnoreCase(value, "trailers")) {
                        throw new BadMessage(400, "http2.invalid_te");
                    }
                    to.add(FieldName.TE, "trailers");
                }
                case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE, HTTP2_SETTINGS ->
                    throw new BadMessage(400, "http2.connection_header");
                default -> {
                    if (known == FieldName.OTHER && AsciiString.contentEquals(name, "cookie")) {
                        // HTTP/1 knows one Cookie line only (RFC 9113 section 8.2.3).
                        cookies = cookies == null ? new StringBuilder() : cookies.append("; ");
                        cookies.append(value);
                    } else {
                        to.add(known.isKnown() ? known.text() : name.toString(), value);
                    }
                }
            }
        }
        if (cookies != null) {
            to.add("cookie", cookies);
        }
    }

    private static void checkValue(CharSequence value) throws BadMessage {
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c > 0xff || !Rules.isValue((byte) c)) {
                throw new BadMessage(400, "http2.invalid_value");
            }
        }
        if (length > 0 && (isBlank(value.charAt(0)) || isBlank(value.charAt(length - 1)))) {
            throw new BadMessage(400, "http2.blank_around_value");
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static void body(Request request, boolean end) throws BadMessage {
        long length = length(request.headers());
        if (end) {
            if (length > 0) {
                throw new BadMessage(400, "http2.content_length_without_body");
            }
            request.body(Request.Body.NONE, length);
        } else if (length >= 0) {
            request.body(Request.Body.LENGTH, length);
        } else {
            request.body(Request.Body.STREAM, -1);
        }
    }

    private static long length(Headers headers) throws BadMessage {
        int line = headers.find(FieldName.CONTENT_LENGTH, 0);
        if (line < 0) {
            return -1;
        }
        Long length = Rules.contentLength(headers.bytes(), headers.valueStart(line), headers.valueEnd(line));
        if (length == null || headers.find(FieldName.CONTENT_LENGTH, line + 1) >= 0) {
            throw new BadMessage(400, "http2.invalid_content_length");
        }
        return length;
    }

    static void response(Http2Headers from, Response response, boolean end, boolean head) throws BadMessage {
        CharSequence status = from.status();
        if (status == null || status.length() != 3) {
            throw new BadMessage(502, "http2.invalid_status");
        }
        Long code = Rules.contentLength(bytes(status), 0, 3);
        if (code == null || code < 100 || code > 599 || code == 101) {
            throw new BadMessage(502, "http2.invalid_status");
        }
        response.status(code.intValue(), Response.phrase(code.intValue()));
        lines(from, response.headers(), null, 1000);
        long length = length(response.headers());
        if (end || head || code == 204 || code == 304) {
            response.body(Request.Body.NONE, length);
        } else if (length >= 0) {
            response.body(Request.Body.LENGTH, length);
        } else {
            response.body(Request.Body.STREAM, -1);
        }
    }

    /** Null where nothing is left that may pass. */
    static @Nullable Headers trailers(Http2Headers from) throws BadMessage {
        Headers trailers = new Headers();
        for (Map.Entry<CharSequence, CharSequence> line : from) {
            CharSequence name = line.getKey();
            if (name.isEmpty() || name.charAt(0) == ':') {
                throw new BadMessage(400, "http2.pseudo_header_in_trailers");
            }
            byte[] nameBytes = bytes(name);
            if (!Rules.isToken(nameBytes, 0, nameBytes.length)) {
                throw new BadMessage(400, "http2.invalid_name");
            }
            checkValue(line.getValue());
            trailers.add(name.toString(), line.getValue());
        }
        return Trailers.keepHarmless(trailers) ? trailers : null;
    }

    private static byte[] bytes(CharSequence text) {
        return text instanceof AsciiString ascii && ascii.isEntireArrayUsed()
                ? ascii.array()
                : AsciiString.of(text).toByteArray();
    }
}
