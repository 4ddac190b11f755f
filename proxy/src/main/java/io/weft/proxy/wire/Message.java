package io.weft.proxy.wire;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message, asked for its fields by their names in the API. A field that is not set gives its default, as protobuf
 * has it: an empty text, zero, false, the first constant, an empty message or list. Asking for a field that the type does
 * not have, or for another kind than it has, is an error of the caller and throws.
 */
public final class Message {

    private final MessageType type;
    private final @Nullable Object[] values;
    private final List<Integer> unknown;

    Message(MessageType type, @Nullable Object[] values, List<Integer> unknown) {
        this.type = type;
        this.values = values;
        this.unknown = unknown;
    }

    /** With no field set. */
    public static Message empty(String type) {
        return Schema.envoy().message(type).empty();
    }

    /** @throws MalformedMessage for bytes that are not such a message */
    public static Message read(String type, Bytes bytes) throws MalformedMessage {
        return WireReader.read(Schema.envoy().message(type), bytes);
    }

    /** The first text with this number in bytes that need not be a whole message; empty where there is none. */
    public static String textOf(int number, Bytes bytes) {
        return WireReader.textOf(number, bytes);
    }

    /** In protobuf's encoding, fields in order of their numbers, entries of maps in the order they were given. */
    public Bytes toBytes() {
        return WireWriter.write(this);
    }

    public MessageType type() {
        return type;
    }

    /** Whether the field was given; one without presence that holds its default counts as not given. */
    public boolean has(String field) {
        return value(type.named(field)) != null;
    }

    /** What a field holds; null for a field that is not set. Lists and maps cannot be changed. */
    public @Nullable Object value(Field field) {
        return values[field.index()];
    }

    /** The fields that are set, in order of their numbers. */
    public List<Field> given() {
        List<Field> given = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                given.add(type.fields().get(i));
            }
        }
        return given;
    }

    public boolean isEmpty() {
        return given().isEmpty() && unknown.isEmpty();
    }

    /** The numbers of fields that the API, as it is known here, does not have. */
    public List<Integer> unknown() {
        return unknown;
    }

    /** The name of the field that is set of a group of which at most one is; empty for none. */
    public String which(String oneof) {
        Field set = type.setOf(oneof, values);
        return set == null ? "" : set.name();
    }

    public String text(String field) {
        return get(field, String.class, "");
    }

    public boolean flag(String field) {
        return get(field, Boolean.class, false);
    }

    /** Of 32 bits; unsigned ones from 2^31 on are negative. Of an enum, the constant's number. */
    public int number(String field) {
        return get(field, Integer.class, 0);
    }

    /** Of 64 bits. */
    public long wide(String field) {
        return get(field, Long.class, 0L);
    }

    public double real(String field) {
        return get(field, Double.class, 0.0);
    }

    public Bytes bytes(String field) {
        return get(field, Bytes.class, Bytes.EMPTY);
    }

    /** The name of an enum's constant; for a number without a name, the number. */
    public String choice(String field) {
        Field found = type.named(field);
        return constant(found, value(found) instanceof Integer value ? value : 0);
    }

    public Message message(String field) {
        Field found = type.named(field);
        Object value = value(found);
        return value == null ? type.of(found).empty() : (Message) value;
    }

    public int count(String field) {
        Field found = type.named(field);
        return found.cardinality() == Field.Cardinality.MAP
                ? ((Map<?, ?>) value(found, Map.of())).size()
                : list(field).size();
    }

    public Message message(String field, int index) {
        return (Message) list(field).get(index);
    }

    public String text(String field, int index) {
        return (String) list(field).get(index);
    }

    public int number(String field, int index) {
        return (Integer) list(field).get(index);
    }

    public String choice(String field, int index) {
        return constant(type.named(field), (Integer) list(field).get(index));
    }

    public List<Message> messages(String field) {
        return list(field).stream().map(Message.class::cast).toList();
    }

    public List<String> texts(String field) {
        return list(field).stream().map(String.class::cast).toList();
    }

    public List<Integer> numbers(String field) {
        return list(field).stream().map(Integer.class::cast).toList();
    }

    /** The names of an enum's constants. */
    public List<String> choices(String field) {
        Field found = type.named(field);
        return numbers(field).stream().map(number -> constant(found, number)).toList();
    }

    /** Of a map to messages, in the order received. */
    public Map<String, Message> entries(String field) {
        Map<String, Message> entries = new LinkedHashMap<>();
        ((Map<?, ?>) value(type.named(field), Map.of()))
                .forEach((key, value) -> entries.put((String) key, (Message) value));
        return Collections.unmodifiableMap(entries);
    }

    private <T> T get(String field, Class<T> kind, T otherwise) {
        Object value = value(type.named(field));
        return value == null ? otherwise : kind.cast(value);
    }

    private Object value(Field field, Object otherwise) {
        Object value = value(field);
        return value == null ? otherwise : value;
    }

    private List<?> list(String field) {
        return (List<?>) value(type.named(field), List.of());
    }

    String constant(Field field, int number) {
        String name = type.constants(field).get(number);
        return name == null ? Integer.toString(number) : name;
    }

    /** With the fields of another message laid over: values replace, lists grow, messages are joined field by field. */
    public Message merge(Message over) {
        Draft draft = new Draft(type);
        draft.merge(this);
        draft.merge(over);
        return draft.build(unknown);
    }

    /** As if the field were not set. */
    public Message without(String field) {
        @Nullable Object[] left = values.clone();
        left[type.named(field).index()] = null;
        return new Message(type, left, unknown);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message message
                && type == message.type
                && java.util.Arrays.equals(values, message.values)
                && unknown.equals(message.unknown);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(values);
    }

    /** As JSON of one line. */
    @Override
    public String toString() {
        return Json.line(PlainMessage.of(this));
    }
}
