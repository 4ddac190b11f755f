package io.weft.examples.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weft bench plot}. Exit status: 0 written, 1 the file cannot be read, 2 wrong arguments. */
@Command(
        name = "plot",
        mixinStandardHelpOptions = true,
        description = {
            "Draws the figures of weft bench --json as SVG files, one for each kind of figure, and prints the lines by which",
            "a Markdown page beside the folder shows them."
        })
final class PlotCommand implements Callable<Integer> {
    private static final List<Figure> DRAWN = List.of(
            Figure.CPU_PER_10K,
            Figure.CPU_PER_GB,
            Figure.OPEN_P99,
            Figure.HALF_P99,
            Figure.FIRST_ANSWER,
            Figure.FIRST_BY_STEADY,
            Figure.RSS_LOADED,
            Figure.DIRTY_LOADED);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", paramLabel = "FILE", description = "What weft bench --json wrote.")
    private @Nullable Path json;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the files go; made where it is missing.")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException {
        Path from = json;
        Path to = out;
        if (from == null || to == null) {
            throw new ParameterException(spec.commandLine(), "--json FILE and --out DIR are needed");
        }
        Results results = read(from);
        Files.createDirectories(to);
        for (Figure figure : DRAWN) {
            BarPlot plot = plot(results, figure);
            if (!plot.groups().isEmpty()) {
                String name = figure.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".svg";
                Files.writeString(to.resolve(name), plot.svg());
                spec.commandLine().getOut().println("![" + figure.title() + "](" + to.getFileName() + "/" + name + ")");
            }
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    static BarPlot plot(Results results, Figure figure) {
        var groups = new ArrayList<BarPlot.Group>();
        for (Scenario scenario : results.scenarios()) {
            var bars = new ArrayList<BarPlot.Bar>();
            for (Peer peer : results.peers(scenario)) {
                results.spread(scenario, peer, figure)
                        .ifPresent(spread -> bars.add(new BarPlot.Bar(peer.title(), colour(peer), spread)));
            }
            if (!bars.isEmpty()) {
                groups.add(new BarPlot.Group(scenario.title(), bars));
            }
        }
        return new BarPlot(figure.title().strip(), figure.decimals(), groups);
    }

    private static String colour(Peer peer) {
        return switch (peer) {
            case DIRECT -> "#bbbbbb";
            case WEFT -> "#1b7837";
            case HAPROXY -> "#2166ac";
            case NGINX -> "#92c5de";
            case ENVOY -> "#d6604d";
        };
    }

    /** The samples of a report's JSON. */
    static Results read(Path file) throws IOException {
        var results = new Results();
        try {
            JsonObject scenarios = JsonParser.parseString(Files.readString(file))
                    .getAsJsonObject()
                    .getAsJsonObject("scenarios");
            if (scenarios == null) {
                throw new BenchException(file + " has no \"scenarios\"; expected what weft bench --json wrote");
            }
            for (String scenario : scenarios.keySet()) {
                JsonObject peers = scenarios.getAsJsonObject(scenario);
                for (String peer : peers.keySet()) {
                    JsonObject figures = peers.getAsJsonObject(peer);
                    for (String figure : figures.keySet()) {
                        for (JsonElement sample : figures.getAsJsonArray(figure)) {
                            results.add(
                                    Scenario.valueOf(scenario.toUpperCase(Locale.ROOT)),
                                    Peer.named(peer),
                                    Figure.valueOf(figure.toUpperCase(Locale.ROOT)),
                                    sample.getAsDouble());
                        }
                    }
                }
            }
        } catch (JsonParseException | IllegalStateException | ClassCastException | IllegalArgumentException e) {
            throw new BenchException(file + " is not what weft bench --json writes: " + e.getMessage(), e);
        }
        return results;
    }
}
