package io.weft.proxy.admin;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory in bytes.
 *
 * @param allocated used on the heap
 * @param heap taken by the heap
 * @param direct Netty's memory outside the heap; 0 where it cannot say
 * @param resident of the whole process; 0 where the system does not say
 */
record MemoryUse(long allocated, long heap, long direct, long resident) {

    static MemoryUse now() {
        Runtime runtime = Runtime.getRuntime();
        return new MemoryUse(
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.totalMemory(),
                Math.max(0, PlatformDependent.usedDirectMemory()),
                residentNow());
    }

    private static long residentNow() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
        return 0;
    }
}
