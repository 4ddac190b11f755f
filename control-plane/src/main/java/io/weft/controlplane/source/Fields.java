package io.weft.controlplane.source;

import io.weft.controlplane.source.YamlNode.Entry;
import io.weft.controlplane.source.YamlNode.Mapping;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The fields of one mapping. Each must be taken or named as tolerated before {@link #finish}, which refuses all others. */
final class Fields {
    private final Mapping mapping;
    private final String path;
    private final Findings findings;
    private final TreeSet<String> known = new TreeSet<>();

    Fields(Mapping mapping, String path, Findings findings) {
        this.mapping = mapping;
        this.path = path;
        this.findings = findings;
    }

    /** The field's value; empty when it is not there or null. */
    Optional<Value> take(String name) {
        known.add(name);
        Entry entry = mapping.entries().get(name);
        return entry == null || entry.value().isNull()
                ? Optional.empty()
                : Optional.of(new Value(entry.value(), pathOf(name), findings));
    }

    /** The same for a field that must not be left half-written: being there without a value is a finding. */
    Optional<Value> takeWhole(String name) {
        Entry entry = mapping.entries().get(name);
        if (entry != null && entry.value().isNull()) {
            findings.add(entry.line(), pathOf(name), "has no value");
        }
        return take(name);
    }

    /** The field's value, whose absence is a finding. */
    Optional<Value> need(String name) {
        Optional<Value> value = take(name);
        if (value.isEmpty()) {
            findings.add(mapping.line(), pathOf(name), "is missing");
        }
        return value;
    }

    String string(String name, String absent) {
        return take(name).map(Value::string).orElse(absent);
    }

    boolean bool(String name, boolean absent) {
        return take(name).map(Value::bool).orElse(absent);
    }

    List<Value> items(String name) {
        return take(name).map(Value::items).orElse(List.of());
    }

    Map<String, String> strings(String name) {
        return take(name).map(value -> value.map(Value::string)).orElse(Map.of());
    }

    /** Fields that are for others, such as the kubelet, and may say what they like. */
    void tolerate(Collection<String> names) {
        known.addAll(names);
    }

    void tolerate(String... names) {
        tolerate(List.of(names));
    }

    int line() {
        return mapping.line();
    }

    void refuse(String reason) {
        findings.add(mapping.line(), path, reason);
    }

    void finish() {
        mapping.entries().forEach((name, entry) -> {
            if (!known.contains(name)) {
                findings.add(entry.line(), pathOf(Findings.shorten(name)), "not supported" + hint(name));
            }
        });
    }

    /** All names if they are few, else those that begin alike. */
    private String hint(String name) {
        List<String> near = known.size() <= 8
                ? List.copyOf(known)
                : known.stream()
                        .filter(other -> other.regionMatches(true, 0, name, 0, 4))
                        .toList();
        return near.isEmpty() ? "" : "; known here: " + String.join(", ", near);
    }

    private String pathOf(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
