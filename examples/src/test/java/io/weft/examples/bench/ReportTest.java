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
        var report = new Report(results, Map.of(), List.of("said \"no\"\nand ended"), "in \"two\" namespaces");

        assertThat(report.json())
                .contains("\"tcp\": {\"envoy\": {\"cpu_per_gb\": [0.125, 0.25]}}")
                .contains("\"network\": \"in \\\"two\\\" namespaces\"")
                .contains("\"problems\": [\"said \\\"no\\\"\\nand ended\"]");
    }

    @Test
    void memory_of_many_clusters_is_also_shown_less_that_of_one_and_as_a_share_of_envoys() {
        results.add(Scenario.CLUSTERS_1, Peer.WEFT, Figure.RSS_USED, 90);
        results.add(Scenario.CLUSTERS_1000, Peer.WEFT, Figure.RSS_USED, 104.5);
        results.add(Scenario.CLUSTERS_1000, Peer.ENVOY, Figure.RSS_USED, 209);

        assertThat(report().markdown().lines())
                .containsSubsequence(
                        "| RSS MB, all clusters in use | 90.0 |",
                        "| RSS MB, all clusters in use | 104.5 | 209.0 |",
                        "|   more than with one cluster | 14.5 | - |",
                        "|   × Envoy | 0.50 | 1.00 |");
    }

    @Test
    void what_is_added_to_no_proxy_is_compared_and_not_the_whole() {
        results.add(Scenario.CHAIN, Peer.DIRECT, Figure.OPEN_P99, 1);
        results.add(Scenario.CHAIN, Peer.WEFT, Figure.OPEN_P99, 1.5);
        results.add(Scenario.CHAIN, Peer.ENVOY, Figure.OPEN_P99, 3);

        assertThat(report().markdown().lines())
                .containsSubsequence(
                        "| p99 ms at 1,000/s | 1.00 | 1.50 | 3.00 |",
                        "|   added to no proxy | 0.00 | 0.50 | 2.00 |",
                        "|     of that, × Envoy | 0.00 | 0.25 | 1.00 |");
    }

    private Report report() {
        return new Report(results, Map.of(), List.of(), "here");
    }
}
