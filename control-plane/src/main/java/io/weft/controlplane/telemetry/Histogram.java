package io.weft.controlplane.telemetry;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** How values are spread over buckets, for each combination of label values. */
public final class Histogram implements Metric {
    private final String name;
    private final String help;
    private final double[] bounds;
    private final Labels<Series> labels;

    private static final class Series {
        final LongAdder[] buckets;
        final DoubleAdder sum = new DoubleAdder();

        Series(int size) {
            buckets = new LongAdder[size];
            Arrays.setAll(buckets, i -> new LongAdder());
        }
    }

    Histogram(String name, String help, double[] bounds, List<String> labelNames) {
        this.name = name;
        this.help = help;
        this.bounds = bounds.clone();
        this.labels = new Labels<>(labelNames, () -> new Series(this.bounds.length + 1));
    }

    /** Counts a value in the series of these label values. Durations are in seconds. */
    public void observe(double value, String... labelValues) {
        Series series = labels.at(labelValues);
        int bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]) {
            bucket++;
        }
        series.buckets[bucket].increment();
        series.sum.add(value);
    }

    /** How many values were counted so far. */
    public long count(String... labelValues) {
        return Arrays.stream(labels.at(labelValues).buckets)
                .mapToLong(LongAdder::sum)
                .sum();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void write(StringBuilder out) {
        Metrics.header(out, name, help, "histogram");
        labels.all().forEach((values, series) -> {
            long total = 0;
            for (int i = 0; i <= bounds.length; i++) {
                total += series.buckets[i].sum();
                String bound = i == bounds.length ? "+Inf" : Metrics.number(bounds[i]);
                line(out, "_bucket", labels.text(values, "le", bound), Long.toString(total));
            }
            line(out, "_sum", labels.text(values), Metrics.number(series.sum.sum()));
            line(out, "_count", labels.text(values), Long.toString(total));
        });
    }

    private void line(StringBuilder out, String suffix, String labelText, String value) {
        out.append(name)
                .append(suffix)
                .append(labelText)
                .append(' ')
                .append(value)
                .append('\n');
    }
}
