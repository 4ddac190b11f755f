package io.weft.examples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The results as text for people, as Markdown and as JSON. */
final class Report {
    private static final List<Peer> YARDSTICKS = List.of(Peer.HAPROXY, Peer.ENVOY);

    private final Results results;
    private final Map<Peer, Settings.Program> programs;
    private final List<String> problems;
    private final String where;

    /** @param where client and server stood, for people to read */
    Report(Results results, Map<Peer, Settings.Program> programs, List<String> problems, String where) {
        this.where = where;
        this.results = results;
        this.programs = Map.copyOf(programs);
        this.problems = List.copyOf(problems);
    }

    /** Aligned columns: each figure's median, and its lowest and highest round. */
    String text() {
        var text = new StringBuilder();
        for (Scenario scenario : results.scenarios()) {
            List<List<String>> table = table(scenario);
            text.append('\n').append(scenario.title()).append('\n');
            List<Integer> widths = new ArrayList<>();
            for (int column = 0; column < table.getFirst().size(); column++) {
                int at = column;
                widths.add(table.stream()
                        .mapToInt(row -> row.get(at).length())
                        .max()
                        .orElse(0));
            }
            for (List<String> row : table) {
                var line = new StringBuilder("  ");
                for (int column = 0; column < row.size(); column++) {
                    String cell = row.get(column);
                    line.append(cell).repeat(' ', widths.get(column) - cell.length() + 2);
                }
                text.append(line.toString().stripTrailing()).append('\n');
            }
        }
        return text + problemLines("");
    }

    String markdown() {
        var text = new StringBuilder(machine()).append("; ").append(where).append("\n\n");
        for (Scenario scenario : results.scenarios()) {
            text.append("### ").append(scenario.title()).append("\n\n");
            List<List<String>> table = table(scenario);
            text.append(line(table.getFirst()));
            text.append("|---").repeat("|---:", table.getFirst().size() - 1).append("|\n");
            table.stream().skip(1).map(Report::line).forEach(text::append);
            text.append('\n');
        }
        return text + problemLines("- ");
    }

    /** Every sample, unrounded. */
    String json() {
        String scenarios = results.scenarios().stream()
                .map(scenario -> quoted(scenario.name().toLowerCase(Locale.ROOT)) + ": {"
                        + results.peers(scenario).stream()
                                .map(peer -> quoted(peer.option()) + ": {" + jsonFigures(scenario, peer) + "}")
                                .collect(Collectors.joining(", "))
                        + "}")
                .collect(Collectors.joining(",\n    "));
        String versions = programs.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(found -> quoted(found.getKey().option()) + ": "
                        + quoted(found.getValue().version()))
                .collect(Collectors.joining(", "));
        String failed = problems.stream().map(Report::quoted).collect(Collectors.joining(", "));
        return "{\n  \"machine\": " + quoted(machine()) + ",\n  \"network\": " + quoted(where) + ",\n  \"versions\": {"
                + versions + "},\n  \"scenarios\": {\n    " + scenarios + "},\n  \"problems\": [" + failed + "]\n}\n";
    }

    static String machine() {
        return Runtime.getRuntime().availableProcessors() + " processors, " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + ", " + System.getProperty("os.arch");
    }

    private String jsonFigures(Scenario scenario, Peer peer) {
        return results.figures(scenario).stream()
                .filter(figure -> !results.samples(scenario, peer, figure).isEmpty())
                .map(figure -> quoted(figure.key()) + ": " + results.samples(scenario, peer, figure))
                .collect(Collectors.joining(", "));
    }

    /** A row per figure, so that a line stays short however many figures there are. */
    private List<List<String>> table(Scenario scenario) {
        var rows = new ArrayList<List<String>>();
        rows.add(row("", results.peers(scenario), Peer::title));
        for (Figure figure : results.figures(scenario)) {
            rows.add(row(
                    figure.title(),
                    results.peers(scenario),
                    peer -> results.spread(scenario, peer, figure)
                            .map(spread -> cell(figure, spread))
                            .orElse("-")));
            if (figure.added() && results.peers(scenario).contains(Peer.DIRECT)) {
                Measure added = peer -> results.difference(scenario, figure, peer, Peer.DIRECT);
                rows.add(row("  added to no proxy", scenario, figure, added));
                ratios("    of that, × ", scenario, added, rows);
            }
            Optional<Scenario> base = scenario.base().filter(results.scenarios()::contains);
            if (figure.grows() && base.isPresent()) {
                rows.add(row(
                        "  more than with one cluster",
                        scenario,
                        figure,
                        peer -> results.growth(scenario, figure, peer, base.get())));
            }
            if (figure.compared()) {
                ratios(
                        "  × ",
                        scenario,
                        peer -> results.spread(scenario, peer, figure).map(Spread::median),
                        rows);
            }
        }
        return rows;
    }

    /** A number of each peer that has it. */
    private interface Measure extends Function<Peer, Optional<Double>> {}

    private List<String> row(String title, Scenario scenario, Figure figure, Measure measure) {
        return row(
                title,
                results.peers(scenario),
                peer -> measure.apply(peer).map(figure::number).orElse("-"));
    }

    /** As multiples of the yardsticks' own, where these have something to be multiplied. */
    private void ratios(String title, Scenario scenario, Measure measure, List<List<String>> rows) {
        for (Peer yardstick : YARDSTICKS) {
            Optional<Double> unit = measure.apply(yardstick).filter(value -> value > 0);
            if (unit.isPresent()) {
                rows.add(row(
                        title + yardstick.title(),
                        results.peers(scenario),
                        peer -> measure.apply(peer)
                                .map(value -> String.format(Locale.ROOT, "%.2f", value / unit.get()))
                                .orElse("-")));
            }
        }
    }

    private static List<String> row(String title, Set<Peer> peers, Function<Peer, String> cell) {
        var row = new ArrayList<String>();
        row.add(title);
        peers.forEach(peer -> row.add(cell.apply(peer)));
        return row;
    }

    private static String cell(Figure figure, Spread spread) {
        String median = figure.number(spread.median());
        String min = figure.number(spread.min());
        String max = figure.number(spread.max());
        return min.equals(max) ? median : median + " (" + min + "–" + max + ")";
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private String problemLines(String bullet) {
        return problems.stream()
                .map(problem -> "\n" + bullet + "FAILED " + problem)
                .collect(Collectors.joining());
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                default -> quoted.append(c < ' ' ? ' ' : c);
            }
        }
        return quoted.append('"').toString();
    }
}
