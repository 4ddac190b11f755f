package io.weft.controlplane.source;

import java.util.List;
import java.util.Map;

/** A parsed document as a tree in which every part knows its line, counted from 1 in the file. */
sealed interface YamlNode {
    int line();

    /** @param entries by key, in the order of the file */
    record Mapping(Map<String, Entry> entries, int line) implements YamlNode {}

    record Sequence(List<YamlNode> items, int line) implements YamlNode {}

    record Scalar(String text, Type type, int line) implements YamlNode {}

    record Entry(YamlNode value, int line) {}

    /** What a scalar is by the core schema of YAML 1.2; quotes make everything a string. */
    enum Type {
        STRING("a string"),
        NUMBER("the number"),
        BOOLEAN("the boolean"),
        NULL("null");

        private final String words;

        Type(String words) {
            this.words = words;
        }
    }

    /** As it is named in an error. */
    default String describe() {
        return switch (this) {
            case Mapping mapping -> "a mapping";
            case Sequence sequence -> "a list";
            case Scalar scalar ->
                switch (scalar.type()) {
                    case NULL -> "nothing";
                    case STRING -> "'" + Findings.shorten(scalar.text()) + "'";
                    case NUMBER, BOOLEAN -> scalar.type().words + " " + Findings.shorten(scalar.text());
                };
        };
    }

    default boolean isNull() {
        return this instanceof Scalar scalar && scalar.type() == Type.NULL;
    }
}
