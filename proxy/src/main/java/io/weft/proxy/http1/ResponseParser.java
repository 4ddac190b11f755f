package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import io.weft.proxy.http.Rules;
import java.nio.charset.StandardCharsets;

/** Reads response heads (RFC 9112 section 4). One per connection. What an upstream gets wrong is a 502. */
final class ResponseParser {

    private static final int MAX_STATUS_LINE = 8 * 1024;
    private static final int MAX_BYTES = 60 * 1024;
    private static final int MAX_LINES = 100;

    private final HeadParser lines = new HeadParser(MAX_STATUS_LINE, MAX_BYTES, MAX_LINES, 502);
    private boolean keepAlive;
    private boolean untilClose;

    void reset() {
        lines.reset();
    }

    boolean begun() {
        return lines.begun();
    }

    boolean keepAlive() {
        return keepAlive;
    }

    /** Whether the body that follows ends with the connection. */
    boolean untilClose() {
        return untilClose;
    }

    /**
     * @param head whether the request was HEAD: the answer has no body whatever it says
     * @return true when {@code response} is complete
     */
    boolean parse(ByteBuf in, Response response, boolean head) throws BadMessage {
        if (!lines.parse(in, response.headers())) {
            return false;
        }
        Headers headers = response.headers();
        boolean http10 = statusLine(response, headers.bytes(), lines.startLineEnd());
        boolean switching = response.status() == 101;
        int upgrade = headers.find(FieldName.UPGRADE, 0);
        String protocol = switching && upgrade >= 0 ? headers.value(upgrade) : null;
        keepAlive = Hops.strip(headers, http10, null);
        if (protocol != null) {
            headers.add(FieldName.UPGRADE, protocol);
        }
        Framing framing = Framing.of(headers, http10);
        untilClose = false;
        int status = response.status();
        if (head || status < 200 || status == 204 || status == 304) {
            response.body(Request.Body.NONE, framing.length());
        } else if (framing.chunked()) {
            response.body(Request.Body.STREAM, -1);
        } else if (framing.length() == 0) {
            response.body(Request.Body.NONE, 0);
        } else if (framing.length() > 0) {
            response.body(Request.Body.LENGTH, framing.length());
        } else {
            response.body(Request.Body.STREAM, -1);
            untilClose = true;
            keepAlive = false;
        }
        return true;
    }

    /** Returns whether the version is 1.0. */
    private static boolean statusLine(Response response, byte[] bytes, int end) throws BadMessage {
        boolean version = end >= 12
                && bytes[0] == 'H'
                && bytes[1] == 'T'
                && bytes[2] == 'T'
                && bytes[3] == 'P'
                && bytes[4] == '/'
                && bytes[5] == '1'
                && bytes[6] == '.'
                && (bytes[7] == '0' || bytes[7] == '1')
                && bytes[8] == ' ';
        if (!version) {
            throw new BadMessage(502, "invalid_status_line");
        }
        Long status = Rules.contentLength(bytes, 9, 12);
        if (status == null || status < 100 || status > 599 || (end > 12 && bytes[12] != ' ')) {
            throw new BadMessage(502, "invalid_status");
        }
        int code = status.intValue();
        String reason = "";
        if (end > 13) {
            String usual = Response.phrase(code);
            reason = same(bytes, 13, end, usual) ? usual : new String(bytes, 13, end - 13, StandardCharsets.ISO_8859_1);
        }
        response.status(code, reason);
        return bytes[7] == '0';
    }

    private static boolean same(byte[] bytes, int start, int end, String text) {
        if (end - start != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (bytes[start + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
