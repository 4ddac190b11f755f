package io.weft.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What was started; all of it ends when this is closed, also when the bench itself is told to end. */
final class Processes implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 3;

    private final Set<Process> running = new LinkedHashSet<>();
    /** What makes a process end when the bench is killed without being told first; empty where it is missing. */
    private final List<String> leash = Programs.onPath("setpriv")
            .map(setpriv -> List.of(setpriv.toString(), "--pdeathsig", "TERM"))
            .orElse(List.of());

    private final Thread hook;
    private boolean closed;

    /** @param afterwards what else is to be cleaned up when the bench is told to end, once all processes are gone */
    Processes(Runnable afterwards) {
        hook = new Thread(
                () -> {
                    stopAll();
                    afterwards.run();
                },
                "bench-clean-up");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the bench was told to end, so that what fails now is no news. */
    synchronized boolean ending() {
        return closed;
    }

    /**
     * Starts a command with its output in a file, in the network namespace of the calling thread. To be called by one thread that
     * lives as long as the bench: it is the end of the thread that the kernel tells the process of.
     */
    Process start(List<String> command, Path log) {
        return start(new Launch(command), log);
    }

    /** The same. */
    synchronized Process start(Launch launch, Path log) {
        List<String> command = launch.command();
        if (closed) {
            throw new BenchException("the bench is ending; " + command.getFirst() + " is not started");
        }
        try {
            var leashed = new ArrayList<>(leash);
            leashed.addAll(command);
            var builder = new ProcessBuilder(leashed)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().put("MALLOC_ARENA_MAX", "1");
            builder.environment().putAll(launch.environment());
            Process process = builder.start();
            running.add(process);
            return process;
        } catch (IOException e) {
            throw new BenchException(String.join(" ", command) + " could not be started: " + e.getMessage(), e);
        }
    }

    /** Runs a command to its end, and gives its output. */
    String run(List<String> command, Path log, long timeoutSeconds, Runnable meanwhile) {
        Process process = start(command, log);
        try {
            long begin = System.nanoTime();
            while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
                meanwhile.run();
                if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(timeoutSeconds)) {
                    throw new BenchException(String.join(" ", command) + " did not end in " + timeoutSeconds + " s");
                }
            }
            String output = Files.readString(log);
            if (process.exitValue() != 0) {
                throw new BenchException(
                        String.join(" ", command) + " ended with " + process.exitValue() + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new BenchException(log + " cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted during " + String.join(" ", command), e);
        } finally {
            stop(List.of(process));
        }
    }

    /** Asks them to end, and their children, and makes them. */
    void stop(List<Process> processes) {
        var family = new ArrayList<ProcessHandle>();
        for (Process process : processes) {
            // The children first: once the parent is gone, nobody knows whose they were.
            process.descendants().forEach(family::add);
            family.add(process.toHandle());
            process.destroy();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (ProcessHandle handle : family) {
            long left = Math.max(0, deadline - System.nanoTime());
            try {
                handle.onExit().get(left, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                handle.destroyForcibly();
            } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
                handle.destroyForcibly();
            }
        }
        synchronized (this) {
            processes.forEach(running::remove);
        }
    }

    private void stopAll() {
        List<Process> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(running);
        }
        stop(left);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                // The hook is at work, and cannot be removed any more.
                return;
            }
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        stopAll();
    }
}
