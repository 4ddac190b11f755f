package io.weft.proxy.wire;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages as the maps, lists and scalars that {@link Json} writes, by protobuf's JSON mapping but with the names of the
 * API, as Envoy's admin interface shows them.
 */
public final class PlainMessage {

    private static final String WELL_KNOWN = "google.protobuf.";
    private static final String TYPE = "@type";

    private PlainMessage() {}

    public static @Nullable Object of(Message message) {
        String type = message.type().name();
        return switch (type) {
            case "google.protobuf.Any" -> any(message);
            case "google.protobuf.Duration" -> duration(message.wide("seconds"), message.number("nanos"));
            case "google.protobuf.Timestamp" ->
                Instant.ofEpochSecond(message.wide("seconds"), message.number("nanos"))
                        .toString();
            case "google.protobuf.Struct" -> struct(message);
            case "google.protobuf.ListValue" ->
                list(message.messages("values").stream().map(PlainMessage::of).iterator());
            case "google.protobuf.Value" -> value(message);
            default -> isWrapper(type) ? wrapped(message) : fields(message, "");
        };
    }

    /** With its type before its fields, as a message within an {@code Any} has. */
    public static Map<String, Object> typed(Message message) {
        return fields(message, "type.googleapis.com/" + message.type().name());
    }

    /** {@code 1.5s}, as of {@code google.protobuf.Duration}. */
    public static String duration(long seconds, int nanos) {
        BigDecimal exact = BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanos, 9));
        return (exact.signum() == 0 ? "0" : exact.stripTrailingZeros().toPlainString()) + "s";
    }

    /** A {@code google.protobuf.Struct} of what {@link Json} reads. */
    public static Message struct(Map<?, ?> object) {
        Map<String, Message> fields = new LinkedHashMap<>();
        object.forEach((key, value) -> fields.put(String.valueOf(key), value(value)));
        return Draft.of("google.protobuf.Struct").with("fields", fields).build();
    }

    private static Message value(@Nullable Object plain) {
        Draft value = Draft.of("google.protobuf.Value");
        switch (plain) {
            case null -> value.with("null_value", 0);
            case Map<?, ?> map -> value.with("struct_value", struct(map));
            case List<?> list ->
                value.with(
                        "list_value",
                        Draft.of("google.protobuf.ListValue")
                                .with(
                                        "values",
                                        list.stream().map(PlainMessage::value).toList())
                                .build());
            case Boolean bool -> value.with("bool_value", bool);
            case Number number -> value.with("number_value", number.doubleValue());
            default -> value.with("string_value", plain.toString());
        }
        return value.build();
    }

    /** Wrappers tell a value from none; the mapping writes the value alone. */
    private static boolean isWrapper(String type) {
        return type.startsWith(WELL_KNOWN) && type.endsWith("Value");
    }

    private static @Nullable Object wrapped(Message message) {
        Field value = message.type().named("value");
        Object given = message.value(value);
        return single(message, value, given == null ? Draft.zero(value.kind()) : given);
    }

    private static Map<String, Object> any(Message any) {
        String url = any.text("type_url");
        MessageType type = Schema.envoy().find(url.substring(url.lastIndexOf('/') + 1));
        try {
            if (type != null) {
                Message inner = WireReader.read(type, any.bytes("value"));
                return type.name().startsWith(WELL_KNOWN) ? pair(url, of(inner)) : fields(inner, url);
            }
        } catch (MalformedMessage e) {
            // Shown as it came, below.
        }
        return url.isEmpty() ? Map.of() : pair(url, base64(any.bytes("value")));
    }

    private static Map<String, Object> pair(String url, @Nullable Object value) {
        Map<String, Object> pair = new LinkedHashMap<>();
        pair.put(TYPE, url);
        pair.put("value", value == null ? "" : value);
        return pair;
    }

    private static Map<String, @Nullable Object> struct(Message struct) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        struct.entries("fields").forEach((key, value) -> object.put(key, value(value)));
        return object;
    }

    private static @Nullable Object value(Message value) {
        return switch (value.which("kind")) {
            case "string_value" -> value.text("string_value");
            case "number_value" -> value.real("number_value");
            case "bool_value" -> value.flag("bool_value");
            case "struct_value" -> of(value.message("struct_value"));
            case "list_value" -> of(value.message("list_value"));
            default -> null;
        };
    }

    private static Map<String, Object> fields(Message message, String url) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (!url.isEmpty()) {
            object.put(TYPE, url);
        }
        for (Field field : message.given()) {
            Object value = field(message, field, message.value(field));
            if (value != null) {
                object.put(field.name(), value);
            }
        }
        return object;
    }

    private static @Nullable Object field(Message message, Field field, @Nullable Object value) {
        return switch (value) {
            case List<?> list ->
                list(list.stream()
                        .map(element -> single(message, field, element))
                        .iterator());
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                map.forEach((key, element) -> object.put((String) key, single(message, field, element)));
                yield object;
            }
            case Object one -> single(message, field, one);
            case null -> null;
        };
    }

    private static List<@Nullable Object> list(java.util.Iterator<? extends @Nullable Object> elements) {
        List<@Nullable Object> list = new ArrayList<>();
        elements.forEachRemaining(list::add);
        return list;
    }

    private static @Nullable Object single(Message message, Field field, Object value) {
        return switch (value) {
            case Message inner -> of(inner);
            case Bytes bytes -> base64(bytes);
            // Beyond what JSON's readers keep exactly, so the mapping quotes them.
            case Long number -> field.kind().unsigned() ? Long.toUnsignedString(number) : Long.toString(number);
            case Integer number when field.kind() == Kind.ENUM -> constant(message, field, number);
            case Integer number when field.kind().unsigned() -> Integer.toUnsignedLong(number);
            default -> value;
        };
    }

    private static Object constant(Message message, Field field, Integer number) {
        String name = message.type().constants(field).get(number);
        return name == null ? number : name;
    }

    private static String base64(Bytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.toArray());
    }
}
