package io.weft.proxy.config;

import java.util.List;

/**
 * Headers set and removed at a level of the route table; levels apply route first, then virtual host, then table.
 *
 * @param set values are literal text; Envoy's substitution operators are refused when the configuration is read
 * @param remove lower-case names
 */
public record HeaderChanges(List<Set> set, List<String> remove) {

    public static final HeaderChanges NONE = new HeaderChanges(List.of(), List.of());

    public HeaderChanges {
        set = List.copyOf(set);
        remove = List.copyOf(remove);
    }

    public boolean isEmpty() {
        return set.isEmpty() && remove.isEmpty();
    }

    public record Set(String name, String value, How how) {}

    public enum How {
        APPEND_OR_ADD,
        ADD_IF_ABSENT,
        OVERWRITE_OR_ADD,
        OVERWRITE_IF_PRESENT
    }
}
