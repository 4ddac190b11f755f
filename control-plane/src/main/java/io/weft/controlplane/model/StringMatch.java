package io.weft.controlplane.model;

/** Istio's way to match a string: the whole, its beginning ({@code x*}), its end ({@code *x}), or that there is one ({@code *}). */
public sealed interface StringMatch {
    record Exact(String value) implements StringMatch {}

    record Prefix(String value) implements StringMatch {}

    record Suffix(String value) implements StringMatch {}

    record Present() implements StringMatch {}

    /**
     * Reads Istio's notation.
     *
     * @throws IllegalArgumentException when the text is empty or has a star elsewhere than at one end
     */
    static StringMatch of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("must not be empty");
        }
        if (text.equals("*")) {
            return new Present();
        }
        boolean starAtFront = text.startsWith("*");
        boolean starAtEnd = text.endsWith("*");
        String rest = text.substring(starAtFront ? 1 : 0, text.length() - (starAtEnd ? 1 : 0));
        if (rest.indexOf('*') >= 0 || (starAtFront && starAtEnd)) {
            throw new IllegalArgumentException("'" + text + "' may have '*' at its beginning or at its end only");
        }
        if (starAtFront) {
            return new Suffix(rest);
        }
        return starAtEnd ? new Prefix(rest) : new Exact(rest);
    }
}
