package io.weft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReportTest {
    private final Results results = new Results();

    @Test
    void a_figure_is_shown_by_its_median_its_extremes_and_its_ratios() {
        for (double cpu : List.of(0.5, 0.3, 0.4)) {
            results.add(Scenario.CHAIN, Peer.WEFT, Figure.CPU_PER_10K, cpu);
            results.add(Scenario.CHAIN, Peer.HAPROXY, Figure.CPU_PER_10K, cpu * 2);
        }

        assertThat(report().text().lines().map(String::strip))
                .containsSubsequence(
                        "Weft                 HAProxy",
                        "CPU s per 10,000 requests  0.400 (0.300–0.500)  0.800 (0.600–1.000)",
                        "× HAProxy                0.50                 1.00");
        assertThat(report().markdown())
                .contains("| CPU s per 10,000 requests | 0.400 (0.300–0.500) | 0.800 (0.600–1.000) |")
                .contains("|   × HAProxy | 0.50 | 1.00 |");
    }

    @Test
    void an_even_number_of_rounds_has_the_middle_of_the_two_in_the_middle_as_median() {
        assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(new Spread(2.5, 1, 4));
    }

    @Test
    void json_holds_every_sample_and_every_problem() {
        results.add(Scenario.TCP, Peer.ENVOY, Figure.CPU_PER_GB, 0.125);
        results.add(Scenario.TCP, Peer.ENVOY, Figure.CPU_PER_GB, 0.25);
        var report = new Report(results, Map.of(), List.of("said \"no\"\nand ended"));

        assertThat(report.json())
                .contains("\"tcp\": {\"envoy\": {\"cpu_per_gb\": [0.125, 0.25]}}")
                .contains("\"problems\": [\"said \\\"no\\\"\\nand ended\"]");
    }

    private Report report() {
        return new Report(results, Map.of(), List.of());
    }
}
