package io.weft.proxy.xds.parse;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where a value stands in a resource, written as in JSON: {@code listeners[web].filter_chains[0].filters[1].name}. Field
 * names are those of the protobuf files.
 */
public record FieldPath(@Nullable FieldPath parent, String segment) {

    /** Most lists are short, and a path is made for each element of each of them. */
    private static final List<String> FIRST =
            IntStream.range(0, 16).mapToObj(index -> "[" + index + "]").toList();

    public static FieldPath root(String label) {
        return new FieldPath(null, label);
    }

    /** A resource in a named collection, such as {@code listeners[web]}. */
    public static FieldPath resource(String collection, String name) {
        return root(collection).key(name);
    }

    public FieldPath field(String name) {
        return new FieldPath(this, name);
    }

    public FieldPath at(int index) {
        return new FieldPath(this, index < FIRST.size() ? FIRST.get(index) : "[" + index + "]");
    }

    /** An entry of a map, or a resource by its name. */
    public FieldPath key(String key) {
        return new FieldPath(this, "[" + Quote.shortened(key) + "]");
    }

    /** Segments from the outermost inwards; those of indices and keys keep their brackets. */
    public Deque<String> segments() {
        Deque<String> segments = new ArrayDeque<>();
        for (FieldPath at = this; at != null; at = at.parent) {
            segments.addFirst(at.segment);
        }
        return segments;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String segment : segments()) {
            if (!text.isEmpty() && !segment.startsWith("[")) {
                text.append('.');
            }
            text.append(segment);
        }
        return text.toString();
    }
}
