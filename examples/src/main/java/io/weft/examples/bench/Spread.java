package io.weft.examples.bench;

import java.util.List;

/** The rounds of one figure in short. */
record Spread(double median, double min, double max) {
    static Spread of(List<Double> samples) {
        List<Double> sorted = samples.stream().sorted().toList();
        int size = sorted.size();
        double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }
}
