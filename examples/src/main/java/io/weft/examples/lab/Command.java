package io.weft.examples.lab;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a command to its end, with a deadline. */
final class Command {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Command() {}

    static Outcome run(List<String> command) {
        return run(command, LIMIT);
    }

    static Outcome run(List<String> command, Duration limit) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
            CompletableFuture<String> out = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> out.complete(read(process)));
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            return new Outcome(ended ? process.exitValue() : Outcome.TIMED_OUT, out.join());
        } catch (IOException e) {
            return new Outcome(127, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting for " + String.join(" ", command), e);
        }
    }

    private static String read(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(output lost: " + e.getMessage() + ")";
        }
    }

    /** @throws LabException when it does not end with 0 */
    static String ok(List<String> command) {
        Outcome outcome = run(command);
        if (!outcome.ok()) {
            throw new LabException(String.join(" ", command) + ": " + outcome);
        }
        return outcome.out();
    }

    static String ok(String... command) {
        return ok(List.of(command));
    }
}
