package io.weft.proxy.telemetry;

import java.util.List;
import java.util.Map;

/** Names and values that tell apart the numbers of one metric, in the order shown. */
public record Labels(List<Map.Entry<String, String>> pairs) {

    public static final Labels NONE = new Labels(List.of());

    public Labels {
        pairs = List.copyOf(pairs);
    }

    public static Labels of(String name, String value) {
        return new Labels(List.of(Map.entry(name, value)));
    }

    public static Labels of(String name, String value, String secondName, String secondValue) {
        return new Labels(List.of(Map.entry(name, value), Map.entry(secondName, secondValue)));
    }
}
