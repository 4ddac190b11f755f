package io.weft.examples.training;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.weft.certs.authority.Authority;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.join.JoinTokens;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.examples.apps.HelloServer;
import io.weft.examples.apps.OrdersClient;
import io.weft.examples.apps.OrdersServer;
import io.weft.examples.lab.Distribution;
import io.weft.examples.lab.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * {@code TrainMain FOLDER CACHES MESH JAVA FLAG... -- CLASSPATH}: lets a sidecar live through what it will have to do, with a
 * certificate from a real control plane, configuration over ADS, mutual TLS both ways, HTTP/1, HTTP/2 with gRPC and raw TCP, then
 * that control plane with a small mesh, then a proxy that is told by a file, and keeps the classes that this took in the caches
 * {@code sidecar.aot}, {@code control-plane.aot} and {@code proxy.aot}. Needs no privileges; uses loopback. Runs from the shipped
 * layout, whose control plane it is.
 */
public final class TrainMain {

    private static final int REQUESTS = 3_000;
    private static final int CALLS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String MAIN = "io.weft.proxy.ProxyMain";

    private final Path folder;
    private final Path log;
    private final Ports ports = new Ports();
    private final List<Process> started = new ArrayList<>();

    private TrainMain(Path folder) {
        this.folder = folder;
        this.log = folder.resolve("log");
    }

    public static void main(String[] args) throws Exception {
        List<String> words = List.of(args);
        int end = words.indexOf("--");
        var training = new TrainMain(Path.of(args[0]));
        int status = 1;
        try {
            training.run(Path.of(args[1]), Path.of(args[2]), words.subList(3, end), words.get(end + 1));
            status = 0;
        } catch (Exception e) {
            System.getLogger("io.weft.examples.training").log(System.Logger.Level.ERROR, "no class cache", e);
        } finally {
            training.started.forEach(Process::destroyForcibly);
            System.exit(status); // the servers' threads would keep this process, above all after a failure
        }
    }

    private void run(Path caches, Path mesh, List<String> java, String classPath) throws Exception {
        Script script = new Script(ports.next(), ports.next(), ports.next(), ports.next(), ports.next(), ports.next());
        HelloServer.main(new String[] {Integer.toString(script.hello()), "hello"});
        Thread.ofPlatform().daemon().start(() -> orders(script.orders()));

        int certificates = ports.next();
        var lesson = new ControlPlaneLesson(mesh, folder.resolve("config"), certificates, ports.next());
        lesson.prepare();
        Process controlPlane = controlPlane(lesson, caches.resolve("control-plane.aot"));
        await(certificates, controlPlane);
        InstantSource clock = InstantSource.system();
        Authority authority = Authority.open(folder.resolve("ca"), TrustDomain.DEFAULT, clock);
        Server teacher = teacher(authority, script);
        String token = new JoinTokens(new AuthorityFolder(folder.resolve("ca")).tokens(), clock)
                .create(
                        SpiffeId.workload(TrustDomain.DEFAULT, "default", "trainee"),
                        Duration.ofMinutes(5),
                        authority.rootFingerprint())
                .text();

        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("POD_NAME", "trainee");
        environment.put("POD_NAMESPACE", "default");
        environment.put("SERVICE_ACCOUNT", "trainee");
        environment.put("INSTANCE_IP", "127.0.0.1");
        environment.put("CA_ADDR", "127.0.0.1:" + certificates);
        environment.put("WEFT_JOIN_TOKEN", token);
        environment.put("ENVOY_STATUS_PORT", Integer.toString(ports.next()));
        environment.put("ENVOY_PROMETHEUS_PORT", Integer.toString(ports.next()));

        environment.put(
                "PROXY_CONFIG",
                "{\"discoveryAddress\": \"127.0.0.1:%d\", \"concurrency\": 1, \"proxyAdminPort\": %d, \"statusPort\": %d, \"terminationDrainDuration\": \"0s\"}"
                        .formatted(teacher.getPort(), ports.next(), ports.next()));
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("-XX:AOTCacheOutput=" + caches.resolve("sidecar.aot"), "-cp", classPath, MAIN));
        Process sidecar = start(command, environment, List.of("sidecar"));
        await(script.web(), sidecar);

