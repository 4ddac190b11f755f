package io.weft.examples.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a program or library needs to be loaded (System V ABI, ELF-64 and its AMD64 supplement).
 *
 * @param libraries the names of its libraries, such as {@code libc.so.6}
 * @param loader the absolute path of the program that loads it; a library has none
 */
record Elf(List<String> libraries, Optional<String> loader) {
    private static final int MAGIC = 0x464c457f;
    private static final byte CLASS_64 = 2;
    private static final byte LITTLE_ENDIAN = 1;
    private static final short AMD64 = 62;
    private static final int HEADER = 64;

    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final int INTERPRETER = 3;
    private static final long NEEDED = 1;
    private static final long STRINGS = 5;

    /**
     * Reads a file; one of another kind is nothing.
     *
     * @throws ImageException when it is for another machine, or broken
     */
    static Optional<Elf> read(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() < HEADER) {
                return Optional.empty();
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            return read(bytes.order(ByteOrder.LITTLE_ENDIAN), file);
        }
    }

    private static Optional<Elf> read(ByteBuffer bytes, Path file) {
        if (bytes.getInt(0) != MAGIC) {
            return Optional.empty();
        }
        if (bytes.get(4) != CLASS_64 || bytes.get(5) != LITTLE_ENDIAN || bytes.getShort(18) != AMD64) {
            throw new ImageException(file + " is not for x86-64, as the image is");
        }
        try {
            return Optional.of(elf(bytes));
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            throw new ImageException(file + " is a broken ELF file", e);
        }
    }

    private static Elf elf(ByteBuffer bytes) {
        List<Segment> segments = segments(bytes);
        var libraries = new ArrayList<String>();
        Optional<String> loader = Optional.empty();
        for (Segment segment : segments) {
            if (segment.type == INTERPRETER) {
                loader = Optional.of(text(bytes, segment.offset));
            } else if (segment.type == DYNAMIC) {
                long strings = value(bytes, segment, STRINGS).getFirst();
                long at = segments.stream()
                        .filter(s -> s.type == LOAD && strings >= s.address && strings < s.address + s.size)
                        .mapToLong(s -> s.offset + strings - s.address)
                        .findFirst()
                        .orElseThrow(IndexOutOfBoundsException::new);
                for (long name : value(bytes, segment, NEEDED)) {
                    libraries.add(text(bytes, at + name));
                }
            }
        }
        return new Elf(List.copyOf(libraries), loader);
    }

    private record Segment(int type, long offset, long address, long size) {}

    private static List<Segment> segments(ByteBuffer bytes) {
        long table = bytes.getLong(32);
        int length = bytes.getShort(54) & 0xffff;
        int count = bytes.getShort(56) & 0xffff;
        var segments = new ArrayList<Segment>();
        for (int i = 0; i < count; i++) {
            int at = Math.toIntExact(table + (long) i * length);
            segments.add(new Segment(
                    bytes.getInt(at), bytes.getLong(at + 8), bytes.getLong(at + 16), bytes.getLong(at + 32)));
        }
        return segments;
    }

    /** The values of a tag in a dynamic section. */
    private static List<Long> value(ByteBuffer bytes, Segment dynamic, long tag) {
        var values = new ArrayList<Long>();
        for (long at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
            if (bytes.getLong(Math.toIntExact(at)) == tag) {
                values.add(bytes.getLong(Math.toIntExact(at + 8)));
            }
        }
        if (tag == STRINGS && values.size() != 1) {
            throw new IndexOutOfBoundsException("no table of strings");
        }
        return values;
    }

    private static String text(ByteBuffer bytes, long offset) {
        int from = Math.toIntExact(offset);
        int to = from;
        while (bytes.get(to) != 0) {
            to++;
        }
        byte[] text = new byte[to - from];
        bytes.get(from, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
