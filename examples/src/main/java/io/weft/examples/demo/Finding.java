package io.weft.examples.demo;

/**
 * What became of one fact.
 *
 * @param holds whether it is so
 * @param seen what was seen, in one line, either way
 */
record Finding(boolean holds, String seen) {
    static Finding of(boolean holds, String seen, Object... values) {
        return new Finding(holds, seen.formatted(values));
    }
}
