package io.weft.examples.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A pod: a namespace with one address of each family, a folder for what its programs write, and its programs. */
public final class Pod {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final PodSpec spec;
    private final Namespace namespace;
    private final Path folder;
    private final Distribution programs;

    Pod(PodSpec spec, Namespace namespace, Path folder, Distribution programs) {
        this.spec = spec;
        this.namespace = namespace;
        this.folder = folder;
        this.programs = programs;
    }

    public String name() {
        return spec.name();
    }

    public String v4() {
        return spec.v4();
    }

    public String v6() {
        return spec.v6();
    }

    /** What {@code ip netns} calls it. */
    public String namespace() {
        return namespace.name();
    }

    /** Logs and files of its programs; every user may look into it. */
    public Path folder() {
        return folder;
    }

    /** A folder in it that is closed to all but one account. */
    public Path privateFolder(String name, Account owner) {
        return LabFiles.privateFolder(folder.resolve(name), owner);
    }

    /** Runs a command to its end as this account, 30 s at most. */
    public Outcome run(Account account, String... command) {
        return run(LIMIT, account, List.of(command));
    }

    public Outcome run(Duration limit, Account account, List<String> command) {
        var all = new ArrayList<>(account.prefix());
        all.addAll(command);
        return Command.run(namespace.inside(all), limit);
    }

    /** Runs a command to its end as root, which an application never is: for looking around. */
    public Outcome look(String... command) {
        return namespace.tryExec(command);
    }

    /** Starts a program, which ends when it is stopped or with the lab. */
    public Program start(String name, Account account, Map<String, String> environment, List<String> command) {
        var all = new ArrayList<>(account.prefix());
        all.addAll(command);
        return Program.start(
                spec.name() + "/" + name, folder.resolve(name + ".log"), environment, namespace.inside(all));
    }

    public Program start(String name, Account account, List<String> command) {
        return start(name, account, Map.of(), command);
    }

    /** A Java program of the class path that the lab itself runs from, with the launcher's flags for that program. */
    public List<String> java(String program, String mainClass, List<String> arguments) {
        return programs.java(program, mainClass, arguments);
    }

    /** Runs {@code weft init} in it, as root with no capability but the two that it may need. */
    public Outcome init(String... flags) {
        var all = new ArrayList<>(List.of(
                "setpriv",
                "--no-new-privs",
                "--inh-caps=-all,+net_admin,+net_raw",
                "--bounding-set=-all,+net_admin,+net_raw"));
        all.addAll(programs.java("init", "io.weft.init.InitMain", List.of(flags)));
        return Command.run(namespace.inside(all));
    }

    @Override
    public String toString() {
        return spec.name();
    }
}
