package io.weft.proxy.http2;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Turns heads into header blocks: names in lower case, nothing that belongs to one hop. */
final class HeadWriter {

    private static final Map<FieldName, AsciiString> NAMES = new EnumMap<>(FieldName.class);
    private static final AsciiString[] STATUS = new AsciiString[600];
    private static final AsciiString GET = AsciiString.cached("GET");
    private static final AsciiString POST = AsciiString.cached("POST");
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");

    static {
        for (FieldName name : FieldName.values()) {
            NAMES.put(name, AsciiString.cached(name.text()));
        }
        for (int code = 100; code < 600; code++) {
            STATUS[code] = AsciiString.cached(Integer.toString(code));
        }
    }

    private HeadWriter() {}

    static Http2Headers request(Request request) {
        AsciiString method = switch (request.method()) {
            case "GET" -> GET;
            case "POST" -> POST;
            default -> AsciiString.of(request.method());
        };
        AsciiString path = new AsciiString(request.pathBytes(), 0, request.pathLength(), true);
        AsciiString scheme = request.scheme().equals("https") ? HTTPS : HTTP;
        AsciiString authority = AsciiString.of(request.authority());
        AsciiString[] rest = lines(request.headers());
        return ReadOnlyHttp2Headers.clientHeaders(false, method, path, scheme, authority, rest);
    }

    static Http2Headers response(Response response) {
        return ReadOnlyHttp2Headers.serverHeaders(false, STATUS[response.status()], lines(response.headers()));
    }

    static Http2Headers trailers(Headers trailers) {
        return ReadOnlyHttp2Headers.trailers(false, lines(trailers));
    }

    private static AsciiString[] lines(Headers headers) {
        AsciiString[] out = new AsciiString[headers.count() * 2];
        int used = 0;
        byte[] bytes = headers.bytes();
        for (int line = 0; line < headers.count(); line++) {
            FieldName name = headers.name(line);
            if (name == null) {
                continue;
            }
            switch (name) {
                case HOST, TRANSFER_ENCODING, CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, UPGRADE, HTTP2_SETTINGS -> {
                    continue;
                }
                case OTHER, LOOKALIKE -> {
                    int start = headers.nameStart(line);
                    out[used++] = new AsciiString(bytes, start, headers.nameEnd(line) - start, true).toLowerCase();
                }
                default -> out[used++] = Objects.requireNonNull(NAMES.get(name));
            }
            int start = headers.valueStart(line);
            out[used++] = new AsciiString(bytes, start, headers.valueEnd(line) - start, true);
        }
        return used == out.length ? out : java.util.Arrays.copyOf(out, used);
    }
}
