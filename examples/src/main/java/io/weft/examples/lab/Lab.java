package io.weft.examples.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * One or two hosts of network namespaces, and the pods on them. All that it makes carries its name, {@code
 * weft-lab-<4 hex digits>}, and is removed when it is closed, also when the process ends by a signal; what a killed
 * process leaves, {@link Leftovers} finds. The root namespace's network is never touched. Needs root.
 */
public final class Lab implements AutoCloseable {
    static final String PREFIX = "weft-lab-";

    private final String name;
    private final Path folder;
    private final Removals removals = new Removals();
    private final List<Host> hosts = new ArrayList<>();
    private final Map<String, Pod> pods = new LinkedHashMap<>();
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Thread hook = new Thread(this::removeQuietly, "weft-lab-removal");
    private final Distribution programs;

    private Lab(String name, Path folder) {
        this.name = name;
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(hook);
        removals.make(folder.toString(), () -> LabFiles.removeTree(folder), () -> LabFiles.openFolder(folder));
        Owner.current().write(folder);
        this.programs = Distribution.in(folder.resolve("lib"));
    }

    /**
     * Makes a lab without pods.
     *
     * @param hostCount 1, or 2 for hosts that are joined over VXLAN
     * @throws LabException when something cannot be made; what was made until then is removed
     */
    public static Lab open(int hostCount) {
        if (hostCount != 1 && hostCount != 2) {
            throw new IllegalArgumentException(hostCount + " hosts; expected 1 or 2");
        }
        String name = newName();
        var lab = new Lab(name, Path.of(System.getProperty("java.io.tmpdir"), name));
        try {
            for (int number = 1; number <= hostCount; number++) {
                lab.hosts.add(Host.create(number, lab.namespace("host" + number), Network.mtu(hostCount)));
            }
            if (hostCount == 2) {
                Host.join(lab.hosts.get(0), lab.hosts.get(1));
            }
            return lab;
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    static String newName() {
        return PREFIX + "%04x".formatted(RandomGenerator.getDefault().nextInt(1 << 16));
    }

    /** {@code weft-lab-} and four digits: what all names in it begin with. */
    public String name() {
        return name;
    }

    /** Logs, captures and files of all that runs in it. */
    public Path folder() {
        return folder;
    }

    /** The root of Weft's source tree. */
    public static Path sourceTree() {
        return Distribution.root();
    }

    /** From now on pods that are made know this host name. */
    public void name(String host, String address) {
        names.put(host, address);
    }

    private Namespace namespace(String role) {
        var namespace = new Namespace(name + "-" + role);
        return removals.make(namespace.name(), namespace::remove, () -> Namespace.create(namespace.name()));
    }

    /** Makes a pod in which nothing runs. */
    public Pod pod(PodSpec spec) {
        if (pods.containsKey(spec.name())) {
            throw new IllegalArgumentException("pod '" + spec.name() + "' exists");
        }
        writeNames(name + "-" + spec.name());
        Namespace namespace = namespace(spec.name());
        hosts.get(spec.host() - 1).plug(namespace, pods.size() + 1, spec.v4(), spec.v6());
        var pod = new Pod(spec, namespace, LabFiles.openFolder(folder.resolve(spec.name())), programs);
        pods.put(spec.name(), pod);
        return pod;
    }

    /** {@code ip netns exec} shows a program what is here in place of the files in {@code /etc}. */
    private void writeNames(String namespace) {
        Path own = Path.of("/etc/netns", namespace);
        removals.make(own.toString(), () -> LabFiles.removeTree(own), () -> LabFiles.openFolder(own));
        var text = new StringBuilder("127.0.0.1 localhost\n::1 localhost\n");
        names.forEach(
                (host, address) -> text.append(address).append(' ').append(host).append('\n'));
        LabFiles.write(own.resolve("hosts"), text.toString());
        // A name that is not known is refused at once.
        LabFiles.write(own.resolve("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    }

    /**
     * Starts to write down what crosses a host's bridge.
     *
     * @param filter in the language of {@code pcap-filter(7)}, such as {@code tcp}
     */
    public Capture capture(int host, String as, String filter) {
        return Capture.start(hosts.get(host - 1).namespace(), folder.resolve(as + ".pcap"), filter);
    }

    /** Where the programs of a host itself would run; for looking around. */
    public Outcome look(int host, String... command) {
        return hosts.get(host - 1).namespace().tryExec(command);
    }

    /** Leaves all as it is, to be removed by {@link Leftovers}. */
    public void keep() {
        removals.forget();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    /** Keeps a copy of the logs, for after the lab. */
    public void saveLogs(Path target) {
        try {
            Files.createDirectories(target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.ok(
                "sh", "-c", "cd '" + folder + "' && find . -name '*.log' -exec cp --parents {} '" + target + "' ';'");
    }

    /**
     * Ends all programs and removes all that was made.
     *
     * @throws LabException when something could not be removed
     */
    @Override
    public void close() {
        List<String> failed = removals.removeAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook itself is at it, and found or will find nothing left.
        }
        if (!failed.isEmpty()) {
            throw new LabException("not removed: " + String.join("; ", failed));
        }
    }

    private void removeQuietly() {
        removals.removeAll().forEach(problem -> System.err.println("weft: not removed: " + problem));
    }
}
