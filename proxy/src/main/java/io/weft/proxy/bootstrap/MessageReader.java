package io.weft.proxy.bootstrap;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
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

    private static final String TYPE_KEY = "@type";

    private final YamlDocument document;
    private final List<String> problems = new ArrayList<>();
    private final NodeBudget budget;

    MessageReader(YamlDocument document) {
        this.document = document;
        this.budget = new NodeBudget(document);
    }

    /** @throws InvalidBootstrap with all problems found */
    <B extends Message.Builder> B read(B builder) {
        if (document.root() instanceof MappingNode mapping) {
            object(mapping, builder, FieldPath.root(""));
        } else {
            problem(document.root(), FieldPath.root(""), "expected an object");
        }
        if (!problems.isEmpty()) {
            throw new InvalidBootstrap(problems);
        }
        return builder;
    }

    private void problem(Node node, FieldPath path, String what) {
        String at = path.toString();
        problems.add(document.position(node) + ": " + (at.isEmpty() ? "" : at + ": ") + what);
    }

    private void object(MappingNode mapping, Message.Builder builder, FieldPath path) {
        Descriptor type = builder.getDescriptorForType();
        Set<FieldDescriptor> given = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problem(tuple.getKeyNode(), path, "expected the name of a field");
                continue;
            }
            if (key.getValue().equals(TYPE_KEY)) {
                continue; // an Any's, read before its fields
            }
            FieldDescriptor field = field(type, key.getValue());
            if (field == null) {
                problem(key, path.field(key.getValue()), "no such field in " + type.getFullName());
            } else if (!given.add(field)) {
                problem(key, path.field(field.getName()), "given twice");
            } else {
                member(tuple.getValueNode(), field, builder, path.field(field.getName()));
            }
        }
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name) {
        FieldDescriptor field = type.findFieldByName(name);
        if (field != null) {
            return field;
        }
        for (FieldDescriptor candidate : type.getFields()) {
            if (candidate.getJsonName().equals(name)) {
                return candidate;
            }
        }
        return null;
    }

    private void member(Node node, FieldDescriptor field, Message.Builder builder, FieldPath path) {
        budget.spend(node);
        if (node.getTag().equals(Tag.NULL) && !isValue(field)) {
            return;
        }
        OneofDescriptor oneof = field.getContainingOneof();
        if (oneof != null && builder.hasOneof(oneof)) {
            problem(
                    node,
                    path,
                    "expected one of this and "
                            + builder.getOneofFieldDescriptor(oneof).getName() + ", not both");
            return;
        }
        if (field.isMapField()) {
            map(node, field, builder, path);
        } else if (field.isRepeated()) {
            list(node, field, builder, path);
        } else {
            Object value = value(node, field, builder, path);
            if (value != null) {
                builder.setField(field, value);
            }
        }
    }

    private static boolean isValue(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && field.getMessageType().getFullName().equals("google.protobuf.Value");
    }

    private void list(Node node, FieldDescriptor field, Message.Builder builder, FieldPath path) {
        if (!(node instanceof SequenceNode sequence)) {
            problem(node, path, "expected a list");
            return;
        }
        for (int i = 0; i < sequence.getValue().size(); i++) {
            budget.spend(sequence);
            Object value = value(sequence.getValue().get(i), field, builder, path.at(i));
            if (value != null) {
                builder.addRepeatedField(field, value);
            }
        }
    }

    private void map(Node node, FieldDescriptor field, Message.Builder builder, FieldPath path) {
        if (!(node instanceof MappingNode mapping)) {
            problem(node, path, "expected an object");
            return;
        }
        FieldDescriptor keys = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor values = field.getMessageType().findFieldByNumber(2);
        Set<String> given = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            budget.spend(mapping);
            Message.Builder entry = builder.newBuilderForField(field);
            String name = tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?";
            if (!given.add(name)) {
                problem(tuple.getKeyNode(), path.key(name), "given twice");
                continue;
            }
            Object value = value(tuple.getValueNode(), values, entry, path.key(name));
            if (value != null && keys.getJavaType() == FieldDescriptor.JavaType.STRING) {
                builder.addRepeatedField(
                        field,
                        entry.setField(keys, name).setField(values, value).build());
            }
        }
    }

    /** Null after a problem was noted. */
    private @Nullable Object value(Node node, FieldDescriptor field, Message.Builder owner, FieldPath path) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            return message(node, owner.newBuilderForField(field), path);
        }
        if (!(node instanceof ScalarNode scalar)) {
            problem(node, path, "expected a value, not " + kind(node));
            return null;
        }
        try {
            return ScalarReader.read(scalar, field);
        } catch (IllegalArgumentException e) {
            problem(node, path, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable Message message(Node node, Message.Builder builder, FieldPath path) {
        try {
            Message known = WellKnown.read(node, builder.getDescriptorForType().getFullName(), budget);
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
        if (builder instanceof Any.Builder) {
            return any(mapping, path);
        }
        object(mapping, builder, path);
        return builder.build();
    }

    private @Nullable Message any(MappingNode mapping, FieldPath path) {
        for (NodeTuple tuple : mapping.getValue()) {
            if (tuple.getKeyNode() instanceof ScalarNode key
                    && key.getValue().equals(TYPE_KEY)
                    && tuple.getValueNode() instanceof ScalarNode type) {
                Message prototype = SupportedFields.prototype(type.getValue());
                Any.Builder any = Any.newBuilder().setTypeUrl(type.getValue());
                if (prototype == null) {
                    return any.build();
                }
                Message.Builder inner = prototype.newBuilderForType();
                object(mapping, inner, path);
                return any.setValue(inner.build().toByteString()).build();
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
