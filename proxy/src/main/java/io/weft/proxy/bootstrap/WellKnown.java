package io.weft.proxy.bootstrap;

import io.weft.proxy.wire.Draft;
import io.weft.proxy.wire.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Messages that protobuf's JSON mapping writes in a way of their own. */
final class WellKnown {

    private static final Pattern DURATION = Pattern.compile("(-?)(\\d{1,12})(?:\\.(\\d{1,9}))?s");
    private static final long MAX_SECONDS = 315_576_000_000L;

    private WellKnown() {}

    /** Null for a message that is written field by field. */
    static @Nullable Message read(Node node, String type, NodeBudget budget) {
        return switch (type) {
            case "google.protobuf.Duration" -> duration(scalar(node));
            case "google.protobuf.BoolValue" -> wrapped(type, ScalarReader.bool(scalar(node)));
            case "google.protobuf.StringValue" -> wrapped(type, ScalarReader.string(scalar(node)));
            case "google.protobuf.BytesValue" -> wrapped(type, ScalarReader.bytes(scalar(node)));
            case "google.protobuf.UInt32Value" -> wrapped(type, ScalarReader.uint32(scalar(node)));
            case "google.protobuf.UInt64Value" -> wrapped(type, ScalarReader.uint64(scalar(node)));
            case "google.protobuf.DoubleValue" -> wrapped(type, ScalarReader.decimal(scalar(node)));
            case "google.protobuf.Struct" -> struct(node, budget);
            case "google.protobuf.Value" -> value(node, budget);
            default -> null;
        };
    }

    private static ScalarNode scalar(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar;
        }
        throw new IllegalArgumentException("expected a value, not " + MessageReader.kind(node));
    }

    /** {@code 1.5s}: seconds with up to nine decimals. */
    private static Message duration(ScalarNode node) {
        Matcher matcher = DURATION.matcher(node.getValue());
        if (!matcher.matches() || Long.parseLong(matcher.group(2)) > MAX_SECONDS) {
            throw ScalarReader.expected(node, "a duration in seconds, such as 0.25s");
        }
        String decimals = matcher.group(3);
        int nanos = decimals == null ? 0 : Integer.parseInt((decimals + "00000000").substring(0, 9));
        int sign = matcher.group(1).isEmpty() ? 1 : -1;
        return Draft.of("google.protobuf.Duration")
                .with("seconds", sign * Long.parseLong(matcher.group(2)))
                .with("nanos", sign * nanos)
                .build();
    }

    private static Message struct(Node node, NodeBudget budget) {
        if (!(node instanceof MappingNode mapping)) {
            throw new IllegalArgumentException("expected an object, not " + MessageReader.kind(node));
        }
        Map<String, Message> fields = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String name = scalar(tuple.getKeyNode()).getValue();
            if (fields.containsKey(name)) {
                throw new IllegalArgumentException("\"" + MessageReader.shortened(name) + "\" given twice");
            }
            fields.put(name, value(tuple.getValueNode(), budget));
        }
        return Draft.of("google.protobuf.Struct").with("fields", fields).build();
    }

    private static Message value(Node node, NodeBudget budget) {
        budget.spend(node);
        if (node instanceof MappingNode) {
            return kind("struct_value", struct(node, budget));
        }
        if (node instanceof SequenceNode sequence) {
            List<Message> values = sequence.getValue().stream()
                    .map(element -> value(element, budget))
                    .toList();
            return kind(
                    "list_value",
                    Draft.of("google.protobuf.ListValue").with("values", values).build());
        }
        ScalarNode scalar = scalar(node);
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.NULL)) {
            return kind("null_value", 0);
        }
        if (tag.equals(Tag.BOOL)) {
            return kind("bool_value", Boolean.parseBoolean(scalar.getValue()));
        }
        return tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)
                ? kind("number_value", ScalarReader.decimal(scalar))
                : kind("string_value", scalar.getValue());
    }

    private static Message wrapped(String type, Object value) {
        return Draft.of(type).with("value", value).build();
    }

    private static Message kind(String kind, Object value) {
        return Draft.of("google.protobuf.Value").with(kind, value).build();
    }
}
