package io.weft.controlplane.admin;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes values as JSON for people to read: records as objects of their components, maps, collections, optionals, numbers, booleans,
 * and everything else by its text.
 */
final class Json {
    private final StringBuilder out = new StringBuilder();

    private Json() {}

    static String text(Object value) {
        Json json = new Json();
        json.value(value, "\n");
        return json.out.append('\n').toString();
    }

    private void value(@Nullable Object value, String line) {
        switch (value) {
            case null -> out.append("null");
            case Optional<?> optional -> value(optional.orElse(null), line);
            case Number number -> out.append(number);
            case Boolean bool -> out.append(bool);
            case Map<?, ?> map -> object(map, line);
            case Collection<?> collection -> array(collection, line);
            case Record pojo when isPlain(pojo) -> string(pojo.toString());
            case Record pojo -> record(pojo, line);
            default -> string(value.toString());
        }
    }

    /** A record of one text, such as an address, reads better as that text. */
    private static boolean isPlain(Record value) {
        RecordComponent[] components = value.getClass().getRecordComponents();
        return components.length == 1 && components[0].getType() == String.class;
    }

    private void record(Record value, String line) {
        var fields = new java.util.LinkedHashMap<String, @Nullable Object>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            try {
                var accessor = component.getAccessor();
                accessor.setAccessible(true);
                fields.put(component.getName(), accessor.invoke(value));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("component " + component.getName() + " of " + value.getClass(), e);
            }
        }
        object(fields, line);
    }

    private void object(Map<?, ? extends @Nullable Object> map, String line) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        String separator = "{";
        for (Map.Entry<?, ? extends @Nullable Object> entry : map.entrySet()) {
            out.append(separator).append(line).append("  ");
            string(String.valueOf(entry.getKey()));
            out.append(": ");
            value(entry.getValue(), line + "  ");
            separator = ",";
        }
        out.append(line).append('}');
    }

    private void array(Collection<? extends @Nullable Object> collection, String line) {
        if (collection.isEmpty()) {
            out.append("[]");
            return;
        }
        String separator = "[";
        for (Object element : collection) {
            out.append(separator).append(line).append("  ");
            value(element, line + "  ");
            separator = ",";
        }
        out.append(line).append(']');
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
