package io.weft.proxy.testing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One HTTP/2 frame as it came; a header block that CONTINUATIONs carried on is one HEADERS frame.
 *
 * @param fields decoded, of HEADERS only
 */
@SuppressWarnings("ArrayRecordComponent") // frames are looked at, not compared
public record Frame(int type, int flags, int stream, byte[] payload, List<Map.Entry<String, String>> fields) {

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;

    public boolean ends() {
        return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }

    public boolean isAck() {
        return (flags & ACK) != 0;
    }

    /** The 32 bits at an offset of the payload: an error code, an increment, a last stream. */
    public int word(int offset) {
        return ByteBuffer.wrap(payload).getInt(offset);
    }

    /** The error code of RST_STREAM or GOAWAY. */
    public int error() {
        return type == GOAWAY ? word(4) : word(0);
    }

    /** All values of a header joined by commas; empty where there is none. */
    public String field(String name) {
        StringBuilder all = new StringBuilder();
        for (Map.Entry<String, String> field : fields) {
            if (field.getKey().equals(name)) {
                all.append(all.isEmpty() ? "" : ",").append(field.getValue());
            }
        }
        return all.toString();
    }

    public String text() {
        return new String(payload, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return "type " + type + " flags " + flags + " stream " + stream + " "
                + (type == HEADERS ? fields.toString() : type == DATA ? payload.length + " bytes" : hex());
    }

    private String hex() {
        return java.util.HexFormat.of().formatHex(payload);
    }
}
