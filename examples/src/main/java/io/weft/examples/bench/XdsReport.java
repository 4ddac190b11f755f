package io.weft.examples.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures of one control plane, as text, as Markdown and as JSON. Used by one thread. */
final class XdsReport {
    private final String title;
    private final Map<XdsFigure, List<Double>> samples = new EnumMap<>(XdsFigure.class);

    XdsReport(int proxies, int services, int endpoints) {
        this.title = proxies + " proxies, " + services + " services of " + endpoints + " endpoints";
    }

    void add(XdsFigure figure, double value) {
        samples.computeIfAbsent(figure, _ -> new ArrayList<>()).add(value);
    }

    /** The smallest sample that the given share of all samples does not exceed. */
    static double percentile(List<Double> samples, double percent) {
        List<Double> sorted = samples.stream().sorted().toList();
        int rank = (int) Math.ceil(percent / 100 * sorted.size());
        return sorted.get(Math.clamp(rank, 1, sorted.size()) - 1);
    }

    String text() {
        int width = samples.keySet().stream()
                .mapToInt(figure -> figure.title().length())
                .max()
                .orElse(0);
        return samples.keySet().stream()
                .map(figure -> "  " + figure.title()
                        + " ".repeat(width - figure.title().length() + 2) + cell(figure))
                .collect(Collectors.joining("\n", "\nControl plane: " + title + "\n", ""));
    }

    String markdown() {
        return samples.keySet().stream()
                .map(figure -> "| " + figure.title() + " | " + cell(figure) + " |\n")
                .collect(Collectors.joining(
                        "", Report.machine() + "\n\n### Control plane: " + title + "\n\n|  |  |\n|---|---:|\n", ""));
    }

    /** Every sample, unrounded. */
    String json() {
        return samples.entrySet().stream()
                .map(entry -> "\"" + entry.getKey().key() + "\": " + entry.getValue())
                .collect(Collectors.joining(
                        ",\n    ",
                        "{\n  \"machine\": \"" + Report.machine() + "\",\n  \"control_plane\": \"" + title
                                + "\",\n  \"figures\": {\n    ",
                        "\n  }\n}\n"));
    }

    private String cell(XdsFigure figure) {
        List<Double> all = samples.getOrDefault(figure, List.of());
        if (all.size() == 1) {
            return figure.number(all.getFirst());
        }
        return "p50 " + figure.number(percentile(all, 50)) + ", p99 " + figure.number(percentile(all, 99))
                + ", highest " + figure.number(percentile(all, 100)) + " of " + all.size();
    }
}
