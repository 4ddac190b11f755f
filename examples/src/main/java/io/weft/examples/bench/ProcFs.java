package io.weft.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the kernel says of a process and its children; see proc(5). */
final class ProcFs {
    /** USER_HZ: fixed at 100 on every Linux that runs a JVM. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int UTIME = 11;
    private static final int STIME = 12;

    private ProcFs() {}

    /** User and system time so far, in seconds, of the process and its living children. */
    static double cpuSeconds(Process process) {
        return family(process).mapToDouble(ProcFs::cpuSeconds).sum();
    }

    /** Resident memory in MB (1,048,576 bytes) of the process and its children. */
    static double residentMb(Process process) {
        return family(process).mapToDouble(ProcFs::residentMb).sum();
    }

    /** The highest that resident memory has ever been, in MB, of the process alone. */
    static double highestResidentMb(Process process) {
        return kilobytes(process.pid(), "status", "VmHWM:") / 1024.0;
    }

    private static Stream<Long> family(Process process) {
        return Stream.concat(Stream.of(process.pid()), process.descendants().map(ProcessHandle::pid));
    }

    private static double cpuSeconds(long pid) {
        String stat = read(pid, "stat");
        if (stat.isEmpty()) {
            return 0;
        }
        // The second field is the name in parentheses, and may hold anything.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS_PER_SECOND;
    }

    private static double residentMb(long pid) {
        return kilobytes(pid, "status", "VmRSS:") / 1024.0;
    }

    private static long kilobytes(long pid, String file, String field) {
        return read(pid, file)
                .lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (NoSuchFileException ended) {
            return "";
        } catch (IOException e) {
            throw new BenchException("/proc/" + pid + "/" + file + ": " + e.getMessage(), e);
        }
    }
}
