package io.weft.examples.apps;

import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/** Counts what came of requests, exactly: each is either one answer of somebody or one error. */
final class Tally {
    private static final int ERRORS_SHOWN = 20;

    private final InstantSource clock;
    private final Map<String, LoadReport.Answers> answers = new TreeMap<>();
    private long errors;

    Tally(InstantSource clock) {
        this.clock = clock;
    }

    synchronized void answer(String by) {
        long now = clock.millis();
        answers.merge(
                by,
                new LoadReport.Answers(1, now, now),
                (old, one) -> new LoadReport.Answers(old.count() + 1, old.firstMillis(), now));
    }

    /** Prints the first errors as they come. */
    synchronized void error(String what) {
        errors++;
        if (errors <= ERRORS_SHOWN) {
            System.out.println("error at " + clock.millis() + ": " + what);
        }
    }

    synchronized LoadReport report(boolean over) {
        return new LoadReport(over, errors, new TreeMap<>(answers));
    }
}
