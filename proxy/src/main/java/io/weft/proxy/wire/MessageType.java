package io.weft.proxy.wire;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of one kind of message, by number and by name. */
public final class MessageType {

    private final Schema schema;
    private final String name;
    private final List<Field> fields;
    private final Map<String, Field> byName;
    private final Map<Integer, Field> byNumber;

    private final Message empty;

    MessageType(Schema schema, String name, List<Field> fields) {
        this.schema = schema;
        this.name = name;
        this.fields = List.copyOf(fields);
        byName = HashMap.newHashMap(fields.size() * 2);
        byNumber = HashMap.newHashMap(fields.size());
        for (Field field : fields) {
            byName.putIfAbsent(field.jsonName(), field);
            byNumber.put(field.number(), field);
        }
        // After the others: where the JSON name of one is the name of another, the name wins.
        fields.forEach(field -> byName.put(field.name(), field));
        empty = new Message(this, new Object[fields.size()], List.of());
    }

    /** Full protobuf name. */
    public String name() {
        return name;
    }

    /** In order of their numbers. */
    public List<Field> fields() {
        return fields;
    }

    /** By name, or by the name that protobuf's JSON mapping gives it. */
    public @Nullable Field field(String name) {
        return byName.get(name);
    }

    @Nullable
    Field field(int number) {
        return byNumber.get(number);
    }

    /** @throws IllegalArgumentException for a name that is not in the API: an error of the one who asks */
    Field named(String field) {
        Field found = byName.get(field);
        if (found == null) {
            throw new IllegalArgumentException("no field " + field + " in " + name);
        }
        return found;
    }

    /**
     * The field of a group of which at most one is set that is; null for none.
     *
     * @param values what fields hold, by their index
     */
    @Nullable
    Field setOf(String oneof, @Nullable Object[] values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null && fields.get(i).oneof().equals(oneof)) {
                return fields.get(i);
            }
        }
        return null;
    }

    /** The type of what a field holds. */
    public MessageType of(Field field) {
        return schema.message(field.type());
    }

    /** The constants of a field's enum, by number. */
    public Map<Integer, String> constants(Field field) {
        return schema.constants(field.type());
    }

    /** As {@link #constants}; of a field that is no enum, none. */
    public Map<Integer, String> constantsOf(Field field) {
        return field.kind() == Kind.ENUM ? constants(field) : Map.of();
    }

    /** The number of a constant of a field's enum. */
    public int number(String field, String constant) {
        for (Map.Entry<Integer, String> each : constants(named(field)).entrySet()) {
            if (each.getValue().equals(constant)) {
                return each.getKey();
            }
        }
        throw new IllegalArgumentException("no constant " + constant + " of " + field + " in " + name);
    }

    /** A message with no field set. */
    public Message empty() {
        return empty;
    }

    @Override
    public String toString() {
        return name;
    }
}
