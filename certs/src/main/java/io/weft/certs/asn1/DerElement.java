package io.weft.certs.asn1;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One element of DER: an identifier octet and its contents. Only low tag numbers and definite lengths exist here
 * (X.690, 8.1.2 and 10.1); anything else is refused as malformed.
 */
public record DerElement(int tag, ByteBuffer contents) {
    public static final int INTEGER = 0x02;
    public static final int OCTET_STRING = 0x04;
    public static final int OBJECT_IDENTIFIER = 0x06;
    public static final int SEQUENCE = 0x30;

    public DerElement {
        contents = contents.asReadOnlyBuffer();
    }

    /** Reads one element that fills {@code der} to the last byte. */
    public static DerElement parse(byte[] der) {
        List<DerElement> elements = parseAll(ByteBuffer.wrap(der));
        if (elements.size() != 1) {
            throw new IllegalArgumentException("malformed DER: expected one element, found " + elements.size());
        }
        return elements.getFirst();
    }

    /** The elements inside a constructed element, in order. */
    public List<DerElement> children() {
        return parseAll(contents.duplicate());
    }

    /** The contents as a new array. */
    public byte[] bytes() {
        byte[] bytes = new byte[contents.remaining()];
        contents.duplicate().get(bytes);
        return bytes;
    }

    /** The contents read as a signed integer. */
    public BigInteger integer() {
        if (tag != INTEGER || !contents.hasRemaining()) {
            throw new IllegalArgumentException("malformed DER: expected an INTEGER, found tag 0x" + hex(tag));
        }
        return new BigInteger(bytes());
    }

    /** This element if it has the tag that the caller expects. */
    public DerElement expect(int expectedTag) {
        if (tag != expectedTag) {
            throw new IllegalArgumentException(
                    "malformed DER: expected tag 0x" + hex(expectedTag) + ", found tag 0x" + hex(tag));
        }
        return this;
    }

    private static List<DerElement> parseAll(ByteBuffer in) {
        List<DerElement> elements = new ArrayList<>();
        while (in.hasRemaining()) {
            int tag = in.get() & 0xff;
            if ((tag & 0x1f) == 0x1f) {
                throw new IllegalArgumentException("malformed DER: high tag numbers are not used here");
            }
            int length = length(in);
            if (length > in.remaining()) {
                throw new IllegalArgumentException(
                        "malformed DER: an element of " + length + " bytes, but only " + in.remaining() + " left");
            }
            elements.add(new DerElement(tag, in.slice(in.position(), length)));
            in.position(in.position() + length);
        }
        return List.copyOf(elements);
    }

    private static int length(ByteBuffer in) {
        if (!in.hasRemaining()) {
            throw new IllegalArgumentException("malformed DER: no length after the tag");
        }
        int first = in.get() & 0xff;
        if (first < 0x80) {
            return first;
        }
        int octets = first & 0x7f;
        if (octets == 0 || octets > 3 || octets > in.remaining()) {
            throw new IllegalArgumentException("malformed DER: length of " + octets + " octets");
        }
        int length = 0;
        for (int i = 0; i < octets; i++) {
            length = (length << 8) | (in.get() & 0xff);
        }
        if (length < 0x80 || (octets > 1 && length >>> (8 * (octets - 1)) == 0)) {
            throw new IllegalArgumentException("malformed DER: length is not in its shortest form");
        }
        return length;
    }

    private static String hex(int tag) {
        return Integer.toHexString(tag);
    }
}
