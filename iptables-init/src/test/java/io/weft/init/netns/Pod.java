package io.weft.init.netns;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * A pod and a peer, each a namespace, joined by two cables ({@code eth0} and {@code eth1} in the pod), with addresses of
 * both families.
 */
final class Pod implements AutoCloseable {
    static final String POD_V4 = "10.77.0.2";
    static final String PEER_V4 = "10.77.0.1";
    static final String POD_V6 = "fd77::2";
    static final String PEER_V6 = "fd77::1";
    static final String POD_SECOND_V4 = "10.78.0.2";
    static final String PEER_SECOND_V4 = "10.78.0.1";
    static final int PROXY = 1337;
    static final int APP = 1000;

    /** Dials from an address of choice, which bash cannot. */
    private static final String DIAL_FROM = """
            void main(String[] args) throws Exception {
                try (var socket = new java.net.Socket()) {
                    socket.bind(new java.net.InetSocketAddress(args[0], 0));
                    socket.connect(new java.net.InetSocketAddress(args[1], Integer.parseInt(args[2])), 3000);
                    IO.println(new String(socket.getInputStream().readAllBytes()));
                }
            }
            """;

    final Namespace pod;
    final Namespace peer;
    private final Path classes;

    private Pod(Path classes, Namespace pod, Namespace peer) {
        this.classes = classes;
        this.pod = pod;
        this.peer = peer;
    }

    static Pod create() throws IOException {
        Path classes = copyClasses();
        Namespace pod = new Namespace("pod", classes);
        Namespace peer = new Namespace("peer", classes);
        Pod pair = new Pod(classes, pod, peer);
        try {
            pair.cable("eth0", POD_V4, PEER_V4, POD_V6, PEER_V6);
            pair.cable("eth1", POD_SECOND_V4, PEER_SECOND_V4, "fd78::2", "fd78::1");
            pod.exec("ip", "route", "add", "default", "via", PEER_V4);
            pod.exec("ip", "-6", "route", "add", "default", "via", PEER_V6);
            return pair;
        } catch (RuntimeException | Error e) {
            pair.close();
            throw e;
        }
    }

    private void cable(String name, String podV4, String peerV4, String podV6, String peerV6) {
        pod.exec("ip", "link", "add", name, "type", "veth", "peer", "name", name, "netns", peer.name());
        end(pod, name, podV4, podV6);
        end(peer, name, peerV4, peerV6);
    }

    private static void end(Namespace namespace, String name, String v4, String v6) {
        namespace.exec("ip", "addr", "add", v4 + "/24", "dev", name);
        namespace.exec("ip", "-6", "addr", "add", v6 + "/64", "dev", name, "nodad");
        namespace.exec("ip", "link", "set", name, "up");
    }

    /** A folder with the module's classes, readable by every user. */
    Path classes() {
        return classes;
    }

    void serve() throws IOException {
        pod.serve("pod", 15001, 15006, 15008, 15021, 80, 81, 6379, 8080);
        peer.serve("peer", 80, 81, 6379, 8080);
    }

    /** The test's own folders may be closed to other users; init must be able to run as one of them. */
    private static Path copyClasses() throws IOException {
        Path target = Files.createTempDirectory("weft-init-test-");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path source = Path.of(entry);
            if (Files.isDirectory(source) && source.endsWith("target/classes")) {
                copyTree(source, target);
            } else if (String.valueOf(source.getFileName()).startsWith("picocli")) {
                Files.copy(source, target.resolve("picocli.jar"));
            }
        }
        Files.writeString(target.resolve("DialFrom.java"), DIAL_FROM);
        return target;
    }

    private static void copyTree(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    @Override
    public void close() {
        pod.close();
        peer.close();
        Shell.run(List.of("rm", "-rf", classes.toString()));
    }
}
