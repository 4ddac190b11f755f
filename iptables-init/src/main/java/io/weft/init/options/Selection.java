package io.weft.init.options;

import java.util.List;

/** Which values of a kind are meant: all of them ({@code *}), or those listed (an empty list is none). */
public sealed interface Selection<T> {
    record All<T>() implements Selection<T> {}

    record Listed<T>(List<T> values) implements Selection<T> {
        public Listed {
            values = List.copyOf(values);
        }
    }

    default boolean isNone() {
        return this instanceof Listed<T> listed && listed.values().isEmpty();
    }
}
