package io.weft.examples.lab;

import io.weft.examples.apps.LoadReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Steady traffic that an application in a pod makes, and what it has seen. */
public final class Traffic {
    private static final String CONNECTIONS = "4";
    private static final String PER_SECOND = "25";
    private static final int SOME = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Program program;

    private Traffic(Program program) {
        this.program = program;
    }

    /**
     * Starts it, and waits for the first answer or error.
     *
     * @param kind what it does, in the words of {@link io.weft.examples.apps.Load}
     */
    public static Traffic start(Pod pod, String name, String kind, String host, int port) {
        var traffic = new Traffic(pod.start(
                name,
                Account.APPLICATION,
                pod.java(
                        "examples",
                        "io.weft.examples.apps.Load",
                        List.of(kind, host, String.valueOf(port), CONNECTIONS, PER_SECOND))));
        if (traffic.await(PATIENCE, report -> report.ok() + report.errors() > 0).isEmpty()) {
            throw traffic.program.failure("got no answer");
        }
        return traffic;
    }

    /** What it has seen by now. */
    public LoadReport now() {
        return LoadReport.last(program.log()).orElse(new LoadReport(false, 0, Map.of()));
    }

    /** The first report for which this holds, if there is one before the deadline. */
    public Optional<LoadReport> await(Duration limit, Predicate<LoadReport> condition) {
        return Await.value(limit, () -> Optional.of(now()).filter(condition));
    }

    /** Waits until this many more requests were answered. */
    public boolean flows(int requests) {
        long before = now().ok();
        return await(PATIENCE, report -> report.ok() >= before + requests).isPresent();
    }

    /** Whether somebody gets no more requests: none of the next hundred, within this time. */
    public boolean leaves(String name, Duration limit) {
        return Await.that(limit, () -> {
            long before = now().ok(name);
            return flows(SOME) && now().ok(name) == before;
        });
    }

    /** Lets it finish what it began; returns the exact count. */
    public LoadReport stop() {
        program.stop();
        return LoadReport.last(program.log())
                .filter(LoadReport::over)
                .orElseThrow(() -> program.failure("did not say what it has seen"));
    }

    /** The first errors that it printed. */
    public List<String> errors() {
        return program.log().lines().filter(line -> line.startsWith("error ")).toList();
    }
}
