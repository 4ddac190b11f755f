package io.weft.controlplane.model;

import java.util.Comparator;

/**
 * Something that its owner should correct. A problem stops nothing but the object that it names.
 *
 * @param file the file, relative to the watched folder
 * @param line the line, counted from 1; 0 when the whole file is meant
 * @param object the object as in {@code Service shop/cart}, or empty when it could not be told
 * @param reason what is wrong, with the path of the field, the value found and what was expected
 */
public record Problem(String file, int line, String object, String reason) implements Comparable<Problem> {
    private static final Comparator<Problem> ORDER = Comparator.comparing(Problem::file)
            .thenComparingInt(Problem::line)
            .thenComparing(Problem::object)
            .thenComparing(Problem::reason);

    @Override
    public int compareTo(Problem other) {
        return ORDER.compare(this, other);
    }

    /** As a compiler would print it: {@code shop/cart.yaml:12: Service shop/cart: spec.ports: ...}. */
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (object.isEmpty() ? "" : object + ": ") + reason;
    }
}
