package io.weft.proxy.xds.parse;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import java.math.BigDecimal;

/** Small values as protobuf's JSON mapping writes them, for comparison with a table and for errors. */
final class JsonText {

    private JsonText() {}

    static String of(FieldDescriptor field, Object value) {
        if (field.isRepeated()) {
            return "a list";
        }
        return switch (value) {
            case EnumValueDescriptor constant -> constant.getName();
            case BoolValue bool -> String.valueOf(bool.getValue());
            case UInt32Value number -> Integer.toUnsignedString(number.getValue());
            case Duration duration -> of(duration);
            case Message message -> message.getAllFields().isEmpty() ? "{}" : "this value";
            case Integer number when unsigned(field) -> Integer.toUnsignedString(number);
            default -> String.valueOf(value);
        };
    }

    static String of(Duration duration) {
        BigDecimal seconds = BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNanos(), 9));
        return (seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString()) + "s";
    }

    private static boolean unsigned(FieldDescriptor field) {
        return field.getType() == FieldDescriptor.Type.UINT32 || field.getType() == FieldDescriptor.Type.FIXED32;
    }
}
