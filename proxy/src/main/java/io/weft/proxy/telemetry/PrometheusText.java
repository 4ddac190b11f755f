package io.weft.proxy.telemetry;

import io.weft.proxy.telemetry.Metric.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prometheus' text exposition format, version 0.0.4. */
final class PrometheusText {

    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private PrometheusText() {}

    static String of(List<Metric> metrics) {
        Map<String, List<Metric>> families = new LinkedHashMap<>();
        for (Metric metric : metrics) {
            families.computeIfAbsent(metric.family(), family -> new ArrayList<>())
                    .add(metric);
        }
        StringBuilder out = new StringBuilder(16 * 1024);
        families.forEach((family, members) -> {
            String type = switch (members.getFirst().value()) {
                case Value.Total total -> "counter";
                case Value.Gauge gauge -> "gauge";
                case Value.Distribution distribution -> "histogram";
            };
            out.append("# TYPE ").append(family).append(' ').append(type).append('\n');
            for (Metric metric : members) {
                metric(metric, out);
            }
        });
        return out.toString();
    }

    private static void metric(Metric metric, StringBuilder out) {
        switch (metric.value()) {
            case Value.Total total -> sample(metric.family(), metric.labels(), "", total.number(), out);
            case Value.Gauge gauge -> sample(metric.family(), metric.labels(), "", gauge.number(), out);
            case Value.Distribution distribution -> {
                long below = 0;
                for (int i = 0; i < distribution.counts().size(); i++) {
                    below += distribution.counts().get(i);
                    String bound = i < distribution.bounds().size()
                            ? number(distribution.bounds().get(i))
                            : "+Inf";
                    sample(metric.family() + "_bucket", metric.labels(), bound, below, out);
                }
                name(metric.family() + "_sum", metric.labels(), "", out);
                out.append(' ').append(number(distribution.sum())).append('\n');
                sample(metric.family() + "_count", metric.labels(), "", below, out);
            }
        }
    }

    private static void sample(String name, Labels labels, String bound, long value, StringBuilder out) {
        name(name, labels, bound, out);
        out.append(' ').append(value).append('\n');
    }

    private static void name(String name, Labels labels, String bound, StringBuilder out) {
        out.append(name);
        char before = '{';
        for (Map.Entry<String, String> pair : labels.pairs()) {
            out.append(before).append(pair.getKey()).append("=\"");
            escape(pair.getValue(), out);
            out.append('"');
            before = ',';
        }
        if (!bound.isEmpty()) {
            out.append(before).append("le=\"").append(bound).append('"');
            before = ',';
        }
        if (before == ',') {
            out.append('}');
        }
    }

    private static void escape(String value, StringBuilder out) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(c < ' ' ? '?' : c);
            }
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
