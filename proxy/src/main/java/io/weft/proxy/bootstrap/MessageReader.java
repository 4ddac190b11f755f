package io.weft.proxy.bootstrap;

import io.weft.proxy.wire.Draft;
import io.weft.proxy.wire.Field;
import io.weft.proxy.wire.Kind;
import io.weft.proxy.wire.Message;
import io.weft.proxy.wire.MessageType;
import io.weft.proxy.xds.parse.FieldPath;
import io.weft.proxy.xds.parse.SupportedFields;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From YAML to protobuf by protobuf's JSON mapping. It goes on after a mistake, so that a file's mistakes are told all at
 * once, each with its line, which a detour over JSON text would lose. An {@code @type} that is not supported becomes an
 * empty {@code Any}: the parsers refuse it where it stands.
 */
final class MessageReader {

    /** Takes the elements of a list instead of the message that has it, so that they need not all exist at once. */
    interface Elements {
        /** @return false to leave the element in its message */
        boolean take(MessageType owner, Field list, int index, Message element);
    }

    private static final String ANY = "google.protobuf.Any";
    private static final String TYPE_KEY = "@type";

    private final YamlText text;
    private final YamlCursor cursor;
    private final Elements elements;
    private final List<String> problems = new ArrayList<>();
    private final NodeBudget budget;

    private MessageReader(YamlText text, YamlCursor cursor, Elements elements) {
        this.text = text;
        this.cursor = cursor;
        this.elements = elements;
        this.budget = new NodeBudget(text);
    }

    /** @throws InvalidBootstrap with all problems found */
    static Message read(YamlText text, String type) {
        return read(text, type, (_, _, _, _) -> false);
    }

    /**
     * @param elements is given elements as they are read, as long as no problem was found: also those before one
     * @throws InvalidBootstrap with all problems found
     */
    static Message read(YamlText text, String type, Elements elements) {
        List<String> problems = new ArrayList<>();
        Message read = text.read(cursor -> {
            MessageReader reader = new MessageReader(text, cursor, elements);
            Message message = reader.document(type);
            problems.addAll(reader.problems);
            return message;
        });
        // Told only now: what is not YAML to its end is told instead.
        if (!problems.isEmpty()) {
            throw new InvalidBootstrap(problems);
        }
        return read;
    }

    private Message document(String type) {
        Draft draft = Draft.of(type);
        Part root = cursor.root();
        if (root == null) {
            throw new InvalidBootstrap(text.label() + ": empty");
        }
        if (root instanceof Part.Mapping) {
            object(draft, FieldPath.root(""));
        } else {
            problem(root, FieldPath.root(""), "expected an object");
            cursor.leave(0);
        }
        return draft.build();
    }

    private void problem(Part part, FieldPath path, String what) {
        String at = path.toString();
        problems.add(text.position(part.line()) + ": " + (at.isEmpty() ? "" : at + ": ") + what);
    }

    /** The members of the mapping that has begun, to its end. */
    private void object(Draft draft, FieldPath path) {
        BitSet given = new BitSet();
        int inside = cursor.depth();
        for (Part.Scalar key = cursor.key(); key != null; key = cursor.key()) {
            Field field = draft.type().field(key.text());
            if (key.text().equals(TYPE_KEY)) {
                cursor.skip(); // an Any's, read before its fields
            } else if (field == null) {
                problem(
                        key,
                        path.field(key.text()),
                        "no such field in " + draft.type().name());
                cursor.skip();
            } else if (given.get(field.index())) {
                problem(key, path.field(field.name()), "given twice");
                cursor.skip();
            } else {
                given.set(field.index());
                member(cursor.value(), field, draft, path.field(field.name()));
                cursor.leave(inside);
            }
        }
    }

    // What follows may leave the rest of a node that it had a problem with; the caller passes over it.

    private void member(Part part, Field field, Draft draft, FieldPath path) {
        budget.spend(part);
        if (part instanceof Part.Scalar scalar && scalar.isNull() && !isValue(field)) {
            return;
        }
        Field other = field.oneof().isEmpty() ? null : draft.setOf(field.oneof());
        if (other != null) {
            problem(part, path, "expected one of this and " + other.name() + ", not both");
            return;
        }
        switch (field.cardinality()) {
            case MAP -> map(part, field, draft, path);
            case LIST -> list(part, field, draft, path);
            case ONE -> {
                Object value = value(part, field, draft, path);
                if (value != null) {
                    draft.set(field, value);
                }
            }
        }
    }

    private static boolean isValue(Field field) {
        return field.type().equals("google.protobuf.Value");
    }

    private void list(Part part, Field field, Draft draft, FieldPath path) {
        if (!(part instanceof Part.Sequence)) {
            problem(part, path, "expected a list");
            return;
        }
        int inside = cursor.depth();
        int index = 0;
        for (Part element = cursor.next(); element != null; element = cursor.next()) {
            budget.spend(part);
            Object value = value(element, field, draft, path.at(index));
            if (value != null && !taken(draft.type(), field, index, value)) {
                draft.add(field, value);
            }
            cursor.leave(inside);
            index++;
        }
    }

    private boolean taken(MessageType owner, Field field, int index, Object value) {
        return value instanceof Message element && problems.isEmpty() && elements.take(owner, field, index, element);
    }

    private void map(Part part, Field field, Draft draft, FieldPath path) {
        if (!(part instanceof Part.Mapping)) {
            problem(part, path, "expected an object");
            return;
        }
        Set<String> given = new HashSet<>();
        int inside = cursor.depth();
        for (Part.Scalar key = cursor.key(); key != null; key = cursor.key()) {
            budget.spend(part);
            if (!given.add(key.text())) {
                problem(key, path.key(key.text()), "given twice");
                cursor.skip();
                continue;
            }
            Object value = value(cursor.value(), field, draft, path.key(key.text()));
            if (value != null) {
                draft.put(field, key.text(), value);
            }
            cursor.leave(inside);
        }
    }

    /** Null after a problem was noted. */
    private @Nullable Object value(Part part, Field field, Draft owner, FieldPath path) {
        if (field.kind() == Kind.MESSAGE) {
            return message(part, owner.type().of(field), path);
        }
        if (!(part instanceof Part.Scalar scalar)) {
            problem(part, path, "expected a value, not " + part.described());
            return null;
        }
        try {
            return ScalarReader.read(scalar, field.kind(), owner.type().constantsOf(field));
        } catch (IllegalArgumentException e) {
            problem(part, path, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable Message message(Part part, MessageType type, FieldPath path) {
        try {
            Message known = WellKnown.read(part, type.name(), cursor, budget);
            if (known != null) {
                return known;
            }
        } catch (IllegalArgumentException e) {
            problem(part, path, String.valueOf(e.getMessage()));
            return null;
        }
        if (!(part instanceof Part.Mapping mapping)) {
            problem(part, path, "expected an object, not " + part.described());
            return null;
        }
        if (type.name().equals(ANY)) {
            return any(mapping, path);
        }
        return object(type, path);
    }

    private Message object(MessageType type, FieldPath path) {
        Draft draft = new Draft(type);
        object(draft, path);
        return draft.build();
    }

    private @Nullable Message any(Part.Mapping mapping, FieldPath path) {
        Part.Scalar type = cursor.member(TYPE_KEY);
        if (type == null) {
            problem(mapping, path, "expected \"" + TYPE_KEY + "\"");
            return null;
        }
        Draft any = Draft.of(ANY).with("type_url", type.text());
        MessageType packed = SupportedFields.packable(type.text());
        if (packed != null) {
            any.with("value", object(packed, path).toBytes());
        }
        return any.build();
    }
}
