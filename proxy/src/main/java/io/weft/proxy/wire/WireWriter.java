package io.weft.proxy.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** From a message to protobuf's encoding. Lists of numbers are packed. */
final class WireWriter {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private WireWriter() {}

    static Bytes write(Message message) {
        return Bytes.of(array(message));
    }

    private static byte[] array(Message message) {
        WireWriter writer = new WireWriter();
        for (Field field : message.given()) {
            writer.field(field, message.value(field));
        }
        return writer.out.toByteArray();
    }

    private void field(Field field, @org.jspecify.annotations.Nullable Object value) {
        switch (value) {
            case List<?> list
            when field.kind().packable() -> {
                WireWriter packed = new WireWriter();
                list.forEach(element -> packed.value(field.kind(), element));
                delimited(field.number(), packed.out.toByteArray());
            }
            case List<?> list -> list.forEach(element -> single(field.number(), field.kind(), element));
            case Map<?, ?> map -> entries(field, map);
            case Object one -> single(field.number(), field.kind(), one);
            case null -> {}
        }
    }

    private void entries(Field field, Map<?, ?> map) {
        map.forEach((key, value) -> {
            WireWriter entry = new WireWriter();
            entry.single(1, Kind.STRING, key);
            entry.single(2, field.kind(), value);
            delimited(field.number(), entry.out.toByteArray());
        });
    }

    private void single(int number, Kind kind, Object value) {
        varint(WireFormat.tag(number, kind.wireType()));
        value(kind, value);
    }

    private void delimited(int number, byte[] bytes) {
        varint(WireFormat.tag(number, WireFormat.LENGTH_DELIMITED));
        bytes(bytes);
    }

    private void bytes(byte[] bytes) {
        varint(bytes.length);
        out.writeBytes(bytes);
    }

    private void value(Kind kind, Object value) {
        switch (kind) {
            case BOOL -> varint((Boolean) value ? 1 : 0);
            case ENUM, INT32 -> varint((Integer) value);
            case UINT32 -> varint(Integer.toUnsignedLong((Integer) value));
            case SINT32 -> {
                int number = (Integer) value;
                varint(Integer.toUnsignedLong((number << 1) ^ (number >> 31)));
            }
            case INT64, UINT64 -> varint((Long) value);
            case SINT64 -> {
                long number = (Long) value;
                varint((number << 1) ^ (number >> 63));
            }
            case FIXED32, SFIXED32 -> fixed((Integer) value, 4);
            case FIXED64, SFIXED64 -> fixed((Long) value, 8);
            case FLOAT -> fixed(Float.floatToRawIntBits(((Double) value).floatValue()), 4);
            case DOUBLE -> fixed(Double.doubleToRawLongBits((Double) value), 8);
            case STRING -> bytes(((String) value).getBytes(StandardCharsets.UTF_8));
            case BYTES -> bytes(((Bytes) value).toArray());
            case MESSAGE -> bytes(array((Message) value));
        }
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private void fixed(long value, int size) {
        for (int i = 0; i < size; i++) {
            out.write((int) (value >>> (8 * i)));
        }
    }
}
