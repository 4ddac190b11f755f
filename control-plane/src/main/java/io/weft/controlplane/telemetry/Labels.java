package io.weft.controlplane.telemetry;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * The series of a family, one for each combination of label values. Beyond {@value #MOST_SERIES} combinations all further ones
 * share one series whose values are {@code __overflow__}.
 */
final class Labels<S> {
    static final int MOST_SERIES = 256;
    private static final String OVERFLOW = "__overflow__";

    private final List<String> names;
    private final Supplier<S> maker;
    private final ConcurrentMap<List<String>, S> series = new ConcurrentHashMap<>();

    Labels(List<String> names, Supplier<S> maker) {
        this.names = List.copyOf(names);
        this.maker = maker;
        if (names.isEmpty()) {
            series.put(List.of(), maker.get());
        }
    }

    S at(String... values) {
        if (values.length != names.size()) {
            throw new IllegalArgumentException("labels " + Arrays.toString(values) + "; expected values of " + names);
        }
        List<String> key = List.of(values);
        S found = series.get(key);
        if (found != null) {
            return found;
        }
        List<String> admitted = series.size() < MOST_SERIES
                ? key
                : names.stream().map(name -> OVERFLOW).toList();
        return series.computeIfAbsent(admitted, k -> maker.get());
    }

    Map<List<String>, S> all() {
        return series;
    }

    /** {@code {a="1",b="2"}}, or nothing when there is no label. */
    String text(List<String> values, String... more) {
        if (values.isEmpty() && more.length == 0) {
            return "";
        }
        StringBuilder out = new StringBuilder("{");
        for (int i = 0; i < values.size(); i++) {
            append(out, names.get(i), values.get(i));
        }
        for (int i = 0; i < more.length; i += 2) {
            append(out, more[i], more[i + 1]);
        }
        return out.append('}').toString();
    }

    private static void append(StringBuilder out, String name, String value) {
        if (out.length() > 1) {
            out.append(',');
        }
        out.append(name)
                .append("=\"")
                .append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"))
                .append('"');
    }
}
