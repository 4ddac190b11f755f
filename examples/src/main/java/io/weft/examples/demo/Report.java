package io.weft.examples.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the demo prints: progress with the time since its start, and one line per fact. */
final class Report {
    private final PrintWriter out;
    private final long begun = System.nanoTime();
    private final List<Line> lines = new ArrayList<>();

    private record Line(String name, boolean holds, String seen, Duration at) {}

    Report(PrintWriter out) {
        this.out = out;
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    void progress(String step) {
        out.printf("%s %s ...%n", stamp(), step);
        out.flush();
    }

    void note(String text) {
        out.println(text);
        out.flush();
    }

    void fact(String name, Finding finding) {
        lines.add(new Line(name, finding.holds(), finding.seen(), elapsed()));
        out.printf("%-4s %-14s %s%n", finding.holds() ? "ok" : "FAIL", name, finding.seen());
        out.flush();
    }

    private String stamp() {
        return "[%5.1f s]".formatted(elapsed().toMillis() / 1000.0);
    }

    int count() {
        return lines.size();
    }

    List<String> failed() {
        return lines.stream().filter(line -> !line.holds()).map(Line::name).toList();
    }

    /** The same for programs. */
    String json() {
        var facts = new JsonArray();
        for (Line line : lines) {
            var fact = new JsonObject();
            fact.addProperty("fact", line.name());
            fact.addProperty("holds", line.holds());
            fact.addProperty("seen", line.seen());
            fact.addProperty("at_seconds", line.at().toMillis() / 1000.0);
            facts.add(fact);
        }
        var all = new JsonObject();
        all.add("facts", facts);
        all.addProperty("all_hold", failed().isEmpty());
        all.addProperty("seconds", elapsed().toMillis() / 1000.0);
        return all + "\n";
    }
}
