package io.weft.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
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

    /**
     * Memory in MB (1,048,576 bytes).
     *
     * @param resident RSS: all pages, those that it shares with others included
     * @param proportional Pss: the same, with each shared page divided by the number of those that share it
     * @param dirty Private_Dirty: what would be free if it ended, and the files it has open stayed cached
     */
    record Memory(double resident, double proportional, double dirty) {
        static final Memory NONE = new Memory(0, 0, 0);

        Memory plus(Memory other) {
            return new Memory(resident + other.resident, proportional + other.proportional, dirty + other.dirty);
        }

        /** The larger of each. */
        Memory max(Memory other) {
            return new Memory(
                    Math.max(resident, other.resident),
                    Math.max(proportional, other.proportional),
                    Math.max(dirty, other.dirty));
        }
    }

    /** Of the process and its children; it makes the kernel walk their pages, so not to be asked all the time. */
    static Memory memory(Process process) {
        return family(process)
                .map(pid -> new Memory(
                        residentMb(pid),
                        kilobytes(pid, "smaps_rollup", "Pss:") / 1024.0,
                        kilobytes(pid, "smaps_rollup", "Private_Dirty:") / 1024.0))
                .reduce(Memory.NONE, Memory::plus);
    }

    /** How many TCP connections were accepted so far by whoever shares the network namespace of a process. */
    static long acceptedConnections(Process process) {
        Path snmp = Path.of("/proc", Long.toString(process.pid()), "net/snmp");
        try {
            // Two lines that begin with "Tcp:": names, and values in the same order.
            List<String[]> lines = Files.readAllLines(snmp).stream()
                    .filter(line -> line.startsWith("Tcp:"))
                    .map(line -> line.split(" "))
                    .toList();
            return Long.parseLong(lines.get(1)[List.of(lines.get(0)).indexOf("PassiveOpens")]);
        } catch (IOException e) {
            throw new BenchException(snmp + ": " + e.getMessage(), e);
        }
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
            if (!Files.exists(Path.of("/proc", Long.toString(pid)))) {
                // It ended between open and read: ESRCH.
                return "";
            }
            throw new BenchException("/proc/" + pid + "/" + file + ": " + e.getMessage(), e);
        }
    }
}
