package io.weft.controlplane.source;

import java.util.Map;

/** Istio's {@code selector.matchLabels}. */
final class Selectors {
    private Selectors() {}

    static Map<String, String> read(Fields spec) {
        return spec.take("selector")
                .map(value -> {
                    Fields selector = value.fields();
                    Map<String, String> labels = selector.strings("matchLabels");
                    selector.finish();
                    return labels;
                })
                .orElse(Map.of());
    }

    /** The selector of a refused object if that part of it is sound, else one that selects the whole namespace. */
    static Map<String, String> salvage(Fields object) {
        var findings = new Findings();
        Map<String, String> labels = object.take("spec")
                .filter(value -> value.node() instanceof YamlNode.Mapping)
                .map(value -> read(new Value(value.node(), value.path(), findings).fields()))
                .orElse(Map.of());
        return findings.isEmpty() ? labels : Map.of();
    }
}
