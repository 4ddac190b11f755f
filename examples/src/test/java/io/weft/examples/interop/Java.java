package io.weft.examples.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Weft's programs, started from this very class path with small heaps. */
final class Java {
    private Java() {}

    static List<String> command(String mainClass, List<String> arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
        command.addAll(arguments);
        return command;
    }
}
