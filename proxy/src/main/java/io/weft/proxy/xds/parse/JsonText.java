package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.Field;
import io.weft.proxy.wire.Kind;
import io.weft.proxy.wire.Message;
import io.weft.proxy.wire.PlainMessage;
import java.util.List;
import java.util.Map;

/** Small values as protobuf's JSON mapping writes them, for comparison with a table and for errors. */
final class JsonText {

    private JsonText() {}

    /** Of a field that is set. */
    static String of(Message message, Field field) {
        return switch (message.value(field)) {
            case List<?> list -> "a list";
            case Map<?, ?> map -> "a list";
            case Message inner -> of(inner);
            case Integer number when field.kind() == Kind.ENUM -> message.choice(field.name());
            case Integer number when field.kind().unsigned() -> Integer.toUnsignedString(number);
            case Object value -> String.valueOf(value);
            case null -> "";
        };
    }

    private static String of(Message inner) {
        return switch (inner.type().name()) {
            case "google.protobuf.BoolValue" -> String.valueOf(inner.flag("value"));
            case "google.protobuf.UInt32Value" -> Integer.toUnsignedString(inner.number("value"));
            case "google.protobuf.Duration" -> duration(inner);
            default -> inner.isEmpty() ? "{}" : "this value";
        };
    }

    static String duration(Message duration) {
        return PlainMessage.duration(duration.wide("seconds"), duration.number("nanos"));
    }
}
