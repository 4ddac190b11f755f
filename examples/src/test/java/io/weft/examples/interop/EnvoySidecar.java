package io.weft.examples.interop;

import io.weft.examples.lab.Account;
import io.weft.examples.lab.Await;
import io.weft.examples.lab.LabFiles;
import io.weft.examples.lab.Mesh;
import io.weft.examples.lab.Network;
import io.weft.examples.lab.Outcome;
import io.weft.examples.lab.Pod;
import io.weft.examples.lab.Program;
import io.weft.examples.lab.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A stock Envoy in a pod, in the place of a sidecar, with {@code weft certs agent} beside it. */
final class EnvoySidecar {
    private static final String ADMIN = "http://127.0.0.1:15000";
    private static final Duration START = Duration.ofMinutes(1);

    private final Pod pod;
    private final Program envoy;
    private final Program agent;

    private EnvoySidecar(Pod pod, Program envoy, Program agent) {
        this.pod = pod;
        this.envoy = envoy;
        this.agent = agent;
    }

    /**
     * Starts both, the agent first; that Envoy is ready is not waited for.
     *
     * @param program Envoy, where every account may run it
     * @param variant of the protocol, as a bootstrap names it
     */
    static EnvoySidecar start(Mesh mesh, Pod pod, Workload workload, Path program, String variant, Duration life) {
        Path token = mesh.joinToken(pod, workload);
        Path own = pod.privateFolder("envoy", Account.PROXY);
        Path socket = own.resolve("sds.sock");
        Program agent = pod.start(
                "agent",
                Account.PROXY,
                Map.of("SECRET_TTL", life.toSeconds() + "s", "SECRET_GRACE_PERIOD_RATIO", "0.8"),
                pod.java(
                        "proxy",
                        "io.weft.proxy.ProxyMain",
                        List.of(
                                "agent",
                                "--id",
                                workload.id(),
                                "--socket",
                                socket.toString(),
                                "--discovery-address",
                                Network.CONTROL_PLANE_V4 + ":15012",
                                "--join-token-file",
                                token.toString())));
        agent.awaitLog("secrets: ", START);
        String bootstrap = Templates.render(
                "envoy-sidecar.yaml",
                Map.of(
                        "name", workload.name(),
                        "namespace", workload.namespace(),
                        "account", workload.account(),
                        "app", workload.labels().getOrDefault("app", ""),
                        "ip", workload.v4(),
                        "ips", workload.v4() + "," + workload.v6(),
                        "socket", socket.toString(),
                        "control_plane", Network.CONTROL_PLANE_V4,
                        "variant", variant));
        Path file = LabFiles.write(pod.folder().resolve("envoy.yaml"), bootstrap);
        Program envoy = pod.start(
                "envoy",
                Account.PROXY,
                List.of(
                        program.toString(),
                        "-c",
                        file.toString(),
                        "--concurrency",
                        "1",
                        "--disable-hot-restart",
                        "-l",
                        "warning"));
        return new EnvoySidecar(pod, envoy, agent);
    }

    Program envoy() {
        return envoy;
    }

    Program agent() {
        return agent;
    }

    String admin(String path) {
        Outcome page = pod.look("curl", "-sS", "--max-time", "5", ADMIN + path);
        return page.ok() ? page.out() : "";
    }

    /** Waits until it has a certificate and its first configuration, and listens for both directions. */
    EnvoySidecar awaitReady(Duration limit) {
        boolean ready = Await.that(limit, () -> {
            if (!envoy.alive()) {
                throw envoy.failure("ended");
            }
            return admin("/ready").strip().equals("LIVE")
                    && admin("/listeners").lines().count() >= 2;
        });
        if (!ready) {
            throw envoy.failure("is not ready: " + admin("/ready") + admin("/listeners") + "; agent:\n" + agent.tail());
        }
        return this;
    }

    /** A counter or gauge by its full name. */
    long stat(String name) {
        return admin("/stats?filter=^" + name.replace(".", "\\.") + "$")
                .lines()
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(": ") + 2)))
                .sum();
    }

    /** The lines of its statistics whose name this matches and whose value is not zero. */
    List<String> notZero(String pattern) {
        return admin("/stats?filter=" + pattern)
                .lines()
                .filter(line -> !line.endsWith(": 0"))
                .toList();
    }
}
