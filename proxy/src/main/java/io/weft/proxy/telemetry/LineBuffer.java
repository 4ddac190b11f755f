package io.weft.proxy.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One log line while it is put together. Text that came from the network is escaped so that it can neither end the line
 * nor the quotes that a format puts around it (attack cases E12 and O7): what leaves here is printable ASCII. Used again
 * for the next line; not thread-safe.
 */
final class LineBuffer {

    /** Longest single value, in characters; more is cut. A header can be far longer than a log is good for. */
    static final int MAX_VALUE = 4096;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[512];
    private int length;
    private boolean json;

    void begin(boolean asJson) {
        length = 0;
        json = asJson;
        if (bytes.length > 64 * 1024) {
            bytes = new byte[512];
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    boolean endsLine() {
        return length > 0 && bytes[length - 1] == '\n';
    }

    /** Bytes of the format itself, as they stand. */
    void raw(byte[] text) {
        ensure(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
    }

    void raw(char ascii) {
        ensure(1);
        bytes[length++] = (byte) ascii;
    }

    /** A value, escaped as the format at hand asks for. */
    void value(CharSequence text, int limit) {
        int end = Math.min(text.length(), Math.min(limit, MAX_VALUE));
        ensure(end * 6);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
                bytes[length++] = (byte) c;
            } else {
                escape(c);
            }
        }
    }

    private void escape(char c) {
        bytes[length++] = '\\';
        switch (c) {
            case '"', '\\' -> bytes[length++] = (byte) c;
            case '\n' -> bytes[length++] = 'n';
            case '\r' -> bytes[length++] = 'r';
            case '\t' -> bytes[length++] = 't';
            default -> {
                if (json || c > 0xff) {
                    bytes[length++] = 'u';
                    bytes[length++] = HEX[c >> 12];
                    bytes[length++] = HEX[c >> 8 & 0xf];
                } else {
                    bytes[length++] = 'x';
                }
                bytes[length++] = HEX[c >> 4 & 0xf];
                bytes[length++] = HEX[c & 0xf];
            }
        }
    }

    void number(long value) {
        if (value < 0) {
            raw('-');
            number(-value, 1);
        } else {
            number(value, 1);
        }
    }

    /** A number of at least so many digits, zeros in front. */
    void number(long value, int digits) {
        ensure(20 + digits);
        int width = digits;
        for (long rest = value; rest >= power(width); ) {
            width++;
        }
        long rest = value;
        for (int at = length + width - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += width;
    }

    private static long power(int digits) {
        if (digits > 18) {
            return Long.MAX_VALUE;
        }
        long power = 1;
        for (int i = 0; i < digits; i++) {
            power *= 10;
        }
        return power;
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }
}
