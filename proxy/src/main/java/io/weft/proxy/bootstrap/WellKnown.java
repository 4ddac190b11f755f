package io.weft.proxy.bootstrap;

import com.google.protobuf.BoolValue;
import com.google.protobuf.BytesValue;
import com.google.protobuf.DoubleValue;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;
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
            case "google.protobuf.BoolValue" -> BoolValue.of(ScalarReader.bool(scalar(node)));
            case "google.protobuf.StringValue" -> StringValue.of(ScalarReader.string(scalar(node)));
            case "google.protobuf.BytesValue" -> BytesValue.of(ScalarReader.bytes(scalar(node)));
            case "google.protobuf.UInt32Value" -> UInt32Value.of(ScalarReader.uint32(scalar(node)));
            case "google.protobuf.UInt64Value" -> UInt64Value.of(ScalarReader.uint64(scalar(node)));
            case "google.protobuf.DoubleValue" -> DoubleValue.of(ScalarReader.decimal(scalar(node)));
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
    private static Duration duration(ScalarNode node) {
        Matcher matcher = DURATION.matcher(node.getValue());
        if (!matcher.matches() || Long.parseLong(matcher.group(2)) > MAX_SECONDS) {
            throw ScalarReader.expected(node, "a duration in seconds, such as 0.25s");
        }
        String decimals = matcher.group(3);
        int nanos = decimals == null ? 0 : Integer.parseInt((decimals + "00000000").substring(0, 9));
        int sign = matcher.group(1).isEmpty() ? 1 : -1;
        return Duration.newBuilder()
                .setSeconds(sign * Long.parseLong(matcher.group(2)))
                .setNanos(sign * nanos)
                .build();
    }

    private static Struct struct(Node node, NodeBudget budget) {
        if (!(node instanceof MappingNode mapping)) {
            throw new IllegalArgumentException("expected an object, not " + MessageReader.kind(node));
        }
        Struct.Builder struct = Struct.newBuilder();
        for (NodeTuple tuple : mapping.getValue()) {
            String name = scalar(tuple.getKeyNode()).getValue();
            if (struct.containsFields(name)) {
                throw new IllegalArgumentException("\"" + MessageReader.shortened(name) + "\" given twice");
            }
            struct.putFields(name, value(tuple.getValueNode(), budget));
        }
        return struct.build();
    }

    private static Value value(Node node, NodeBudget budget) {
        budget.spend(node);
        Value.Builder value = Value.newBuilder();
        if (node instanceof MappingNode) {
            return value.setStructValue(struct(node, budget)).build();
        }
        if (node instanceof SequenceNode sequence) {
            ListValue.Builder list = ListValue.newBuilder();
            sequence.getValue().forEach(element -> list.addValues(value(element, budget)));
            return value.setListValue(list).build();
        }
        ScalarNode scalar = scalar(node);
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.NULL)) {
            return value.setNullValue(NullValue.NULL_VALUE).build();
        }
        if (tag.equals(Tag.BOOL)) {
            return value.setBoolValue(Boolean.parseBoolean(scalar.getValue())).build();
        }
        return tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)
                ? value.setNumberValue(ScalarReader.decimal(scalar)).build()
                : value.setStringValue(scalar.getValue()).build();
    }
}
