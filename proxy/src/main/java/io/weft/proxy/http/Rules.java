package io.weft.proxy.http;

import org.jspecify.annotations.Nullable;

/**
 * The one validator of HTTP syntax, for HTTP/1 and HTTP/2 alike: which bytes may stand in a method, a name, a value, a
 * path and an authority (RFC 9110 section 5, RFC 9112 section 3, RFC 9113 section 8). What it refuses is never
 * forwarded.
 */
public final class Rules {

    private static final byte TOKEN = 1;
    private static final byte VALUE = 2;
    private static final byte TARGET = 4;
    private static final byte HOST = 8;
    private static final byte[] CLASS = new byte[256];

    static {
        for (int c = 0; c < 256; c++) {
            byte kind = 0;
            boolean letterOrDigit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (letterOrDigit || (c < 128 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0)) {
                kind |= TOKEN;
            }
            if ((c >= ' ' && c != 0x7f) || c == '\t') {
                kind |= VALUE;
            }
            // '#' would be cut off by some readers and kept by others (attack case B7).
            if (c > ' ' && c != 0x7f && c != '#') {
                kind |= TARGET;
            }
            // reg-name and IP-literal of RFC 3986; '@' (user information) is left out.
            if (letterOrDigit || (c < 128 && "-._~!$&'()*+,;=%:[]".indexOf(c) >= 0)) {
                kind |= HOST;
            }
            CLASS[c] = kind;
        }
    }

    private Rules() {}

    public static boolean isToken(byte b) {
        return (CLASS[b & 0xff] & TOKEN) != 0;
    }

    /** Visible characters, blank, tab and bytes beyond ASCII. */
    public static boolean isValue(byte b) {
        return (CLASS[b & 0xff] & VALUE) != 0;
    }

    public static boolean isTarget(byte b) {
        return (CLASS[b & 0xff] & TARGET) != 0;
    }

    public static boolean isToken(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if ((CLASS[bytes[i] & 0xff] & TOKEN) == 0) {
                return false;
            }
        }
        return end > start;
    }

    public static boolean isTarget(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if ((CLASS[bytes[i] & 0xff] & TARGET) == 0) {
                return false;
            }
        }
        return end > start;
    }

    /** {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}; never empty, no user information. */
    public static boolean isAuthority(byte[] bytes, int start, int end) {
        if (start >= end || end - start > 255 + 6) {
            return false;
        }
        int hostEnd = end;
        int from = start;
        if (bytes[start] == '[') {
            int close = start + 1;
            while (close < end && bytes[close] != ']') {
                if (bytes[close] == '[') {
                    return false;
                }
                close++;
            }
            if (close == end || close == start + 1) {
                return false;
            }
            from = close + 1;
            hostEnd = from;
            if (from < end && bytes[from] != ':') {
                return false;
            }
        } else {
            for (int i = start; i < end; i++) {
                byte b = bytes[i];
                if (b == ':') {
                    hostEnd = i;
                    break;
                }
                if (b == '[' || b == ']') {
                    return false;
                }
            }
            if (hostEnd == start) {
                return false;
            }
        }
        for (int i = start; i < hostEnd; i++) {
            if ((CLASS[bytes[i] & 0xff] & HOST) == 0) {
                return false;
            }
        }
        if (hostEnd == end) {
            return true;
        }
        int port = 0;
        for (int i = hostEnd + 1; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            port = port * 10 + digit;
            if (port > 65535) {
                return false;
            }
        }
        return hostEnd + 1 < end;
    }

    /**
     * Reads a {@code content-length}: digits only, no sign, no list.
     *
     * @return null where it is not one, or does not fit 63 bits
     */
    public static @Nullable Long contentLength(byte[] bytes, int start, int end) {
        if (start >= end) {
            return null;
        }
        long length = 0;
        for (int i = start; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9 || length > (Long.MAX_VALUE - digit) / 10) {
                return null;
            }
            length = length * 10 + digit;
        }
        return length;
    }

    /** A method's text without making a new one for those that are known. */
    public static String method(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length == 3 && is(bytes, start, "GET")) {
            return "GET";
        }
        if (length == 4 && is(bytes, start, "POST")) {
            return "POST";
        }
        if (length == 3 && is(bytes, start, "PUT")) {
            return "PUT";
        }
        if (length == 4 && is(bytes, start, "HEAD")) {
            return "HEAD";
        }
        return new String(bytes, start, end - start, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static boolean is(byte[] bytes, int start, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (bytes[start + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
