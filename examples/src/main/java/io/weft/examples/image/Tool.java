package io.weft.examples.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of this machine to its end. */
final class Tool {
    /** Downloads over a slow line are the longest. */
    private static final long LIMIT_MINUTES = 10;

    private Tool() {}

    /**
     * What it printed on standard output.
     *
     * @throws ImageException with what it printed on standard error when it does not end with 0, or not in ten minutes
     */
    static String run(Path folder, List<String> command) {
        try {
            Path out = Files.createTempFile("weft-image", ".out");
            Path err = Files.createTempFile("weft-image", ".err");
            try {
                return run(folder, command, out, err);
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new ImageException(command.getFirst() + " cannot be run: " + e.getMessage(), e);
        }
    }

    private static String run(Path folder, List<String> command, Path out, Path err) throws IOException {
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                throw new ImageException(String.join(" ", command) + ": did not end in " + LIMIT_MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException("interrupted while waiting for " + command.getFirst(), e);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new ImageException(String.join(" ", command) + ": exit " + process.exitValue() + "\n"
                    + Files.readString(err, StandardCharsets.UTF_8).strip());
        }
        return Files.readString(out, StandardCharsets.UTF_8);
    }
}
