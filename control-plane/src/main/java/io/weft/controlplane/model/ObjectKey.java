package io.weft.controlplane.model;

import java.util.Comparator;

/**
 * The name of one object in a mesh.
 *
 * @param namespace the namespace, empty for a kind that has none
 */
public record ObjectKey(Kind kind, String namespace, String name) implements Comparable<ObjectKey> {
    private static final Comparator<ObjectKey> ORDER = Comparator.comparing(ObjectKey::kind)
            .thenComparing(ObjectKey::namespace)
            .thenComparing(ObjectKey::name);

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }

    /** As in {@code Service shop/cart}. */
    @Override
    public String toString() {
        return kind + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }
}
