package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.Field;
import io.weft.proxy.wire.MalformedMessage;
import io.weft.proxy.wire.Message;
import io.weft.proxy.wire.MessageType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        MessageFields known = SupportedFields.of(message.type().name());
        for (Field field : message.given()) {
            checkField(known, message, field, path.field(field.name()));
        }
        for (int number : message.unknown()) {
            reading.notSupported(
                    new Problem(path, "field number " + number + " is unknown: " + Problem.NOT_SUPPORTED),
                    known.policy());
        }
        depth--;
    }

    private void checkField(MessageFields known, Message message, Field field, FieldPath path) {
        switch (known.fields().get(field.name())) {
            case MessageFields.Support.Honoured() -> descend(message.value(field), path);
            case MessageFields.Support.Accepted accepted -> {}
            case MessageFields.Support.Only(var values, var reason) -> {
                String text = JsonText.of(message, field);
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

    private void descend(@Nullable Object value, FieldPath path) {
        switch (value) {
            case Message inner -> into(inner, path);
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof Message inner) {
                        into(inner, path.at(i));
                    }
                }
            }
            case Map<?, ?> map ->
                map.forEach((key, element) -> {
                    if (element instanceof Message inner) {
                        into(inner, path.key(String.valueOf(key)));
                    }
                });
            case Object scalar -> {}
            case null -> {}
        }
    }

    private void into(Message message, FieldPath path) {
        String type = message.type().name();
        if (type.equals(ANY)) {
            open(message, path);
        } else if (!type.startsWith(WELL_KNOWN)) {
            check(message, path);
        }
    }

    private void open(Message any, FieldPath path) {
        MessageType type = SupportedFields.packable(any.text("type_url"));
        if (type == null) {
            reading.notSupported(new Problem(path, "type " + Quote.of(any.text("type_url")) + " not supported"), false);
            return;
        }
        Message message;
        try {
            message = Message.read(type.name(), any.bytes("value"));
        } catch (MalformedMessage e) {
            throw new InvalidResource(path, "not a valid " + Quote.of(any.text("type_url")) + ": " + e.getMessage());
        }
        reading.remember(any, message);
        check(message, path);
    }
}
