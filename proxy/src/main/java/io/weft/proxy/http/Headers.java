package io.weft.proxy.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Field lines as bytes, in the order and with the case they came in. Every line is held as it stands in an HTTP/1
 * message, CRLF included, so that lines nobody touched are forwarded in one copy. Lines that came over HTTP/2 are held
 * the same way.
 *
 * <p>Belongs to one exchange on one event loop; cleared and used again by the next.
 */
public final class Headers {

    private static final int STRIDE = 5;
    private static final int NAME = 0;
    private static final int NAME_END = 1;
    private static final int VALUE = 2;
    private static final int VALUE_END = 3;
    private static final int LINE_END = 4;

    private byte[] bytes = new byte[512];
    private int used;
    private int[] lines = new int[16 * STRIDE];
    private @Nullable FieldName[] names = new FieldName[16];
    private int count;

    /** Forgets all lines; the room is kept up to a size that an ordinary message needs. */
    public void clear() {
        used = 0;
        count = 0;
        if (bytes.length > 8192) {
            bytes = new byte[512];
        }
    }

    /** How many lines there are, removed ones included. */
    public int count() {
        return count;
    }

    public boolean isRemoved(int line) {
        return names[line] == null;
    }

    /** Null once removed. */
    public @Nullable FieldName name(int line) {
        return names[line];
    }

    public byte[] bytes() {
        return bytes;
    }

    public int nameStart(int line) {
        return lines[line * STRIDE + NAME];
    }

    public int nameEnd(int line) {
        return lines[line * STRIDE + NAME_END];
    }

    public int valueStart(int line) {
        return lines[line * STRIDE + VALUE];
    }

    public int valueEnd(int line) {
        return lines[line * STRIDE + VALUE_END];
    }

    /** Name as sent. */
    public String nameText(int line) {
        return text(nameStart(line), nameEnd(line));
    }

    /** Value without the white space around it; bytes beyond ASCII are read as ISO 8859-1 so that none is lost. */
    public String value(int line) {
        return text(valueStart(line), valueEnd(line));
    }

    public String text(int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** The first line of that name from {@code from} on, or -1. */
    public int find(FieldName name, int from) {
        for (int line = from; line < count; line++) {
            if (names[line] == name) {
                return line;
            }
        }
        return -1;
    }

    public boolean has(FieldName name) {
        return find(name, 0) >= 0;
    }

    /** The first line of that name from {@code from} on, or -1. */
    public int find(String lowerCaseName, int from) {
        int length = lowerCaseName.length();
        for (int line = from; line < count; line++) {
            if (names[line] != null && nameEnd(line) - nameStart(line) == length && isNamed(line, lowerCaseName)) {
                return line;
            }
        }
        return -1;
    }

    private boolean isNamed(int line, String lowerCaseName) {
        int start = nameStart(line);
        for (int i = 0; i < lowerCaseName.length(); i++) {
            if (lower(bytes[start + i]) != lowerCaseName.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** All values of that name joined by commas, or null where there is none. */
    public @Nullable String joined(String lowerCaseName) {
        int line = find(lowerCaseName, 0);
        if (line < 0) {
            return null;
        }
        String value = value(line);
        for (line = find(lowerCaseName, line + 1); line >= 0; line = find(lowerCaseName, line + 1)) {
            value = value + "," + value(line);
        }
        return value;
    }

    /** Whether the value is that text, letters compared without case. */
    public boolean valueIs(int line, String lowerCaseText) {
        int start = valueStart(line);
        if (valueEnd(line) - start != lowerCaseText.length()) {
            return false;
        }
        for (int i = 0; i < lowerCaseText.length(); i++) {
            if (lower(bytes[start + i]) != lowerCaseText.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    public void remove(int line) {
        names[line] = null;
    }

    /** Removes every line of that name; says whether there was one. */
    public boolean removeAll(FieldName name) {
        boolean found = false;
        for (int line = 0; line < count; line++) {
            if (names[line] == name) {
                names[line] = null;
                found = true;
            }
        }
        return found;
    }

    public boolean removeAll(String lowerCaseName) {
        boolean found = false;
        for (int line = find(lowerCaseName, 0); line >= 0; line = find(lowerCaseName, line + 1)) {
            names[line] = null;
            found = true;
        }
        return found;
    }

    public void set(FieldName name, CharSequence value) {
        removeAll(name);
        add(name, value);
    }

    public void set(String lowerCaseName, CharSequence value) {
        removeAll(lowerCaseName);
        add(lowerCaseName, value);
    }

    public void add(FieldName name, CharSequence value) {
        append(name, name.text(), value);
    }

    public void add(String name, CharSequence value) {
        append(FieldName.of(name), name, value);
    }

    private void append(FieldName known, CharSequence name, CharSequence value) {
        int start = used;
        ensure(name.length() + value.length() + 4);
        put(name);
        int nameEnd = used;
        bytes[used++] = ':';
        bytes[used++] = ' ';
        int valueStart = used;
        put(value);
        int valueEnd = used;
        bytes[used++] = '\r';
        bytes[used++] = '\n';
        line(known, start, nameEnd, valueStart, valueEnd, used);
    }

    private void put(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            bytes[used++] = (byte) text.charAt(i);
        }
    }

    // ---- for codecs ----

    /** Makes room for {@code more} bytes behind those used and returns the array to write into. */
    public byte[] ensure(int more) {
        if (used + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(used + more, bytes.length * 2));
        }
        return bytes;
    }

    public int used() {
        return used;
    }

    /** Says that bytes up to {@code end} are taken. */
    public void used(int end) {
        used = end;
    }

    /** Records a line whose bytes already stand in {@link #bytes}; {@code lineEnd} lies behind its CRLF. */
    public void line(FieldName name, int nameStart, int nameEnd, int valueStart, int valueEnd, int lineEnd) {
        if (count == names.length) {
            names = Arrays.copyOf(names, count * 2);
            lines = Arrays.copyOf(lines, lines.length * 2);
        }
        int at = count * STRIDE;
        lines[at + NAME] = nameStart;
        lines[at + NAME_END] = nameEnd;
        lines[at + VALUE] = valueStart;
        lines[at + VALUE_END] = valueEnd;
        lines[at + LINE_END] = lineEnd;
        names[count++] = name;
    }

    /** How many bytes {@link #writeTo} can write at most. */
    public int size() {
        return used;
    }

    /** Writes the lines that are left, without the empty line that ends a head. Neighbours go in one copy. */
    public void writeTo(ByteBuf out) {
        int runStart = -1;
        int runEnd = -1;
        for (int line = 0; line < count; line++) {
            if (names[line] == null) {
                continue;
            }
            int start = lines[line * STRIDE + NAME];
            if (start != runEnd) {
                if (runStart >= 0) {
                    out.writeBytes(bytes, runStart, runEnd - runStart);
                }
                runStart = start;
            }
            runEnd = lines[line * STRIDE + LINE_END];
        }
        if (runStart >= 0) {
            out.writeBytes(bytes, runStart, runEnd - runStart);
        }
    }

    private static int lower(int b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < count; line++) {
            if (!isRemoved(line)) {
                text.append(nameText(line)).append(": ").append(value(line)).append('\n');
            }
        }
        return text.toString();
    }
}
