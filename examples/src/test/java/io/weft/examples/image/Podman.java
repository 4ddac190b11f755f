package io.weft.examples.image;

import io.weft.examples.lab.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Podman with a store of its own, which is gone when this is closed. It runs in a mount namespace of its own, so that no mount is
 * left, and without control groups, so that it works where these are not for it to change.
 */
final class Podman implements AutoCloseable {
    private static final List<String> STORE = List.of(
            // An older runtime refuses to start beside control groups of both versions; it is to see one.
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            "umount /sys/fs/cgroup/unified 2>/dev/null; exec podman \"$@\"",
            "podman");

    private static final List<String> RUN = List.of(
            "run",
            "--rm",
            "--cgroups=disabled",
            "--log-driver=none",
            // Its own defaults are more than a machine may grant.
            "--ulimit=nofile=4096:4096",
            "--ulimit=nproc=4096:4096");

    private final Path folder;
    private final String driver;

    /** The path of a store may not be long: sockets are in it. */
    Podman() throws IOException {
        this.folder = Files.createTempDirectory("weft-podman");
        // The one that is slow works where the other cannot: in a container, whose files are an overlay already.
        this.driver = Files.getFileStore(folder).type().equals("overlay") ? "vfs" : "overlay";
    }

    String load(Path archive) {
        return podman("load", "-q", "-i", archive.toString());
    }

    /** Runs a container to its end and gives what it printed. */
    String run(List<String> flags, String... imageAndArguments) {
        return Tool.run(folder, command(flags, imageAndArguments));
    }

    Program start(String name, Path log, List<String> flags, String... imageAndArguments) {
        return Program.start(name, log, Map.of("TMPDIR", folder.toString()), command(flags, imageAndArguments));
    }

    private List<String> command(List<String> flags, String... imageAndArguments) {
        var command = new ArrayList<>(store());
        command.addAll(RUN);
        command.addAll(flags);
        command.addAll(List.of(imageAndArguments));
        return command;
    }

    private List<String> store() {
        var command = new ArrayList<>(STORE);
        command.addAll(List.of(
                "--root=" + folder.resolve("root"),
                "--runroot=" + folder.resolve("run"),
                "--tmpdir=" + folder.resolve("tmp"),
                "--storage-driver=" + driver,
                "--cgroup-manager=cgroupfs",
                "--events-backend=none"));
        return command;
    }

    String podman(String... arguments) {
        var command = new ArrayList<>(store());
        command.addAll(List.of(arguments));
        return Tool.run(folder, command);
    }

    @Override
    public void close() throws IOException {
        try {
            podman("rm", "--all", "--force", "--time=0");
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
