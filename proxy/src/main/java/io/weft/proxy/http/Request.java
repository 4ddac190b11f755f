package io.weft.proxy.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request. Texts are made from the bytes only when somebody asks for them; a route table that needs none
 * costs none.
 */
public final class Request implements RequestHead {

    private final Headers headers = new Headers();
    private String method = "";
    private byte[] path = new byte[64];
    private int pathLength;
    private @Nullable String pathText;
    private @Nullable String authority;
    private String scheme = "http";
    private boolean http10;
    private Body body = Body.NONE;
    private long contentLength = -1;
    private @Nullable String upgrade;

    /** How a message's end is known. */
    public enum Body {
        NONE,
        /** By {@code content-length}, or over HTTP/2 by the end of the stream with the length known before. */
        LENGTH,
        /** By chunked coding, or over HTTP/2 by the end of the stream alone. */
        STREAM
    }

    public void clear() {
        headers.clear();
        method = "";
        pathLength = 0;
        pathText = null;
        authority = null;
        scheme = "http";
        http10 = false;
        body = Body.NONE;
        contentLength = -1;
        upgrade = null;
    }

    public Headers headers() {
        return headers;
    }

    @Override
    public String method() {
        return method;
    }

    public void method(String value) {
        method = value;
    }

    public boolean isHead() {
        return method.equals("HEAD");
    }

    /** RFC 9110 section 9.2.2: doing it twice is the same as doing it once. */
    public boolean isIdempotent() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE" -> true;
            default -> false;
        };
    }

    @Override
    public String path() {
        String text = pathText;
        if (text == null) {
            text = new String(path, 0, pathLength, StandardCharsets.ISO_8859_1);
            pathText = text;
        }
        return text;
    }

    public byte[] pathBytes() {
        return path;
    }

    public int pathLength() {
        return pathLength;
    }

    public void path(byte[] from, int start, int end) {
        int length = end - start;
        if (path.length < length) {
            path = new byte[Math.max(length, path.length * 2)];
        }
        System.arraycopy(from, start, path, 0, length);
        pathLength = length;
        pathText = null;
    }

    public void path(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        path(bytes, 0, bytes.length);
    }

    /** The Host header, or {@code :authority}: there is only one truth, the Host line. */
    @Override
    public String authority() {
        String text = authority;
        if (text == null) {
            int host = headers.find(FieldName.HOST, 0);
            text = host < 0 ? "" : headers.value(host);
            authority = text;
        }
        return text;
    }

    /** Sets the Host line; every line of that name before is gone. */
    public void authority(String value) {
        int host = headers.find(FieldName.HOST, 0);
        if (host < 0 || !headers.value(host).equals(value)) {
            headers.set(FieldName.HOST, value);
        }
        authority = value;
    }

    @Override
    public String scheme() {
        return scheme;
    }

    public void scheme(String value) {
        scheme = value;
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return headers.joined(lowerCaseName);
    }

    @Override
    public boolean isRepeated(String lowerCaseName) {
        int first = headers.find(lowerCaseName, 0);
        return first >= 0 && headers.find(lowerCaseName, first + 1) >= 0;
    }

    public boolean http10() {
        return http10;
    }

    public void http10(boolean value) {
        http10 = value;
    }

    public Body body() {
        return body;
    }

    /** -1 where it is not known. */
    public long contentLength() {
        return contentLength;
    }

    public void body(Body kind, long length) {
        body = kind;
        contentLength = length;
    }

    /** The protocol that the client asks to change to and that this proxy lets pass; null for none. */
    public @Nullable String upgrade() {
        return upgrade;
    }

    public void upgrade(@Nullable String protocol) {
        upgrade = protocol;
    }
}
