package io.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;

/**
 * Walks every field that is set, through {@code Any} too, and tells the reading which have no effect. A field without
 * presence that holds its default counts as unset: nobody can tell the two apart.
 */
final class FieldCheck {

    /** Messages within messages; deeper resources are refused before anything recurses over them (attack case H6). */
    static final int MAX_DEPTH = 100;

    private static final String WELL_KNOWN = "google.protobuf.";
    private static final String ANY = "google.protobuf.Any";

    private final Reading reading;
    private int depth;

    FieldCheck(Reading reading) {
        this.reading = reading;
    }

    void check(Message message, FieldPath path) {
        if (++depth > MAX_DEPTH) {
            throw new InvalidResource(path, "nested deeper than " + MAX_DEPTH + " messages");
        }
        MessageFields known = SupportedFields.of(message.getDescriptorForType().getFullName());
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            checkField(
                    known,
                    entry.getKey(),
                    entry.getValue(),
                    path.field(entry.getKey().getName()));
        }
        for (int number : message.getUnknownFields().asMap().keySet()) {
            reading.notSupported(
                    new Problem(path, "field number " + number + " is unknown: " + Problem.NOT_SUPPORTED),
                    known.policy());
        }
        depth--;
    }

    private void checkField(MessageFields known, FieldDescriptor field, Object value, FieldPath path) {
        switch (known.fields().get(field.getName())) {
            case MessageFields.Support.Honoured() -> descend(field, value, path);
            case MessageFields.Support.Accepted accepted -> {}
            case MessageFields.Support.Only(var values, var reason) -> {
                String text = JsonText.of(field, value);
                if (!values.contains(text)) {
                    String expected = values.isEmpty() ? "" : ": expected " + String.join(" or ", values);
                    reading.notSupported(
                            new Problem(path, Quote.shortened(text) + " " + Problem.NOT_SUPPORTED + expected),
                            known.policy());
                }
            }
            case null -> reading.notSupported(Problem.notSupported(path), known.policy());
        }
    }

    private void descend(FieldDescriptor field, Object value, FieldPath path) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return;
        }
        if (!field.isRepeated()) {
            into((Message) value, path);
            return;
        }
        List<?> elements = (List<?>) value;
        for (int i = 0; i < elements.size(); i++) {
            if (elements.get(i) instanceof MapEntry<?, ?> entry) {
                if (entry.getValue() instanceof Message inner) {
                    into(inner, path.key(String.valueOf(entry.getKey())));
                }
            } else {
                into((Message) elements.get(i), path.at(i));
            }
        }
    }

    private void into(Message message, FieldPath path) {
        String type = message.getDescriptorForType().getFullName();
        if (type.equals(ANY)) {
            open((Any) message, path);
        } else if (!type.startsWith(WELL_KNOWN)) {
            check(message, path);
        }
    }

    private void open(Any any, FieldPath path) {
        Message prototype = SupportedFields.prototype(any.getTypeUrl());
        if (prototype == null) {
            reading.notSupported(new Problem(path, "type " + Quote.of(any.getTypeUrl()) + " not supported"), false);
            return;
        }
        Message message;
        try {
            message = prototype.getParserForType().parseFrom(any.getValue());
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidResource(path, "not a valid " + Quote.of(any.getTypeUrl()) + ": " + e.getMessage());
        }
        reading.remember(any, message);
        check(message, path);
    }
}
