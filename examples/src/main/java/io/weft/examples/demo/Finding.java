package io.weft.examples.demo;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;

/**
 * What became of one fact.
 *
 * @param holds whether it is so
 * @param seen what was seen, in one line, either way
 */
record Finding(boolean holds, String seen) {
    @FormatMethod
    static Finding of(boolean holds, @FormatString String seen, Object... values) {
        return new Finding(holds, seen.formatted(values));
    }
}
