package io.weft.proxy.sidecar;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The node's metadata as Istio's control plane knows it, from the environment and the pod's labels. */
final class NodeMetadata {

    private static final String PREFIX = "ISTIO_META_";
    private static final String JSON_PREFIX = "ISTIO_METAJSON_";
    private static final String LABELS = JSON_PREFIX + "LABELS";
    // Changes with every release of a deployment and would split what is one service.
    private static final String TEMPLATE_HASH = "pod-template-hash";

    private NodeMetadata() {}

    /** All pairs of variables that speak of the node; what is said plainly wins over JSON. */
    static Map<String, Object> of(Variables variables) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        variables.environment().forEach((name, value) -> {
            if (name.startsWith(JSON_PREFIX) && !name.equals(LABELS)) {
                metadata.putAll(object(name, value, variables));
            }
        });
        variables.environment().forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                metadata.put(name.substring(PREFIX.length()), value);
            }
        });
        return metadata;
    }

    /** Labels from the environment, over which those of the mounted file win. */
    static Map<String, String> labels(Variables variables, String file) {
        Map<String, String> labels = new LinkedHashMap<>();
        String text = variables.text(LABELS);
        if (text != null) {
            object(LABELS, text, variables).forEach((key, value) -> labels.put(key, String.valueOf(value)));
        }
        file.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.substring(0, equals).equals(TEMPLATE_HASH)) {
                labels.put(line.substring(0, equals), unquoted(line.substring(equals + 1), variables));
            }
        });
        return labels;
    }

    /** The downward API writes {@code key="value"}, with Go's escapes. */
    private static String unquoted(String text, Variables variables) {
        Value.Builder value = Value.newBuilder();
        try {
            JsonFormat.parser().merge(text, value);
        } catch (InvalidProtocolBufferException e) {
            variables.problem("labels file: " + text + ": expected a quoted value");
        }
        return value.getStringValue();
    }

    private static Map<String, Object> object(String name, String text, Variables variables) {
        Struct.Builder struct = Struct.newBuilder();
        Map<String, Object> fields = new LinkedHashMap<>();
        try {
            JsonFormat.parser().merge(text, struct);
            struct.getFieldsMap().forEach((key, value) -> fields.put(key, plain(value)));
        } catch (InvalidProtocolBufferException e) {
            variables.problem(name + ": expected a JSON object: " + e.getMessage());
        }
        return fields;
    }

    private static Object plain(Value value) {
        return value.hasStringValue() ? value.getStringValue() : value;
    }

    static String json(Map<String, Object> metadata) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(struct(metadata));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("metadata cannot be written as JSON", e);
        }
    }

    private static Struct.Builder struct(Map<?, ?> map) {
        Struct.Builder struct = Struct.newBuilder();
        map.forEach((key, value) -> struct.putFields(String.valueOf(key), value(value)));
        return struct;
    }

    private static Value value(Object object) {
        Value.Builder value = Value.newBuilder();
        switch (object) {
            case null -> value.setNullValue(NullValue.NULL_VALUE);
            case Value ready -> value.mergeFrom(ready);
            case Map<?, ?> map -> value.setStructValue(struct(map));
            case List<?> list -> {
                ListValue.Builder values = ListValue.newBuilder();
                list.forEach(element -> values.addValues(value(element)));
                value.setListValue(values);
            }
            case Boolean bool -> value.setBoolValue(bool);
            case Number number -> value.setNumberValue(number.doubleValue());
            default -> value.setStringValue(String.valueOf(object));
        }
        return value.build();
    }
}
