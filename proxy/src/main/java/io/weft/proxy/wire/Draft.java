package io.weft.proxy.wire;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message that is being put together; for one thread. */
public final class Draft {

    private final MessageType type;
    private final @Nullable Object[] values;

    public Draft(MessageType type) {
        this.type = type;
        this.values = new Object[type.fields().size()];
    }

    public static Draft of(String type) {
        return new Draft(Schema.envoy().message(type));
    }

    public MessageType type() {
        return type;
    }

    /** Sets a single field by name; a list or map is given whole. */
    public Draft with(String field, Object value) {
        set(type.named(field), value);
        return this;
    }

    /** Sets a field; a default without presence is not kept. Of a group of which one may be set, the last stays. */
    public void set(Field field, Object value) {
        Field other = field.oneof().isEmpty() ? null : type.setOf(field.oneof(), values);
        if (other != null) {
            values[other.index()] = null;
        }
        values[field.index()] = !field.presence() && isDefault(value) ? null : value;
    }

    /** What a scalar is that was not set. */
    static Object zero(Kind kind) {
        return switch (kind) {
            case BOOL -> false;
            case STRING -> "";
            case BYTES -> Bytes.EMPTY;
            case FLOAT, DOUBLE -> 0.0;
            case INT64, UINT64, SINT64, FIXED64, SFIXED64 -> 0L;
            case ENUM, INT32, UINT32, SINT32, FIXED32, SFIXED32 -> 0;
            case MESSAGE -> throw new IllegalArgumentException("a message has a type of its own");
        };
    }

    static boolean isDefault(Object value) {
        return switch (value) {
            case Boolean bool -> !bool;
            case Integer number -> number == 0;
            case Long number -> number == 0;
            // A negative zero is not the default.
            case Double number -> Double.doubleToRawLongBits(number) == 0;
            case String text -> text.isEmpty();
            case Bytes bytes -> bytes.isEmpty();
            case List<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }

    @SuppressWarnings("unchecked") // a list of this class is only made here
    public void add(Field field, Object value) {
        List<Object> list = (List<Object>) values[field.index()];
        if (list == null) {
            list = new ArrayList<>();
            values[field.index()] = list;
        }
        list.add(value);
    }

    @SuppressWarnings("unchecked") // a map of this class is only made here
    public void put(Field field, String key, Object value) {
        Map<String, Object> map = (Map<String, Object>) values[field.index()];
        if (map == null) {
            map = new LinkedHashMap<>();
            values[field.index()] = map;
        }
        map.put(key, value);
    }

    /** The field of a group that is set already; null for none. */
    public @Nullable Field setOf(String oneof) {
        return type.setOf(oneof, values);
    }

    /** Lays the fields of a message over what is here. */
    void merge(Message over) {
        for (Field field : over.given()) {
            switch (over.value(field)) {
                case List<?> list -> list.forEach(element -> add(field, element));
                case Map<?, ?> map -> map.forEach((key, value) -> put(field, (String) key, value));
                case Message inner
                when values[field.index()] instanceof Message before -> set(field, before.merge(inner));
                case Object value -> set(field, value);
                case null -> {}
            }
        }
    }

    @Nullable
    Object value(Field field) {
        return values[field.index()];
    }

    public Message build() {
        return build(List.of());
    }

    Message build(List<Integer> unknown) {
        @Nullable Object[] made = values.clone();
        for (int i = 0; i < made.length; i++) {
            if (made[i] instanceof List<?> list) {
                made[i] = Collections.unmodifiableList(list);
            } else if (made[i] instanceof Map<?, ?> map) {
                made[i] = Collections.unmodifiableMap(map);
            }
        }
        return new Message(type, made, unknown);
    }
}
