package io.weft.init.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A network namespace made by a test, with a server that tells each caller where it landed and what it had meant. */
final class Namespace implements AutoCloseable {
    private final String name;
    private final Path classes;
    private @Nullable Process server;

    /**
     * @param classes a folder with this module's classes and jars that every user may read
     */
    Namespace(String role, Path classes) {
        this.name = "weft-" + role + "-" + HexFormat.of().toHexDigits((short) new Random().nextInt());
        this.classes = classes;
        Shell.ok(List.of("ip", "netns", "add", name));
        exec("ip", "link", "set", "lo", "up");
    }

    String name() {
        return name;
    }

    /** Runs a command as root in the namespace; it must end well. */
    String exec(String... command) {
        return Shell.ok(inside(command));
    }

    Shell.Result tryExec(String... command) {
        return Shell.run(inside(command));
    }

    List<String> inside(String... command) {
        return Stream.concat(Stream.of("ip", "netns", "exec", name), Stream.of(command))
                .toList();
    }

    /** The command line of {@code weft init}. */
    String[] initCommand(String... flags) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes + ":" + classes + "/picocli.jar",
                "io.weft.init.InitMain"));
        command.addAll(List.of(flags));
        return command.toArray(String[]::new);
    }

    Shell.Result init(String... flags) {
        return tryExec(initCommand(flags));
    }

    /** Connects as a user and group; returns what the server said, or {@code refused}. */
    String dial(int uid, int gid, String address, int port) {
        Shell.Result result = tryExec(
                "setpriv",
                "--reuid",
                Integer.toString(uid),
                "--regid",
                Integer.toString(gid),
                "--clear-groups",
                "timeout",
                "3",
                "bash",
                "-c",
                "exec 3<>/dev/tcp/" + address + "/" + port + " && cat <&3");
        return result.status() == 0 ? result.out().strip() : "refused";
    }

    String dial(int uid, String address, int port) {
        return dial(uid, uid, address, port);
    }

    /** Starts the server on these ports, and returns when it listens. */
    void serve(String as, int... ports) throws IOException {
        List<String> command = new ArrayList<>(inside(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.weft.init.validate.WhereDidILand",
                as));
        for (int port : ports) {
            command.add(Integer.toString(port));
        }
        Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
        server = started;
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        String line = reader.readLine();
        if (!"listening".equals(line)) {
            throw new AssertionError("the server said " + line);
        }
    }

    /** Every rule of every back end and family, without what changes by itself. */
    String rules() {
        StringBuilder rules = new StringBuilder();
        for (String tool : List.of("iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy")) {
            rules.append(tool).append('\n').append(exec(tool + "-save"));
        }
        for (String table : exec("nft", "list", "tables").lines().toList()) {
            // Those of iptables-nft are shown above, and by nft in an order that changes.
            if (!table.matches("table ip6? (nat|mangle|filter)")) {
                rules.append(exec(("nft -s list " + table).split(" ")));
            }
        }
        return rules.toString()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll("\\[\\d+:\\d+]", ""))
                .reduce("", (all, line) -> all + line + "\n");
    }

    @Override
    public void close() {
        Process running = server;
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
        }
        Shell.run(List.of("ip", "netns", "del", name));
    }
}
