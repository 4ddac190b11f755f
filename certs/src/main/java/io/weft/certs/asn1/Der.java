package io.weft.certs.asn1;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/** Writes DER (X.690): each method returns one whole element. */
public final class Der {
    private Der() {}

    public static byte[] sequence(byte[]... elements) {
        return element(DerElement.SEQUENCE, elements);
    }

    public static byte[] set(byte[]... elements) {
        return element(0x31, elements);
    }

    /** A context-specific element, {@code [number]}. */
    public static byte[] context(int number, boolean constructed, byte[]... contents) {
        return element(0x80 | (constructed ? 0x20 : 0) | number, contents);
    }

    public static byte[] integer(long value) {
        return element(DerElement.INTEGER, BigInteger.valueOf(value).toByteArray());
    }

    public static byte[] octetString(byte[] contents) {
        return element(DerElement.OCTET_STRING, contents);
    }

    /** A BIT STRING of whole octets. */
    public static byte[] bitString(byte[] contents) {
        return element(0x03, new byte[] {0}, contents);
    }

    public static byte[] nullValue() {
        return element(0x05);
    }

    public static byte[] bool(boolean value) {
        return element(0x01, new byte[] {(byte) (value ? 0xff : 0)});
    }

    /** An object identifier from its dotted form. */
    public static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        base128(out, Long.parseLong(arcs[0]) * 40 + Long.parseLong(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            base128(out, Long.parseLong(arcs[i]));
        }
        return element(DerElement.OBJECT_IDENTIFIER, out.toByteArray());
    }

    /** An element with any identifier octet, its contents concatenated. */
    public static byte[] element(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] part : contents) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int octets = length <= 0xff ? 1 : length <= 0xffff ? 2 : 3;
            out.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                out.write(length >>> (8 * i));
            }
        }
        for (byte[] part : contents) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static void base128(ByteArrayOutputStream out, long arc) {
        int groups = Math.max(1, (64 - Long.numberOfLeadingZeros(arc) + 6) / 7);
        for (int i = groups - 1; i >= 0; i--) {
            out.write((int) ((arc >>> (7 * i)) & 0x7f) | (i == 0 ? 0 : 0x80));
        }
    }
}
