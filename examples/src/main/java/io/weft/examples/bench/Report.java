package io.weft.examples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The results as text for people, as Markdown and as JSON. */
final class Report {
    private static final List<Peer> YARDSTICKS = List.of(Peer.HAPROXY, Peer.ENVOY);

    private final Results results;
    private final Map<Peer, Settings.Program> programs;
    private final List<String> problems;

    Report(Results results, Map<Peer, Settings.Program> programs, List<String> problems) {
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
        var text = new StringBuilder(machine()).append("\n\n");
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
        return "{\n  \"machine\": " + quoted(machine()) + ",\n  \"versions\": {" + versions
                + "},\n  \"scenarios\": {\n    " + scenarios + "},\n  \"problems\": [" + failed + "]\n}\n";
    }

    static String machine() {
        return Runtime.getRuntime().availableProcessors() + " processors, " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + ", " + System.getProperty("os.arch");
    }

    private String jsonFigures(Scenario scenario, Peer peer) {
        return results.figures(scenario).stream()
                .filter(figure -> !results.samples(scenario, peer, figure).isEmpty())
                .map(figure ->
                        quoted(figure.name().toLowerCase(Locale.ROOT)) + ": " + results.samples(scenario, peer, figure))
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
                rows.add(row(
                        "  added to no proxy",
                        results.peers(scenario),
                        peer -> results.difference(scenario, figure, peer, Peer.DIRECT)
                                .map(added -> number(added, figure.decimals()))
                                .orElse("-")));
            }
            for (Peer yardstick : YARDSTICKS) {
                if (figure.compared() && results.peers(scenario).contains(yardstick)) {
                    rows.add(row(
                            "  × " + yardstick.title(),
                            results.peers(scenario),
                            peer -> results.ratio(scenario, figure, peer, yardstick)
                                    .map(ratio -> number(ratio, 2))
                                    .orElse("-")));
                }
            }
        }
        return rows;
    }

    private static List<String> row(String title, Set<Peer> peers, Function<Peer, String> cell) {
        var row = new ArrayList<String>();
        row.add(title);
        peers.forEach(peer -> row.add(cell.apply(peer)));
        return row;
    }

    private static String cell(Figure figure, Spread spread) {
        String median = number(spread.median(), figure.decimals());
        String min = number(spread.min(), figure.decimals());
        String max = number(spread.max(), figure.decimals());
        return min.equals(max) ? median : median + " (" + min + "–" + max + ")";
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
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