        requests(script.web());
        OrdersClient.main(new String[] {"127.0.0.1", Integer.toString(script.web()), Integer.toString(CALLS)});
        requests(script.raw());
        graduate(sidecar, caches.resolve("sidecar.aot"));

        lesson.teach(authority);
        graduate(controlPlane, caches.resolve("control-plane.aot"));

        told(
                new FileLesson(folder, ports.next(), ports.next(), ports.next(), script.hello(), teacher.getPort()),
                authority,
                caches,
                java,
                classPath);
    }

    private Process controlPlane(ControlPlaneLesson lesson, Path cache) throws IOException {
        var command = new ArrayList<>(Distribution.inPlace()
                .java(
                        "control-plane",
                        "io.weft.controlplane.ControlPlaneMain",
                        List.of(
                                "--config",
                                lesson.config().toString(),
                                "--data-dir",
                                folder.toString(),
                                "--secure-grpc-addr",
                                "127.0.0.1:" + lesson.secure(),
                                "--http-addr",
                                "127.0.0.1:" + lesson.http())));
        command.add(1, "-XX:AOTCacheOutput=" + cache);
        return start(command, Map.of(), List.of());
    }

    private void told(FileLesson lesson, Authority authority, Path caches, List<String> java, String classPath)
            throws Exception {
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("-XX:AOTCacheOutput=" + caches.resolve("proxy.aot"), "-cp", classPath, MAIN));
        Path bootstrap = lesson.write(
                authority.issueOwn(
                        KeyAlgorithm.EC_P256,
                        SpiffeId.workload(TrustDomain.DEFAULT, "default", "trainee"),
                        Duration.ofHours(1),
                        Set.of()),
                authority.bundle().toPem());
        Process proxy = start(
                command, Map.of(), List.of("-c", bootstrap.toString(), "--concurrency", "1", "--drain-time-s", "0"));
        await(lesson.entry(), proxy);
        requests(lesson.entry());
        graduate(proxy, caches.resolve("proxy.aot"));
    }

    private void graduate(Process trainee, Path cache) throws InterruptedException {
        trainee.destroy();
        if (!trainee.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || !Files.exists(cache)) {
            throw new IllegalStateException("no cache was made; see " + log);
        }
    }

    private static void orders(int port) {
        try {
            OrdersServer.main(new String[] {Integer.toString(port), "orders"});
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Server teacher(Authority authority, Script script) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(Teacher.secured(authority))
                .addService(new Teacher(script::of, problem -> {
                    throw new IllegalStateException("refused: " + problem);
                }))
                .build()
                .start();
    }

    private Process start(List<String> java, Map<String, String> environment, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(java);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private void await(int port, Process of) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < until) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException notYet) {
                if (of.waitFor(20, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        }
        throw new IllegalStateException("nobody listens on port " + port + "; see " + log);
    }

    /** Over one connection, one after the other, each read to its end. */
    private static void requests(int port) throws IOException {
        byte[] request = "GET /hello HTTP/1.1\r\nHost: hello\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            for (int i = 0; i < REQUESTS; i++) {
                out.write(request);
                StringBuilder answer = new StringBuilder();
                while (answer.indexOf("hello\n") < 0) {
                    int read = in.read(buffer);
                    if (read < 0) {
                        throw new IOException("ended after " + i + " requests: " + answer);
                    }
                    answer.append(new String(buffer, 0, read, StandardCharsets.US_ASCII));
                }
                if (!answer.toString().startsWith("HTTP/1.1 200 ")) {
                    throw new IOException("expected 200: " + answer);
                }
            }
        }
    }
}
