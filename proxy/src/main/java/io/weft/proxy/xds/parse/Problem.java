package io.weft.proxy.xds.parse;

/**
 * What is wrong with one field.
 *
 * @param what the offending value and what was expected, or {@code not supported}
 */
public record Problem(FieldPath path, String what) {

    static final String NOT_SUPPORTED = "not supported";

    static Problem notSupported(FieldPath path) {
        return new Problem(path, NOT_SUPPORTED);
    }

    @Override
    public String toString() {
        return path + ": " + what;
    }
}
