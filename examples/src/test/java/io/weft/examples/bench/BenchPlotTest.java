package io.weft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

final class BenchPlotTest {
    @TempDir
    private Path folder = Path.of("");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void what_the_bench_wrote_is_drawn_to_scale_with_its_spread() throws Exception {
        var results = new Results();
        for (double cpu : List.of(0.5, 0.25, 1.0)) {
            results.add(Scenario.CHAIN, Peer.WEFT, Figure.CPU_PER_10K, cpu);
        }
        results.add(Scenario.CHAIN, Peer.ENVOY, Figure.CPU_PER_10K, 2.0);
        results.add(Scenario.CHAIN, Peer.DIRECT, Figure.REQUESTS_PER_SECOND, 7);
        Path json = Files.writeString(
                folder.resolve("bench.json"), new Report(results, Map.of(), List.of(), "here").json());
        Path plots = folder.resolve("made/plots");

        assertThat(run("plot", "--json", json.toString(), "--out", plots.toString()))
                .as("%s", err)
                .isZero();

        assertThat(out.toString()).isEqualTo("![CPU s per 10,000 requests](plots/cpu-per-10k.svg)\n");
        String svg = Files.readString(plots.resolve("cpu-per-10k.svg"));
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(svg)
                .contains("width=\"105.0\" height=\"14\" fill=\"#1b7837\"", "width=\"420.0\" height=\"14\"")
                .contains(">0.500 (0.250–1.000)<", ">2.000<", Scenario.CHAIN.title());
    }

    @Test
    void another_file_is_refused_with_its_name() throws IOException {
        Path json = Files.writeString(
                folder.resolve("other.json"), "{\"scenarios\": {\"chain\": {\"squid\": {\"p50\": [1]}}}}");

        assertThat(run("plot", "--json", json.toString(), "--out", folder.toString()))
                .isEqualTo(1);

        assertThat(err.toString()).contains("other.json", "squid");
        assertThat(run("plot", "--out", folder.toString())).isEqualTo(2);
    }

    private int run(String... args) {
        return BenchMain.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
