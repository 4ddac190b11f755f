package io.weft.examples.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A network namespace that the lab made, by its name. */
record Namespace(String name) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    static Namespace create(String name) {
        Command.ok("ip", "netns", "add", name);
        var namespace = new Namespace(name);
        namespace.exec("ip", "link", "set", "lo", "up");
        return namespace;
    }

    List<String> inside(List<String> command) {
        return Stream.concat(Stream.of("ip", "netns", "exec", name), command.stream())
                .toList();
    }

    /** Runs it as root in the namespace. */
    String exec(String... command) {
        return Command.ok(inside(List.of(command)));
    }

    /** Joins both by a veth pair that has the same name at either end; it is neither given addresses nor set up. */
    void wireTo(Namespace other) {
        exec("ip", "link", "add", Network.WIRE, "type", "veth", "peer", "name", Network.WIRE, "netns", other.name);
    }

    Outcome tryExec(String... command) {
        return Command.run(inside(List.of(command)));
    }

    private List<String> pids() {
        Outcome pids = Command.run(List.of("ip", "netns", "pids", name));
        return pids.ok() ? pids.out().lines().map(String::strip).toList() : List.of();
    }

    /** Ends what runs in it, then removes it. As long as a process is left the kernel would keep it, without its name. */
    void remove() {
        if (!exists()) {
            return;
        }
        boolean empty = Await.that(PATIENCE, () -> {
            List<String> pids = pids();
            for (String pid : pids) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
            return pids.isEmpty();
        });
        Command.ok("ip", "netns", "del", name);
        if (!empty) {
            throw new LabException("processes of namespace " + name + " do not end: " + pids());
        }
    }

    boolean exists() {
        return Files.exists(Path.of("/run/netns", name)) || Files.exists(Path.of("/var/run/netns", name));
    }
}
