package io.weft.proxy.xds.parse;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which fields of one protobuf message have an effect here. Fields that are not listed are not supported.
 *
 * @param type full protobuf name
 * @param policy whether the message decides who may do what: then an unlisted field is refused even where the operator
 *     asked for warnings only, because ignoring it could allow what it forbids
 * @param packable whether the message may stand in a {@code google.protobuf.Any}
 */
record MessageFields(String type, boolean policy, Map<String, Support> fields, boolean packable) {

    /** How far a field is supported. */
    sealed interface Support {
        record Honoured() implements Support {}

        /** Accepted without an effect, because none is needed. */
        record Accepted(String reason) implements Support {}

        /** Only these values, which are what happens anyway. */
        record Only(Set<String> values, String reason) implements Support {}
    }

    private static final Support HONOURED = new Support.Honoured();

    MessageFields {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    static MessageFields of(String type) {
        return new MessageFields(type, false, Map.of(), false);
    }

    /** A message that may stand in a {@code typed_config}. */
    static MessageFields typed(String type) {
        return new MessageFields(type, false, Map.of(), true);
    }

    MessageFields decidesPolicy() {
        return new MessageFields(type, true, fields, packable);
    }

    MessageFields honours(String... names) {
        Map<String, Support> more = new LinkedHashMap<>(fields);
        for (String name : names) {
            more.put(name, HONOURED);
        }
        return new MessageFields(type, policy, more, packable);
    }

    MessageFields accepts(String name, String reason) {
        return with(name, new Support.Accepted(reason));
    }

    /** Values are written as in JSON. */
    MessageFields only(String name, String reason, String... values) {
        return with(name, new Support.Only(Collections.unmodifiableSet(new TreeSet<>(Set.of(values))), reason));
    }

    private MessageFields with(String name, Support support) {
        Map<String, Support> more = new LinkedHashMap<>(fields);
        more.put(name, support);
        return new MessageFields(type, policy, more, packable);
    }
}
