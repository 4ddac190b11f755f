package io.weft.proxy.wire;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * From protobuf's encoding to a message. A field that is given twice is merged as the encoding's specification says: the
 * last value of a scalar stays, messages are joined field by field, and lists grow.
 */
final class WireReader {

    /** Messages within messages, as in other implementations. */
    static final int MAX_DEPTH = 100;

    private static final char REPLACEMENT = '\uFFFD';

    private final Bytes input;
    private int at;
    private int end;
    private int depth;

    private WireReader(Bytes input) {
        this.input = input;
        this.end = input.size();
    }

    static Message read(MessageType type, Bytes input) throws MalformedMessage {
        return new WireReader(input).message(type, new Draft(type), new ArrayList<>());
    }

    static String textOf(int number, Bytes input) {
        WireReader reader = new WireReader(input);
        try {
            while (reader.at < reader.end) {
                int tag = (int) reader.varint();
                if (tag == WireFormat.tag(number, WireFormat.LENGTH_DELIMITED)) {
                    return reader.text();
                }
                reader.skip(WireFormat.wireType(tag));
            }
        } catch (MalformedMessage e) {
            return ""; // broken before it
        }
        return "";
    }

    private Message message(MessageType type, Draft draft, List<Integer> unknown) throws MalformedMessage {
        if (++depth > MAX_DEPTH) {
            throw new MalformedMessage("nested deeper than " + MAX_DEPTH + " messages");
        }
        while (at < end) {
            int tag = (int) varint();
            int number = WireFormat.number(tag);
            if (number == 0) {
                throw new MalformedMessage("field number 0");
            }
            int wireType = WireFormat.wireType(tag);
            Field field = type.field(number);
            if (field == null || !fits(field, wireType)) {
                skip(wireType);
                unknown.add(number);
            } else {
                field(type, field, wireType, draft);
            }
        }
        depth--;
        return draft.build(unknown.isEmpty() ? List.of() : List.copyOf(unknown));
    }

    private static boolean fits(Field field, int wireType) {
        return switch (field.cardinality()) {
            case ONE -> wireType == field.kind().wireType();
            case MAP -> wireType == WireFormat.LENGTH_DELIMITED;
            case LIST ->
                wireType == field.kind().wireType()
                        || (wireType == WireFormat.LENGTH_DELIMITED
                                && field.kind().packable());
        };
    }

    private void field(MessageType type, Field field, int wireType, Draft draft) throws MalformedMessage {
        switch (field.cardinality()) {
            case ONE -> {
                Object before = draft.value(field);
                draft.set(
                        field,
                        before instanceof Message earlier ? merged(type.of(field), earlier) : value(type, field));
            }
            case MAP -> entry(type, field, draft);
            case LIST -> {
                if (wireType == WireFormat.LENGTH_DELIMITED && field.kind().packable()) {
                    int outer = enter();
                    while (at < end) {
                        draft.add(field, value(type, field));
                    }
                    end = outer;
                } else {
                    draft.add(field, value(type, field));
                }
            }
        }
    }

    private Message merged(MessageType type, Message earlier) throws MalformedMessage {
        Draft draft = new Draft(type);
        draft.merge(earlier);
        int outer = enter();
        Message message = message(type, draft, new ArrayList<>(earlier.unknown()));
        end = outer;
        return message;
    }

    private void entry(MessageType type, Field field, Draft draft) throws MalformedMessage {
        int outer = enter();
        String key = "";
        Object value = null;
        while (at < end) {
            int tag = (int) varint();
            if (tag == WireFormat.tag(1, WireFormat.LENGTH_DELIMITED)) {
                key = text();
            } else if (tag == WireFormat.tag(1, WireFormat.VARINT)) {
                key = Long.toString(varint());
            } else if (tag == WireFormat.tag(2, field.kind().wireType())) {
                value = value(type, field);
            } else {
                skip(WireFormat.wireType(tag));
            }
        }
        end = outer;
        draft.put(
                field,
                key,
                value != null
                        ? value
                        : field.kind() == Kind.MESSAGE ? type.of(field).empty() : Draft.zero(field.kind()));
    }

    private Object value(MessageType type, Field field) throws MalformedMessage {
        return switch (field.kind()) {
            case BOOL -> varint() != 0;
            case ENUM, INT32, UINT32 -> (int) varint();
            case INT64, UINT64 -> varint();
            case SINT32 -> {
                int number = (int) varint();
                yield (number >>> 1) ^ -(number & 1);
            }
            case SINT64 -> {
                long number = varint();
                yield (number >>> 1) ^ -(number & 1);
            }
            case FIXED32, SFIXED32 -> (int) fixed(4);
            case FIXED64, SFIXED64 -> fixed(8);
            case FLOAT -> (double) Float.intBitsToFloat((int) fixed(4));
            case DOUBLE -> Double.longBitsToDouble(fixed(8));
            case STRING -> text();
            case BYTES -> bytes();
            case MESSAGE -> {
                int outer = enter();
                MessageType inner = type.of(field);
                Message message = message(inner, new Draft(inner), new ArrayList<>());
                end = outer;
                yield message;
            }
        };
    }

    /** Goes into a length-delimited field, and gives where what is around it ends. */
    private int enter() throws MalformedMessage {
        int length = length();
        int outer = end;
        end = at + length;
        return outer;
    }

    private int length() throws MalformedMessage {
        long length = varint();
        if (length < 0 || length > end - at) {
            throw new MalformedMessage("a field of " + length + " bytes where " + (end - at) + " are left");
        }
        return (int) length;
    }

    private Bytes bytes() throws MalformedMessage {
        int length = length();
        Bytes part = input.part(at, length);
        at += length;
        return part;
    }

    private String text() throws MalformedMessage {
        int length = length();
        int from = at;
        at += length;
        for (int i = from; i < at; i++) {
            if (input.at(i) < 0) {
                return utf8(from, length);
            }
        }
        return input.latin1(from, length);
    }

    private String utf8(int from, int length) throws MalformedMessage {
        String text = input.utf8(from, length);
        // The replacement may have been sent as such; only then is it worth to look twice.
        if (text.indexOf(REPLACEMENT) >= 0) {
            try {
                StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(input.part(from, length).buffer());
            } catch (CharacterCodingException e) {
                throw new MalformedMessage("a text that is not UTF-8");
            }
        }
        return text;
    }

    private long varint() throws MalformedMessage {
        long value = 0;
        for (int i = 0; i < WireFormat.MAX_VARINT; i++) {
            byte next = next();
            value |= (long) (next & 0x7F) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedMessage("a number of more than " + WireFormat.MAX_VARINT + " bytes");
    }

    private long fixed(int size) throws MalformedMessage {
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (long) (next() & 0xFF) << (8 * i);
        }
        return value;
    }

    private byte next() throws MalformedMessage {
        if (at >= end) {
            throw new MalformedMessage("ends within a field");
        }
        return input.at(at++);
    }

    private void skip(int wireType) throws MalformedMessage {
        switch (wireType) {
            case WireFormat.VARINT -> varint();
            case WireFormat.FIXED_64 -> fixed(8);
            case WireFormat.FIXED_32 -> fixed(4);
            case WireFormat.LENGTH_DELIMITED -> at += length();
            // Groups are not in the third version of the language.
            default -> throw new MalformedMessage("wire type " + wireType);
        }
    }
}
