package io.weft.proxy.sidecar;

import io.weft.proxy.wire.Json;
import java.util.LinkedHashMap;
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
        try {
            if (text.startsWith("\"") && Json.read(text) instanceof String value) {
                return value;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        variables.problem("labels file: " + text + ": expected a quoted value");
        return "";
    }

    private static Map<String, Object> object(String name, String text, Variables variables) {
        try {
            return Json.object(text);
        } catch (IllegalArgumentException e) {
            variables.problem(name + ": expected a JSON object: " + e.getMessage());
            return Map.of();
        }
    }
}
