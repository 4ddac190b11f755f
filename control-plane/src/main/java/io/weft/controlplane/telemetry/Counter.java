package io.weft.controlplane.telemetry;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A number that only grows, for each combination of label values. */
public final class Counter implements Metric {
    private final String name;
    private final String help;
    private final Labels<LongAdder> labels;

    Counter(String name, String help, List<String> labelNames) {
        this.name = name;
        this.help = help;
        this.labels = new Labels<>(labelNames, LongAdder::new);
    }

    /** Adds one to the series of these label values, which stand in the order of the label names. */
    public void count(String... labelValues) {
        labels.at(labelValues).increment();
    }

    /** What was counted so far. */
    public long value(String... labelValues) {
        return labels.at(labelValues).sum();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void write(StringBuilder out) {
        Metrics.header(out, name, help, "counter");
        labels.all()
                .forEach((values, count) -> out.append(name)
                        .append(labels.text(values))
                        .append(' ')
                        .append(count.sum())
                        .append('\n'));
    }
}
