package io.weft.proxy.bootstrap;

import io.weft.proxy.wire.Draft;
import io.weft.proxy.wire.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Messages that protobuf's JSON mapping writes in a way of their own. */
final class WellKnown {

    private static final Pattern DURATION = Pattern.compile("(-?)(\\d{1,12})(?:\\.(\\d{1,9}))?s");
    private static final long MAX_SECONDS = 315_576_000_000L;

    private WellKnown() {}

    /**
     * @param part has begun; the rest of it is taken
     * @return null for a message that is written field by field
     */
    static @Nullable Message read(Part part, String type, YamlCursor cursor, NodeBudget budget) {
        return switch (type) {
            case "google.protobuf.Duration" -> duration(scalar(part));
            case "google.protobuf.BoolValue" -> wrapped(type, ScalarReader.bool(scalar(part)));
            case "google.protobuf.StringValue" -> wrapped(type, ScalarReader.string(scalar(part)));
            case "google.protobuf.BytesValue" -> wrapped(type, ScalarReader.bytes(scalar(part)));
            case "google.protobuf.UInt32Value" -> wrapped(type, ScalarReader.uint32(scalar(part)));
            case "google.protobuf.UInt64Value" -> wrapped(type, ScalarReader.uint64(scalar(part)));
            case "google.protobuf.DoubleValue" -> wrapped(type, ScalarReader.decimal(scalar(part)));
            case "google.protobuf.Struct" -> struct(part, cursor, budget);
            case "google.protobuf.Value" -> value(part, cursor, budget);
            default -> null;
        };
    }

    private static Part.Scalar scalar(Part part) {
        if (part instanceof Part.Scalar scalar) {
            return scalar;
        }
        throw new IllegalArgumentException("expected a value, not " + part.described());
    }

    /** {@code 1.5s}: seconds with up to nine decimals. */
    private static Message duration(Part.Scalar scalar) {
        Matcher matcher = DURATION.matcher(scalar.text());
        if (!matcher.matches() || Long.parseLong(matcher.group(2)) > MAX_SECONDS) {
            throw ScalarReader.expected(scalar, "a duration in seconds, such as 0.25s");
        }
        String decimals = matcher.group(3);
        int nanos = decimals == null ? 0 : Integer.parseInt((decimals + "00000000").substring(0, 9));
        int sign = matcher.group(1).isEmpty() ? 1 : -1;
        return Draft.of("google.protobuf.Duration")
                .with("seconds", sign * Long.parseLong(matcher.group(2)))
                .with("nanos", sign * nanos)
                .build();
    }

    private static Message struct(Part part, YamlCursor cursor, NodeBudget budget) {
        if (!(part instanceof Part.Mapping)) {
            throw new IllegalArgumentException("expected an object, not " + part.described());
        }
        Map<String, Message> fields = new LinkedHashMap<>();
        for (Part.Scalar key = cursor.key(); key != null; key = cursor.key()) {
            if (fields.containsKey(key.text())) {
                throw new IllegalArgumentException(key.described() + " given twice");
            }
            fields.put(key.text(), value(cursor.value(), cursor, budget));
        }
        return Draft.of("google.protobuf.Struct").with("fields", fields).build();
    }

    private static Message list(YamlCursor cursor, NodeBudget budget) {
        List<Message> values = new ArrayList<>();
        for (Part element = cursor.next(); element != null; element = cursor.next()) {
            values.add(value(element, cursor, budget));
        }
        return Draft.of("google.protobuf.ListValue").with("values", values).build();
    }

    private static Message value(Part part, YamlCursor cursor, NodeBudget budget) {
        budget.spend(part);
        return switch (part) {
            case Part.Mapping _ -> kind("struct_value", struct(part, cursor, budget));
            case Part.Sequence _ -> kind("list_value", list(cursor, budget));
            case Part.Scalar scalar when scalar.isNull() -> kind("null_value", 0);
            case Part.Scalar scalar when scalar.isBool() -> kind("bool_value", Boolean.parseBoolean(scalar.text()));
            case Part.Scalar scalar when scalar.isNumber() -> kind("number_value", ScalarReader.decimal(scalar));
            case Part.Scalar scalar -> kind("string_value", scalar.text());
        };
    }

    private static Message wrapped(String type, Object value) {
        return Draft.of(type).with("value", value).build();
    }

    private static Message kind(String kind, Object value) {
        return Draft.of("google.protobuf.Value").with(kind, value).build();
    }
}
