package io.weft.proxy.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that never change, or a part of such without a copy. */
public final class Bytes {

    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private final byte[] array;
    private final int from;
    private final int length;

    private Bytes(byte[] array, int from, int length) {
        this.array = array;
        this.from = from;
        this.length = length;
    }

    /** Takes the array over: nobody may write to it any more. */
    public static Bytes of(byte[] array) {
        return new Bytes(array, 0, array.length);
    }

    public static Bytes utf8(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    public int size() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    byte at(int index) {
        return array[from + index];
    }

    Bytes part(int start, int size) {
        return size == 0 ? EMPTY : new Bytes(array, from + start, size);
    }

    /** The same bytes, holding no others in memory; for what is kept when the rest is let go. */
    public Bytes compact() {
        return length == array.length ? this : of(toArray());
    }

    public byte[] toArray() {
        return Arrays.copyOfRange(array, from, from + length);
    }

    /** A view that cannot be written to. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(array, from, length).slice().asReadOnlyBuffer();
    }

    String latin1(int start, int size) {
        return new String(array, from + start, size, StandardCharsets.ISO_8859_1);
    }

    String utf8(int start, int size) {
        return new String(array, from + start, size, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes
                && Arrays.equals(array, from, from + length, bytes.array, bytes.from, bytes.from + bytes.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + array[from + i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return length + " bytes";
    }
}
