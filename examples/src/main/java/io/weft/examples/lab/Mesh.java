package io.weft.examples.lab;

import io.weft.certs.authority.Authority;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.join.JoinTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A mesh in a lab: a control plane in a namespace of its own, the folder that it watches, and sidecars that join it. */
public final class Mesh {
    private static final Duration START = Duration.ofSeconds(90);

    /** Renewed early: with short lives there must still be time for an outage of the control plane. */
    private static final String REMAINING_AT_RENEWAL = "0.8";

    private final Pod pod;
    private final Path config;
    private final Path data;
    private final Duration certificateLife;
    private @Nullable Program program;

    private Mesh(Pod pod, Path config, Path data, Duration certificateLife) {
        this.pod = pod;
        this.config = config;
        this.data = data;
        this.certificateLife = certificateLife;
    }

    /**
     * Starts a control plane that serves a copy of these files, and waits until it is ready.
     *
     * @param files a folder with the mesh's YAML, not looked into deeper
     * @param certificateLife of the workloads' certificates
     */
    public static Mesh start(Lab lab, Path files, Duration certificateLife) {
        Pod pod = lab.pod(new PodSpec("control-plane", 1, Network.CONTROL_PLANE_V4, Network.CONTROL_PLANE_V6));
        Path config = LabFiles.openFolder(lab.folder().resolve("mesh"));
        var mesh = new Mesh(pod, config, pod.privateFolder("data", Account.CONTROL_PLANE), certificateLife);
        for (Path file : MeshFiles.yamlFiles(files)) {
            mesh.apply(file);
        }
        mesh.startControlPlane();
        return mesh;
    }

    public Pod pod() {
        return pod;
    }

    /** The folder of its authority, which this process may write to as its operator would. */
    public Path authority() {
        return data.resolve("ca");
    }

    /** The folder that the control plane watches. */
    public Path config() {
        return config;
    }

    /** Puts a copy of a file into the watched folder. */
    public void apply(Path file) {
        try {
            LabFiles.write(
                    config.resolve(file.getFileName().toString()), Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes a file out of the watched folder. */
    public void delete(Path file) {
        try {
            Files.delete(config.resolve(file.getFileName().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the control plane and waits until it is ready; its data and authority are those of the last time. */
    public void startControlPlane() {
        List<String> arguments = List.of(
                "--config",
                config.toString(),
                "--data-dir",
                data.toString(),
                "--access-log",
                "--workload-cert-ttl",
                certificateLife.toSeconds() + "s");
        Program started = pod.start(
                "control-plane",
                Account.CONTROL_PLANE,
                pod.java("control-plane", "io.weft.controlplane.ControlPlaneMain", arguments));
        // Its own word, and not its page: asking for that again and again would take the processor that it starts on.
        started.awaitLog("(?m)^ready$", START);
        program = started;
    }

    /** The running control plane. */
    public Program controlPlane() {
        Program running = program;
        if (running == null) {
            throw new LabException("the control plane was not started");
        }
        return running;
    }

    /** A page of the control plane, such as {@code /debug/syncz}. */
    public String page(String path) {
        Outcome page = pod.look("curl", "-sS", "--max-time", "5", "http://127.0.0.1:15014" + path);
        if (!page.ok()) {
            throw controlPlane().failure("does not show " + path + ": " + page);
        }
        return page.out();
    }

    /**
     * Starts a pod's sidecar, which gets its first certificate by a token made here. It is not waited for. That
     * traffic is captured is {@link Pod#init}'s part.
     */
    public Sidecar join(Pod member, Workload workload) {
        return join(member, workload, List.of());
    }

    /** @param flags of {@code weft proxy sidecar}, besides what the environment says */
    public Sidecar join(Pod member, Workload workload, List<String> flags) {
        Path token = joinToken(member, workload);
        var environment = new LinkedHashMap<String, String>();
        environment.put("POD_NAME", workload.name());
        environment.put("POD_NAMESPACE", workload.namespace());
        environment.put("SERVICE_ACCOUNT", workload.account());
        environment.put("INSTANCE_IP", workload.v4());
        environment.put("INSTANCE_IPS", workload.v4() + "," + workload.v6());
        environment.put("ISTIO_METAJSON_LABELS", labels(workload.labels()));
        environment.put("SECRET_TTL", certificateLife.toSeconds() + "s");
        environment.put("SECRET_GRACE_PERIOD_RATIO", REMAINING_AT_RENEWAL);
        environment.put("WEFT_JOIN_TOKEN_FILE", token.toString());
        environment.put(
                "PROXY_CONFIG",
                "{\"discoveryAddress\": \"" + Network.CONTROL_PLANE_V4 + ":15012\", \"concurrency\": 1}");
        environment.put("MALLOC_ARENA_MAX", "1");
        var arguments = new ArrayList<>(List.of("sidecar"));
        arguments.addAll(flags);
        Program started = member.start(
                "proxy", Account.PROXY, environment, member.java("proxy", "io.weft.proxy.ProxyMain", arguments));
        return new Sidecar(member, started);
    }

    /** A file in the pod, for its proxy's account only, with a new join token for the workload. */
    public Path joinToken(Pod member, Workload workload) {
        Path token = member.privateFolder("sidecar", Account.PROXY).resolve("join-token");
        return LabFiles.give(LabFiles.write(token, token(workload), "r--------"), Account.PROXY);
    }

    private static String labels(Map<String, String> labels) {
        var json = new ArrayList<String>();
        labels.forEach((name, value) -> json.add("\"" + name + "\": \"" + value + "\""));
        return "{" + String.join(", ", json) + "}";
    }

    /** A join token as {@code weft certs token} makes it, without starting that for every pod. */
    private synchronized String token(Workload workload) {
        try {
            Path authority = authority();
            var clock = InstantSource.system();
            var tokens = new JoinTokens(new AuthorityFolder(authority).tokens(), clock);
            String text = tokens.create(
                            SpiffeId.parse(workload.id()),
                            JoinTokens.DEFAULT_LIFETIME,
                            Authority.open(authority, TrustDomain.DEFAULT, clock)
                                    .rootFingerprint())
                    .text();
            giveTokens(new AuthorityFolder(authority).tokens());
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Only what was made here: the control plane renames its own while this looks. */
    private static void giveTokens(Path tokens) throws IOException {
        LabFiles.give(tokens, Account.CONTROL_PLANE);
        try (Stream<Path> files = Files.list(tokens)) {
            for (Path file : files.toList()) {
                try {
                    if (Files.getAttribute(file, "unix:uid").equals(0)) {
                        LabFiles.give(file, Account.CONTROL_PLANE);
                    }
                } catch (NoSuchFileException spentMeanwhile) {
                    // It was given before, or it could not have been spent.
                }
            }
        }
    }
}
