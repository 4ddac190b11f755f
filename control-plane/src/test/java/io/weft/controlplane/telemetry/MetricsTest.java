package io.weft.controlplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void the_text_is_prometheus_s() {
        metrics.counter("pushes", "Pushes.", "type").count("a\"b");
        metrics.histogram("seconds", "Time.", new double[] {.1, 1}).observe(.5);
        metrics.gauge("streams", "Streams.", () -> 3);
        assertThat(metrics.text()).isEqualTo("""
                        # HELP pushes Pushes.
                        # TYPE pushes counter
                        pushes{type="a\\"b"} 1
                        # HELP seconds Time.
                        # TYPE seconds histogram
                        seconds_bucket{le="0.1"} 0
                        seconds_bucket{le="1"} 1
                        seconds_bucket{le="+Inf"} 1
                        seconds_sum 0.5
                        seconds_count 1
                        # HELP streams Streams.
                        # TYPE streams gauge
                        streams 3
                        """);
    }

    @Test
    void series_are_bounded_and_the_rest_is_counted_together() {
        Counter counter = metrics.counter("many", "Many.", "name");
        for (int i = 0; i < 1000; i++) {
            counter.count("n" + i);
        }
        assertThat(metrics.text().lines().filter(line -> line.startsWith("many{")))
                .hasSize(Labels.MOST_SERIES + 1);
        assertThat(counter.value("__overflow__")).isEqualTo(1000 - Labels.MOST_SERIES);
    }
}
