package io.weft.proxy.bootstrap;

import io.weft.proxy.wire.Draft;
import io.weft.proxy.wire.Field;
import io.weft.proxy.wire.Kind;
import io.weft.proxy.wire.Message;
import io.weft.proxy.wire.MessageType;
import io.weft.proxy.xds.parse.FieldPath;
import io.weft.proxy.xds.parse.SupportedFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * From YAML to protobuf by protobuf's JSON mapping. It goes on after a mistake, so that a file's mistakes are told all at
 * once, each with its line, which a detour over JSON text would lose. An {@code @type} that is not supported becomes an
 * empty {@code Any}: the parsers refuse it where it stands.
 */
final class MessageReader {

    private static final String ANY = "google.protobuf.Any";
    private static final String TYPE_KEY = "@type";

    private final YamlDocument document;
    private final List<String> problems = new ArrayList<>();
    private final NodeBudget budget;

    MessageReader(YamlDocument document) {
        this.document = document;
        this.budget = new NodeBudget(document);
    }

    /** @throws InvalidBootstrap with all problems found */
    Message read(String type) {
        Draft draft = Draft.of(type);
        if (document.root() instanceof MappingNode mapping) {
            object(mapping, draft, FieldPath.root(""));
        } else {
            problem(document.root(), FieldPath.root(""), "expected an object");
        }
        if (!problems.isEmpty()) {
            throw new InvalidBootstrap(problems);
        }
        return draft.build();
    }

    private void problem(Node node, FieldPath path, String what) {
        String at = path.toString();
        problems.add(document.position(node) + ": " + (at.isEmpty() ? "" : at + ": ") + what);
    }

    private void object(MappingNode mapping, Draft draft, FieldPath path) {
        Set<Field> given = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problem(tuple.getKeyNode(), path, "expected the name of a field");
                continue;
            }
            if (key.getValue().equals(TYPE_KEY)) {
                continue; // an Any's, read before its fields
            }
            Field field = draft.type().field(key.getValue());
            if (field == null) {
                problem(
                        key,
                        path.field(key.getValue()),
                        "no such field in " + draft.type().name());
            } else if (!given.add(field)) {
                problem(key, path.field(field.name()), "given twice");
            } else {
                member(tuple.getValueNode(), field, draft, path.field(field.name()));
            }
        }
    }

    private void member(Node node, Field field, Draft draft, FieldPath path) {
        budget.spend(node);
        if (node.getTag().equals(Tag.NULL) && !isValue(field)) {
            return;
        }
        Field other = field.oneof().isEmpty() ? null : draft.setOf(field.oneof());
        if (other != null) {
            problem(node, path, "expected one of this and " + other.name() + ", not both");
            return;
        }
        switch (field.cardinality()) {
            case MAP -> map(node, field, draft, path);
            case LIST -> list(node, field, draft, path);
            case ONE -> {
                Object value = value(node, field, draft, path);
                if (value != null) {
                    draft.set(field, value);
                }
            }
        }
    }

    private static boolean isValue(Field field) {
        return field.type().equals("google.protobuf.Value");
    }

    private void list(Node node, Field field, Draft draft, FieldPath path) {
        if (!(node instanceof SequenceNode sequence)) {
            problem(node, path, "expected a list");
            return;
        }
        for (int i = 0; i < sequence.getValue().size(); i++) {
            budget.spend(sequence);
            Object value = value(sequence.getValue().get(i), field, draft, path.at(i));
            if (value != null) {
                draft.add(field, value);
            }
        }
    }

    private void map(Node node, Field field, Draft draft, FieldPath path) {
        if (!(node instanceof MappingNode mapping)) {
            problem(node, path, "expected an object");
            return;
        }
        Set<String> given = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            budget.spend(mapping);
            String name = tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?";
            if (!given.add(name)) {
                problem(tuple.getKeyNode(), path.key(name), "given twice");
                continue;
            }
            Object value = value(tuple.getValueNode(), field, draft, path.key(name));
            if (value != null) {
                draft.put(field, name, value);
            }
        }
    }

    /** Null after a problem was noted. */
    private @Nullable Object value(Node node, Field field, Draft owner, FieldPath path) {
        if (field.kind() == Kind.MESSAGE) {
            return message(node, new Draft(owner.type().of(field)), path);
        }
        if (!(node instanceof ScalarNode scalar)) {
            problem(node, path, "expected a value, not " + kind(node));
            return null;
        }
        try {
            return ScalarReader.read(scalar, field.kind(), owner.type().constantsOf(field));
        } catch (IllegalArgumentException e) {
            problem(node, path, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable Message message(Node node, Draft draft, FieldPath path) {
        try {
            Message known = WellKnown.read(node, draft.type().name(), budget);
            if (known != null) {
                return known;
            }
        } catch (IllegalArgumentException e) {
            problem(node, path, String.valueOf(e.getMessage()));
            return null;
        }
        if (!(node instanceof MappingNode mapping)) {
            problem(node, path, "expected an object, not " + kind(node));
            return null;
        }
        if (draft.type().name().equals(ANY)) {
            return any(mapping, path);
        }
        object(mapping, draft, path);
        return draft.build();
    }

    private @Nullable Message any(MappingNode mapping, FieldPath path) {
        for (NodeTuple tuple : mapping.getValue()) {
            if (tuple.getKeyNode() instanceof ScalarNode key
                    && key.getValue().equals(TYPE_KEY)
                    && tuple.getValueNode() instanceof ScalarNode type) {
                MessageType packed = SupportedFields.packable(type.getValue());
                Draft any = Draft.of(ANY).with("type_url", type.getValue());
                if (packed == null) {
                    return any.build();
                }
                Draft inner = new Draft(packed);
                object(mapping, inner, path);
                return any.with("value", inner.build().toBytes()).build();
            }
        }
        problem(mapping, path, "expected \"" + TYPE_KEY + "\"");
        return null;
    }

    static String kind(Node node) {
        return switch (node.getNodeType()) {
            case MAPPING -> "an object";
            case SEQUENCE -> "a list";
            case SCALAR -> "\"" + shortened(((ScalarNode) node).getValue()) + "\"";
            case ANCHOR -> "an alias";
        };
    }

    static String shortened(String text) {
        String line = text.length() <= 80 ? text : text.substring(0, 80) + "…";
        return line.replaceAll("\\p{Cntrl}", "?");
    }
}
