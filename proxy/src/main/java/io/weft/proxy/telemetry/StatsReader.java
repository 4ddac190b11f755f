package io.weft.proxy.telemetry;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All numbers of this process, as text: Envoy's plain form and Prometheus'. */
public final class StatsReader {

    public static final String PROMETHEUS_CONTENT_TYPE = PrometheusText.CONTENT_TYPE;

    private final List<MetricSource> sources;

    public StatsReader(List<MetricSource> sources) {
        this.sources = List.copyOf(sources);
    }

    /**
     * What is shown.
     *
     * @param filter found anywhere in the plain name; null for all
     * @param usedOnly leaves out counters that never counted
     */
    public record Choice(@Nullable Pattern filter, boolean usedOnly) {
        public static final Choice ALL = new Choice(null, false);

        boolean takes(Metric metric) {
            return (!usedOnly || metric.isUsed())
                    && (filter == null || filter.matcher(metric.plain()).find());
        }
    }

    private List<Metric> read(Choice choice) {
        List<Metric> chosen = new ArrayList<>();
        for (MetricSource source : sources) {
            for (Metric metric : source.read()) {
                if (choice.takes(metric)) {
                    chosen.add(metric);
                }
            }
        }
        return chosen;
    }

    /** {@code name: value} lines in the order of their names; of a distribution its count and sum. */
    public String plain(Choice choice) {
        List<Metric> metrics = read(choice);
        metrics.sort(Comparator.comparing(Metric::plain));
        StringBuilder out = new StringBuilder();
        for (Metric metric : metrics) {
            out.append(metric.plain()).append(": ");
            switch (metric.value()) {
                case Metric.Value.Total total -> out.append(total.number());
                case Metric.Value.Gauge gauge -> out.append(gauge.number());
                case Metric.Value.Distribution distribution ->
                    out.append("count=")
                            .append(distribution.count())
                            .append(" sum=")
                            .append((long) distribution.sum());
            }
            out.append('\n');
        }
        return out.toString();
    }

    public String prometheus(Choice choice) {
        return PrometheusText.of(read(choice));
    }
}
