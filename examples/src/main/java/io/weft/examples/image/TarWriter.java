package io.weft.examples.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;

/**
 * A tar archive in POSIX's ustar form, in which all files have one time. Paths have at most 100 bytes, and up to 155 more
 * before a slash; there is nothing in an image that needs more.
 */
final class TarWriter {
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int PREFIX = 155;
    private static final long GREATEST = 1L << 33;

    private final OutputStream out;
    private final Instant time;

    TarWriter(OutputStream out, Instant time) {
        this.out = out;
        this.time = time;
    }

    void add(Entry entry) throws IOException {
        switch (entry) {
            case Entry.Folder folder -> header(folder.path() + "/", folder.mode(), folder.owner(), 0, '5', "");
            case Entry.Link link -> header(link.path(), 0777, link.owner(), 0, '2', link.target());
            case Entry.Text text -> {
                byte[] bytes = text.text().getBytes(StandardCharsets.UTF_8);
                header(text.path(), 0644, text.owner(), bytes.length, '0', "");
                out.write(bytes);
                fill(bytes.length);
            }
            case Entry.Copied copied -> {
                long size = Files.size(copied.source());
                header(copied.path(), copied.executable() ? 0755 : 0644, copied.owner(), size, '0', "");
                copy(copied.source(), size);
                fill(size);
            }
        }
    }

    private void copy(Path source, long size) throws IOException {
        long written = Files.copy(source, out);
        if (written != size) {
            throw new ImageException(
                    source + " had " + size + " bytes and then " + written + ": it changed while the image was made");
        }
    }

    /** Writes the archive's end; what is below stays open. */
    void finish() throws IOException {
        out.write(new byte[2 * BLOCK]);
    }

    private void fill(long size) throws IOException {
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    private void header(String path, int mode, int owner, long size, char type, String target) throws IOException {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        byte[] link = target.getBytes(StandardCharsets.UTF_8);
        int split = split(name, path);
        if (link.length > NAME || size >= GREATEST) {
            throw new ImageException(
                    "a link to " + target + " or a size of " + size + " does not fit into ustar: " + path);
        }
        byte[] header = new byte[BLOCK];
        System.arraycopy(name, split, header, 0, name.length - split);
        number(mode, header, 100, 8);
        number(owner, header, 108, 8);
        number(owner, header, 116, 8);
        number(size, header, 124, 12);
        number(time.getEpochSecond(), header, 136, 12);
        Arrays.fill(header, 148, 156, (byte) ' ');
        header[156] = (byte) type;
        System.arraycopy(link, 0, header, 157, link.length);
        text("ustar", header, 257);
        text("00", header, 263);
        System.arraycopy(name, 0, header, 345, Math.max(0, split - 1));
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        number(sum, header, 148, 7);
        out.write(header);
    }

    /** Where the part of a name begins that is not its prefix: after a slash. */
    private static int split(byte[] name, String path) {
        if (name.length <= NAME) {
            return 0;
        }
        for (int at = name.length - NAME - 1; at <= PREFIX && at < name.length - 1; at++) {
            if (name[at] == '/') {
                return at + 1;
            }
        }
        throw new ImageException("a path that does not fit into ustar: " + path);
    }

    /** Octal digits and a zero byte. */
    private static void number(long number, byte[] header, int at, int length) {
        String digits = Long.toOctalString(number);
        text("0".repeat(length - 1 - digits.length()) + digits, header, at);
    }

    private static void text(String text, byte[] header, int at) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
