package io.weft.init.apply;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs the tools: the only class of the module that starts a process. */
public final class Applier {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<Path> searchPath;

    private Applier(List<Path> searchPath) {
        this.searchPath = List.copyOf(searchPath);
    }

    /** An applier that looks for tools in {@code path}, then in the system's own folders, which a plain user may lack. */
    public static Applier searching(String path) {
        List<Path> folders = new ArrayList<>();
        for (String folder : path.split(":")) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        folders.add(Path.of("/usr/sbin"));
        folders.add(Path.of("/sbin"));
        return new Applier(folders);
    }

    /** An applier that knows the tools of these folders only. */
    public static Applier knowing(List<Path> folders) {
        return new Applier(folders);
    }

    boolean has(String command) {
        return find(command).isPresent();
    }

    private Optional<Path> find(String command) {
        return searchPath.stream()
                .map(folder -> folder.resolve(command))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Runs a command to its end and returns what it printed; whatever is not exit status 0 is a failure. */
    String run(List<String> command, String input) throws ToolFailure {
        Path program = find(command.getFirst())
                .orElseThrow(() -> new ToolFailure(command.getFirst(), Diagnosis.notFound(command)));
        List<String> line = new ArrayList<>(command);
        line.set(0, program.toString());
        try {
            Process process = new ProcessBuilder(line).start();
            Output errors = new Output(process.getErrorStream());
            Output output = new Output(process.getInputStream());
            try (OutputStream standardInput = process.getOutputStream()) {
                standardInput.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The tool gave up before it had read all; its exit status and its words tell why.
                errors.note(e);
            }
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new ToolFailure(
                        command.getFirst(),
                        String.join(" ", command) + " did not end within " + LIMIT.toSeconds() + " s");
            }
            String printed = output.text();
            if (process.exitValue() != 0) {
                throw new ToolFailure(
                        command.getFirst(), Diagnosis.explain(command, process.exitValue(), errors.text(), input));
            }
            return printed;
        } catch (IOException e) {
            throw new ToolFailure(
                    command.getFirst(), String.join(" ", command) + " could not be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ToolFailure(command.getFirst(), String.join(" ", command) + " was interrupted");
        }
    }

    /** Reads a stream on a thread of its own, so that a tool never waits for us with a full pipe. */
    private static final class Output {
        private final StringBuilder notes = new StringBuilder();
        private final Thread thread;
        private String text = "";

        Output(InputStream stream) {
            thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        void note(IOException e) {
            notes.append('(').append(e.getMessage()).append(") ");
        }

        String text() throws InterruptedException {
            thread.join();
            return notes + text;
        }
    }
}
