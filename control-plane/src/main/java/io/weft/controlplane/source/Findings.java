package io.weft.controlplane.source;

import java.util.ArrayList;
import java.util.List;

/** What was found wrong in one object while reading it to its end, so that its owner sees everything at once. */
final class Findings {
    /** After this many the rest is not worth reading. */
    private static final int MOST = 20;

    record Finding(int line, String reason) {}

    private final List<Finding> found = new ArrayList<>();

    void add(int line, String path, String reason) {
        if (found.size() < MOST) {
            found.add(new Finding(line, path.isEmpty() ? reason : path + ": " + reason));
        }
    }

    int size() {
        return found.size();
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    List<Finding> list() {
        return List.copyOf(found);
    }

    /** A value as it may stand in a message: not too long, and on one line. */
    static String shorten(String text) {
        String line = text.codePoints()
                .limit(80)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return line.length() < text.length() ? line + "..." : line;
    }
}
