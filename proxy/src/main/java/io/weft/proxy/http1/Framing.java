package io.weft.proxy.http1;

import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Rules;

/**
 * How the end of a body is told, by the letter of RFC 9112 section 6.3 and stricter: anything that two readers could
 * understand differently is refused (attack cases A1 to A7, A20).
 *
 * @param chunked the body comes in chunks
 * @param length the body's length; -1 where the header does not tell it
 */
record Framing(boolean chunked, long length) {

    private static final Framing CHUNKED = new Framing(true, -1);
    private static final Framing ABSENT = new Framing(false, -1);
    private static final Framing EMPTY = new Framing(false, 0);

    static Framing of(Headers headers, boolean http10) throws BadMessage {
        int coding = headers.find(FieldName.TRANSFER_ENCODING, 0);
        int length = headers.find(FieldName.CONTENT_LENGTH, 0);
        if (coding >= 0) {
            if (length >= 0) {
                throw new BadMessage(400, "content_length_with_transfer_encoding");
            }
            if (http10) {
                throw new BadMessage(400, "transfer_encoding_in_http_1_0");
            }
            if (headers.find(FieldName.TRANSFER_ENCODING, coding + 1) >= 0) {
                throw new BadMessage(400, "several_transfer_encodings");
            }
            if (!headers.valueIs(coding, "chunked")) {
                String value = headers.value(coding);
                boolean endsChunked = value.regionMatches(true, value.length() - 7, "chunked", 0, 7)
                        && value.matches("[A-Za-z]+[ \t]*,[ \t]*[A-Za-z]+")
                        && !value.regionMatches(true, 0, "chunked", 0, 7);
                throw new BadMessage(endsChunked ? 501 : 400, "unsupported_transfer_encoding");
            }
            return CHUNKED;
        }
        if (length < 0) {
            return ABSENT;
        }
        if (headers.find(FieldName.CONTENT_LENGTH, length + 1) >= 0) {
            throw new BadMessage(400, "several_content_lengths");
        }
        int start = headers.valueStart(length);
        int end = headers.valueEnd(length);
        Long value = Rules.contentLength(headers.bytes(), start, end);
        if (value == null) {
            throw new BadMessage(400, "invalid_content_length");
        }
        if (end - start > 1 && headers.bytes()[start] == '0') {
            // Leading zeros are legal; a reader that takes them for octal must not see them (attack case A4).
            headers.set(FieldName.CONTENT_LENGTH, Long.toString(value));
        }
        return value == 0 ? EMPTY : new Framing(false, value);
    }
}
