package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A mesh that takes mutual TLS only: two replicas of a server, which speaks HTTP on one port and what the mesh takes for
 * plain TCP on another; a caller; and an outsider. Each file of the mesh holds one of them.
 */
final class ServerPair implements AutoCloseable {
    static final String HOST = "server";
    static final String FIRST = "server-1";
    static final String SECOND = "server-2";
    static final int HTTP = 80;

    /** Every connection of a caller to this port is one of its own between the sidecars, and so a handshake. */
    static final int TCP = 81;

    static final Duration SOON = Duration.ofSeconds(60);
    private static final int HTTP_TARGET = 8080;
    private static final int TCP_TARGET = 8081;

    private static final String NAMES = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: server, namespace: shop}
            spec:
              clusterIP: 10.96.0.50
              selector: {app: server}
              ports:
                - {name: http, port: 80, targetPort: 8080}
                - {name: tcp, port: 81, targetPort: 8081}
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: everybody, namespace: shop}
            spec: {mtls: {mode: STRICT}}
            """;

    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: %1$s
              namespace: shop
              labels: {app: %2$s, security.istio.io/tlsMode: istio}
              annotations: {weft.io/addresses: "10.77.1.%3$d, fd77::1:%3$d"}
            spec: {serviceAccountName: %2$s, nodeName: host1}
            """;

    private final Path files;
    private final List<String> flags;
    private final Lab lab;
    private final Mesh mesh;
    private final Pod outsider;
    private final Map<String, Pod> pods = new LinkedHashMap<>();
    private final Map<String, Workload> workloads = new LinkedHashMap<>();
    private final Map<String, Sidecar> sidecars = new LinkedHashMap<>();

    /**
     * Starts all of it, and waits until every sidecar is ready.
     *
     * @param folder an empty one, for the files of the mesh
     * @param flags of every sidecar
     */
    ServerPair(Path folder, Duration certificateLife, String... flags) throws IOException {
        Privileged.require("iptables", "nft");
        this.files = Files.createDirectories(folder);
        this.flags = List.of(flags);
        Files.writeString(file("names"), NAMES);
        Files.writeString(file("caller"), POD.formatted("caller", "caller", 71));
        Files.writeString(file(FIRST), POD.formatted(FIRST, "server", 72));
        Files.writeString(file(SECOND), POD.formatted(SECOND, "server", 73));
        MeshFiles known = MeshFiles.read(files);
        lab = Lab.open(1);
        try {
            known.services().forEach(lab::name);
            mesh = Mesh.start(lab, files, certificateLife);
            outsider = lab.pod(PodSpec.numbered("outsider", 1, 74));
            known.workloads().forEach(this::start);
            sidecars.values().forEach(sidecar -> sidecar.awaitReady(SOON));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Path file(String name) {
        return files.resolve(name + ".yaml");
    }

    private void start(Workload workload) {
        Pod pod = lab.pod(workload.pod());
        pods.put(workload.name(), pod);
        workloads.put(workload.name(), workload);
        startSidecar(workload.name());
        assertThat(pod.init().ok()).isTrue();
        if (!workload.name().equals("caller")) {
            for (int port : List.of(HTTP_TARGET, TCP_TARGET)) {
                pod.start(
                                "hello-" + port,
                                Account.APPLICATION,
                                pod.java(
                                        "examples",
                                        "io.weft.examples.apps.HelloServer",
                                        List.of("" + port, workload.name())))
                        .awaitLog("ready", SOON);
            }
        }
    }

    /** Starts a workload's sidecar, the first or after the one before has ended. It is not waited for. */
    Sidecar startSidecar(String name) {
        Sidecar sidecar = mesh.join(pod(name), workload(name), flags);
        sidecars.put(name, sidecar);
        return sidecar;
    }

    private Workload workload(String name) {
        Workload workload = workloads.get(name);
        if (workload == null) {
            throw new IllegalArgumentException("no workload '" + name + "'");
        }
        return workload;
    }

    Lab lab() {
        return lab;
    }

    Mesh mesh() {
        return mesh;
    }

    Pod outsider() {
        return outsider;
    }

    Pod pod(String name) {
        Pod pod = pods.get(name);
        if (pod == null) {
            throw new IllegalArgumentException("no pod '" + name + "'");
        }
        return pod;
    }

    Sidecar sidecar(String name) {
        Sidecar sidecar = sidecars.get(name);
        if (sidecar == null) {
            throw new IllegalArgumentException("no sidecar of '" + name + "'");
        }
        return sidecar;
    }

    List<Sidecar> sidecars() {
        return List.copyOf(sidecars.values());
    }

    /** Takes a workload out of the mesh's files; it runs on. */
    void leave(String name) {
        mesh.delete(file(name));
    }

    /** Puts a workload back. */
    void come(String name) {
        mesh.apply(file(name));
    }

    /** Requests of the caller over kept connections. */
    Traffic requests(String name) {
        return Traffic.start(pod("caller"), name, "http", HOST, HTTP);
    }

    /** Connections of the caller, each new, which the mesh carries as plain TCP. */
    Traffic connections(String name) {
        return Traffic.start(pod("caller"), name, "http-new", HOST, TCP);
    }

    /** The address of a server's port, past the service. */
    String address(String name, int port) {
        return pod(name).v4() + ":" + (port == HTTP ? HTTP_TARGET : TCP_TARGET);
    }

    Outcome curl(Pod from, String... arguments) {
        var command = new ArrayList<>(List.of("curl", "-sS", "-m", "10"));
        command.addAll(List.of(arguments));
        return from.run(Account.APPLICATION, command.toArray(String[]::new));
    }

    @Override
    public void close() {
        lab.saveLogs(Path.of("target", "lab-logs").toAbsolutePath());
        lab.close();
        try (var all = Files.list(files)) {
            for (Path file : all.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(Leftovers.of(lab.name())).isEmpty();
    }
}
