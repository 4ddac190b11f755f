package io.weft.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code weft control-plane} as a program of its own, on free ports of loopback. Used by one thread. */
final class ControlPlaneProgram {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final long POLL_NANOS = 2_000_000;
    private static final Pattern PLAINTEXT = Pattern.compile("(?m)^xds in plaintext: .*:(\\d+)$");
    private static final Pattern SECURE = Pattern.compile("(?m)^xds and certificates: .*:(\\d+)$");
    private static final Pattern READY = Pattern.compile("(?m)^ready$");
    private static final Pattern REFUSED = Pattern.compile("(?m)^refused: .*$");

    private final Processes processes;
    private final Process process;
    private final Path log;
    private final double startMs;

    private ControlPlaneProgram(Processes processes, Process process, Path log, long since) {
        this.processes = processes;
        this.process = process;
        this.log = log;
        awaitLog(READY);
        this.startMs = (System.nanoTime() - since) / 1e6;
        Matcher refused = REFUSED.matcher(log());
        if (refused.find()) {
            throw new BenchException("the control plane does not take the generated mesh: " + refused.group());
        }
    }

    /** Starts it and waits until it has read the folder. */
    static ControlPlaneProgram start(Processes processes, Path config, Path data, Path log) {
        return start(processes, log, List.of("--config", config.toString(), "--data-dir", data.toString()));
    }

    /** One without a mesh, for the certificates that it issues in the name of the workspace's authority. */
    static ControlPlaneProgram certificates(Processes processes, Workspace workspace, Path log) throws IOException {
        Path config = Files.createDirectories(workspace.folder().resolve("no-mesh"));
        return start(
                processes,
                log,
                List.of(
                        "--config",
                        config.toString(),
                        "--ca-dir",
                        workspace.authorityFolder().toString(),
                        "--data-dir",
                        workspace.folder().resolve("certificates").toString()));
    }

    private static ControlPlaneProgram start(Processes processes, Path log, List<String> folders) {
        var command = new ArrayList<>(Programs.controlPlane().command());
        command.addAll(folders);
        command.addAll(List.of(
                "--secure-grpc-addr", "127.0.0.1:0", "--grpc-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0"));
        long since = System.nanoTime();
        return new ControlPlaneProgram(processes, processes.start(command, log), log, since);
    }

    double startMs() {
        return startMs;
    }

    /** Where nobody needs a certificate. */
    int port() {
        return Integer.parseInt(awaitLog(PLAINTEXT).group(1));
    }

    /** Where certificates are issued. */
    int securePort() {
        return Integer.parseInt(awaitLog(SECURE).group(1));
    }

    double cpuSeconds() {
        return ProcFs.cpuSeconds(process);
    }

    double residentMb() {
        return ProcFs.residentMb(process);
    }

    double highestResidentMb() {
        return ProcFs.highestResidentMb(process);
    }

    void stop() {
        processes.stop(List.of(process));
    }

    private Matcher awaitLog(Pattern wanted) {
        long begin = System.nanoTime();
        while (true) {
            boolean ended = !process.isAlive();
            Matcher found = wanted.matcher(log());
            if (found.find()) {
                return found;
            }
            if (ended || System.nanoTime() - begin > START_TIMEOUT.toNanos()) {
                throw new BenchException(
                        "the control plane " + (ended ? "ended with " + process.exitValue() : "is slow")
                                + " before it said \"" + wanted + "\":\n" + log());
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new BenchException("interrupted");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new BenchException(log + " cannot be read: " + e.getMessage(), e);
        }
    }
}
