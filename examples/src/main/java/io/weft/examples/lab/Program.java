package io.weft.examples.lab;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program that the lab started and that runs; all that it prints goes to a file. */
public final class Program {
    private static final int TAIL_LINES = 30;
    private static final Duration TERM = Duration.ofSeconds(10);

    private final String name;
    private final Path log;
    private final long begin;
    private final Process process;

    private Program(String name, Path log, long begin, Process process) {
        this.name = name;
        this.log = log;
        this.begin = begin;
        this.process = process;
    }

    /** A session of its own keeps a terminal's Ctrl-C for the lab, which then ends its programs in order. */
    public static Program start(String name, Path log, Map<String, String> environment, List<String> command) {
        var all = new java.util.ArrayList<String>(List.of("setsid"));
        all.addAll(command);
        var builder = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(variable -> !variable.equals("PATH"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().putAll(environment);
        try {
            // An earlier program of that name may have written there.
            long begin = Files.exists(log) ? Files.size(log) : 0;
            return new Program(name, log, begin, builder.start());
        } catch (IOException e) {
            throw new LabException(name + " cannot be started: " + e.getMessage(), e);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** Where it prints to. */
    public Path logFile() {
        return log;
    }

    /** What it printed so far. */
    public String log() {
        try (InputStream printed = Files.newInputStream(log)) {
            printed.skipNBytes(begin);
            return new String(printed.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    /** The end of what it printed. */
    public String tail() {
        List<String> lines = log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    /**
     * Waits until it has printed something.
     *
     * @throws LabException with the end of its log when it ends before, or at the deadline
     */
    public Matcher awaitLog(String pattern, Duration limit) {
        var compiled = Pattern.compile(pattern);
        Optional<Matcher> found = Await.value(limit, () -> {
            boolean ended = !alive();
            Matcher matcher = compiled.matcher(log());
            if (matcher.find()) {
                return Optional.of(matcher);
            }
            if (ended) {
                throw failure("ended without saying \"" + pattern + "\"");
            }
            return Optional.empty();
        });
        return found.orElseThrow(() -> failure("did not say \"" + pattern + "\" within " + limit.toSeconds() + " s"));
    }

    /** An error about this program, with the end of its log. */
    public LabException failure(String what) {
        String state = alive() ? "runs" : "ended with " + process.exitValue();
        return new LabException(name + " " + what + " (" + state + "); its log " + log + " ends with:\n" + tail());
    }

    /** Asks it to end, as {@code kill} does, and does not wait. */
    public void terminate() {
        process.destroy();
    }

    /** Its exit status, or nothing while it runs at the deadline. */
    public Optional<Integer> exit(Duration limit) {
        return ended(limit) ? Optional.of(process.exitValue()) : Optional.empty();
    }

    /** Asks it to end and waits; after ten seconds it is killed. */
    public void stop() {
        process.destroy();
        if (!ended(TERM)) {
            kill();
        }
    }

    /** Ends it as a crash would. */
    public void kill() {
        process.destroyForcibly();
        ended(TERM);
    }

    private boolean ended(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting for the end of " + name, e);
        }
    }
}
