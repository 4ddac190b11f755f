package io.weft.examples.apps;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a load has seen so far; it prints one such line every tenth of a second.
 *
 * @param over whether it has ended, and all that it sent is counted
 * @param answers by who answered
 */
public record LoadReport(boolean over, long errors, Map<String, Answers> answers) {
    private static final Pattern LINE =
            Pattern.compile("^load (running|over) errors=(\\d+)((?: \\S+=\\d+:\\d+:\\d+)*)$");
    private static final Pattern ENTRY = Pattern.compile(" (\\S+)=(\\d+):(\\d+):(\\d+)");

    /**
     * Answers of one.
     *
     * @param firstMillis when the first came, in ms since 1970
     * @param lastMillis when the last came
     */
    public record Answers(long count, long firstMillis, long lastMillis) {}

    public long ok() {
        return answers.values().stream().mapToLong(Answers::count).sum();
    }

    public long ok(String by) {
        Answers some = answers.get(by);
        return some == null ? 0 : some.count();
    }

    String line() {
        return answers.entrySet().stream()
                .map(entry -> " " + entry.getKey() + "=" + entry.getValue().count() + ":"
                        + entry.getValue().firstMillis() + ":"
                        + entry.getValue().lastMillis())
                .collect(Collectors.joining("", "load " + (over ? "over" : "running") + " errors=" + errors, ""));
    }

    /** The last report in a log. */
    public static Optional<LoadReport> last(String log) {
        int end = log.lastIndexOf('\n');
        return log.substring(0, Math.max(end, 0))
                .lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .reduce((_, later) -> later)
                .map(LoadReport::of);
    }

    private static LoadReport of(Matcher line) {
        var answers = new TreeMap<String, Answers>();
        Matcher entries = ENTRY.matcher(line.group(3));
        while (entries.find()) {
            answers.put(
                    entries.group(1),
                    new Answers(
                            Long.parseLong(entries.group(2)),
                            Long.parseLong(entries.group(3)),
                            Long.parseLong(entries.group(4))));
        }
        return new LoadReport(line.group(1).equals("over"), Long.parseLong(line.group(2)), answers);
    }
}
