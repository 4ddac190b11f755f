package io.weft.controlplane.source;

import io.weft.controlplane.source.YamlNode.Mapping;
import io.weft.controlplane.source.YamlNode.Scalar;
import io.weft.controlplane.source.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One value with its path, read as the type that its field has. What does not fit is noted in the findings and read as empty; an
 * object with findings is never used.
 */
record Value(YamlNode node, String path, Findings findings) {
    /** How long a string may be that is matched or compared. */
    static final int MAX_STRING = 1024;

    private static final int MAX_ITEMS = 10_000;

    String string() {
        if (node instanceof Scalar scalar && scalar.type() == YamlNode.Type.STRING) {
            if (scalar.text().length() > MAX_STRING) {
                refuse("is " + scalar.text().length() + " characters long, at most " + MAX_STRING + " are allowed");
                return "";
            }
            return scalar.text();
        }
        boolean unquoted = node instanceof Scalar scalar && scalar.type() != YamlNode.Type.NULL;
        refuse("expected a string, found " + node.describe() + (unquoted ? " (write it in quotes)" : ""));
        return "";
    }

    /** A whole number; {@code min} when it is not one or not in bounds. */
    int integer(int min, int max) {
        if (node instanceof Scalar scalar
                && scalar.type() == YamlNode.Type.NUMBER
                && scalar.text().matches("[-+]?[0-9]{1,10}")) {
            long number = Long.parseLong(scalar.text());
            if (number >= min && number <= max) {
                return (int) number;
            }
        }
        refuse("expected a number from " + min + " to " + max + ", found " + node.describe());
        return min;
    }

    int port() {
        return integer(1, 65535);
    }

    boolean isNumber() {
        return node instanceof Scalar scalar && scalar.type() == YamlNode.Type.NUMBER;
    }

    boolean bool() {
        if (node instanceof Scalar scalar && scalar.type() == YamlNode.Type.BOOLEAN) {
            return scalar.text().equalsIgnoreCase("true");
        }
        refuse("expected true or false, found " + node.describe());
        return false;
    }

    /** A string that {@code reader} takes; its IllegalArgumentException becomes the finding. */
    <T> Optional<T> parsed(Function<String, T> reader) {
        int before = findings.size();
        String text = string();
        if (findings.size() > before) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.apply(text));
        } catch (IllegalArgumentException e) {
            refuse(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** One of the given words. */
    <T> Optional<T> oneOf(Map<String, T> words) {
        return parsed(text -> {
            T meaning = words.get(text);
            if (meaning == null) {
                String known =
                        String.join(", ", words.keySet().stream().sorted().toList());
                throw new IllegalArgumentException("expected " + (words.size() > 1 ? "one of " : "") + known
                        + ", found '" + Findings.shorten(text) + "'");
            }
            return meaning;
        });
    }

    Fields fields() {
        if (node instanceof Mapping mapping) {
            return new Fields(mapping, path, findings);
        }
        refuse("expected a mapping, found " + node.describe());
        return new Fields(new Mapping(Map.of(), node.line()), path, findings);
    }

    List<Value> items() {
        if (!(node instanceof Sequence sequence)) {
            refuse("expected a list, found " + node.describe());
            return List.of();
        }
        if (sequence.items().size() > MAX_ITEMS) {
            refuse("has " + sequence.items().size() + " items, at most " + MAX_ITEMS + " are allowed");
            return List.of();
        }
        var values = new ArrayList<Value>();
        for (YamlNode item : sequence.items()) {
            values.add(new Value(item, path + "[" + values.size() + "]", findings));
        }
        return values;
    }

    /** A list with at least one item. */
    List<Value> someItems() {
        List<Value> items = items();
        if (items.isEmpty() && node instanceof Sequence) {
            refuse("must not be an empty list");
        }
        return items;
    }

    /** A mapping with keys of the owner's choice. */
    <T> Map<String, T> map(Function<Value, T> reader) {
        if (!(node instanceof Mapping mapping)) {
            refuse("expected a mapping, found " + node.describe());
            return Map.of();
        }
        var result = new LinkedHashMap<String, T>();
        mapping.entries()
                .forEach((key, entry) ->
                        result.put(key, reader.apply(new Value(entry.value(), path + "[" + key + "]", findings))));
        return result;
    }

    void refuse(String reason) {
        findings.add(node.line(), path, reason);
    }
}
