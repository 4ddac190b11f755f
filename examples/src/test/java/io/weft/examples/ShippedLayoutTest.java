package io.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.examples.interop.Web;
import io.weft.examples.lab.Await;
import io.weft.examples.lab.Distribution;
import io.weft.examples.lab.Lab;
import io.weft.examples.lab.Outcome;
import io.weft.examples.lab.Pod;
import io.weft.examples.lab.PodSpec;
import io.weft.examples.lab.Ports;
import io.weft.examples.lab.Privileged;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./weft build} makes, started as users start it. The launcher's tests have it; an editor may not. */
class ShippedLayoutTest {

    private static final int SECONDS = 60;

    private Path dist = Path.of("");

    @BeforeEach
    void find() {
        dist = ShippedLayout.required();
    }

    @ParameterizedTest
    @ValueSource(strings = {"certs", "init", "proxy", "control-plane"})
    void every_program_starts_with_the_runtime_that_is_shipped(String program) throws Exception {
        assertThat(run("", program, "-h")).contains("Usage: weft " + program);
    }

    @Test
    void the_agent_for_other_programs_starts_too() throws Exception {
        assertThat(run("", "certs", "agent", "-h")).contains("--socket");
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "init", "control-plane"})
    void the_class_cache_is_good_for_what_is_shipped(String program) throws Exception {
        // With this mode a JVM that cannot use its cache does not start.
        assertThat(run("-XX:AOTMode=on", program, "-h")).contains("Usage: weft " + program);
    }

    @Test
    void a_sidecar_has_a_class_cache_of_its_own() throws Exception {
        assertThat(run("-XX:AOTMode=on -Xlog:class+load", "proxy", "sidecar", "-h"))
                .contains("Usage: weft proxy sidecar")
                .as("from the cache")
                .containsPattern("io[.]weft[.]proxy[.]SidecarCommand source: shared objects file");
        assertThat(dist.resolve("cache/sidecar.aot")).isNotEmptyFile();
    }

    @Test
    void the_lab_starts_a_sidecar_with_the_cache_that_the_launcher_takes() {
        assertThat(Distribution.inPlace().java("proxy", "Main", List.of("sidecar")))
                .anyMatch(flag -> flag.matches("-XX:AOTCache=.*/sidecar[.]aot"));
        assertThat(Distribution.inPlace().java("proxy", "Main", List.of("-c", "file")))
                .anyMatch(flag -> flag.matches("-XX:AOTCache=.*/proxy[.]aot"));
    }

    @Test
    void every_class_of_the_libraries_is_one_that_a_cache_takes() throws Exception {
        assertThat(run("-XX:AOTMode=on -Xlog:class+load", "proxy", "-h").lines())
                .as("picocli's are of Java 5 as they are published")
                .filteredOn(line -> line.contains(" picocli.CommandLine source:"))
                .singleElement()
                .asString()
                .endsWith("shared objects file");
    }

    @Test
    void a_proxy_finds_no_jar_that_it_has_no_use_for() throws Exception {
        assertThat(Files.readAllLines(dist.resolve("conf/proxy.classpath")))
                .anyMatch(jar -> jar.startsWith("weft-proxy-"))
                .noneMatch(jar ->
                        jar.matches("(bc|grpc-|protobuf-|api-|guava-|gson-|weft-control-plane-|weft-examples-).*"))
                .noneMatch(jar -> jar.matches(".*(osx|windows|aarch).*"));
    }

    @Test
    void a_program_without_a_cache_uses_the_archive_of_the_runtime() throws Exception {
        assertThat(run("-Xshare:on", "certs", "-h")).contains("Usage: weft certs");
    }

    @Test
    void a_control_plane_has_its_libraries_from_the_cache_and_no_provider_that_nobody_asked_for(@TempDir Path folder)
            throws Exception {
        Files.createDirectories(folder.resolve("mesh"));
        Process controlPlane = start(
                "-Xlog:class+load",
                "control-plane",
                "--config",
                folder.resolve("mesh").toString(),
                "--data-dir",
                folder.resolve("data").toString(),
                "--secure-grpc-addr",
                "127.0.0.1:0",
                "--http-addr",
                "127.0.0.1:0");
        try {
            var loaded = new ArrayList<String>();
            // Ends with the program; what it says until it is ready is what its start takes.
            try (var said = controlPlane.inputReader(StandardCharsets.UTF_8)) {
                for (String line = said.readLine(); line != null && !line.equals("ready"); line = said.readLine()) {
                    loaded.add(line);
                }
            }
            assertThat(loaded)
                    .filteredOn(line -> line.contains(" org.bouncycastle."))
                    .as("of jars that are signed as they are published")
                    .isNotEmpty()
                    .allMatch(line -> line.endsWith("shared objects file"))
                    .noneMatch(line -> line.contains("BouncyCastleProvider"));
            assertThat(loaded)
                    .filteredOn(line -> line.contains(" io.envoyproxy.envoy.config.listener.v3.Listener "))
                    .as("loaded before the first proxy comes, from the cache")
                    .isNotEmpty()
                    .allMatch(line -> line.endsWith("shared objects file"));
        } finally {
            controlPlane.destroyForcibly().waitFor();
        }
    }

    @Test
    void a_start_of_a_proxy_makes_no_class_of_ours_that_could_have_been_linked_before(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("proxy.yaml"), """
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 1}}
                    filter_chains:
                    - filters:
                      - name: tcp
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                          stat_prefix: tcp
                          cluster: out
                  clusters:
                  - {name: out, type: STATIC}
                """);
        assertThat(run("-Xlog:class+load", "proxy", "--mode", "validate", "-c", file.toString())
                        .lines())
                .contains("configuration OK")
                .as("for switches over types, and to read annotations of arguments")
                .noneMatch(line -> line.contains(" io.weft.") && line.contains("$$TypeSwitch"))
                .noneMatch(line -> line.contains("jdk.proxy"));
    }

    @Test
    void a_training_that_fails_ends_and_says_so(@TempDir Path folder) throws Exception {
        List<String> jars = Files.readAllLines(dist.resolve("conf/examples.classpath"));
        Process training = new ProcessBuilder(
                        dist.resolve("runtime/bin/java").toString(),
                        "-Djava.library.path=" + dist.resolve("lib/native"),
                        "-cp",
                        String.join(
                                ":",
                                jars.stream()
                                        .map(jar ->
                                                dist.resolve("lib").resolve(jar).toString())
                                        .toList()),
                        "io.weft.examples.training.TrainMain",
                        folder.resolve("work").toString(),
                        folder.resolve("cache").toString(),
                        folder.resolve("no-mesh").toString(),
                        "/no/java",
                        "--",
                        "no.jar")
                .redirectErrorStream(true)
                .start();
        try {
            String said = new String(training.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(training.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(training.exitValue()).as(said).isEqualTo(1);
            assertThat(said).contains("no class cache");
        } finally {
            training.destroyForcibly().waitFor();
        }
    }

    @Test
    @Tag("privileged")
    void init_delays_a_pod_by_less_than_two_seconds() {
        Privileged.require("iptables");
        try (Lab lab = Lab.open(1)) {
            Duration shortest = Duration.ofSeconds(SECONDS);
            // The shortest of a few: what the machine does besides is not init's.
            for (int number = 11; number < 14; number++) {
                Pod pod = lab.pod(PodSpec.numbered("pod-" + number, 1, number));
                long begun = System.nanoTime();
                Outcome init = pod.look(dist.resolve("bin/weft").toString(), "init");
                Duration taken = Duration.ofNanos(System.nanoTime() - begun);
                assertThat(init.ok()).as(init.toString()).isTrue();
                shortest = Collections.min(List.of(shortest, taken));
            }
            assertThat(shortest).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void a_running_proxy_maps_the_libraries_that_are_shipped_and_has_unpacked_none(@TempDir Path folder)
            throws Exception {
        run("", "certs", "root", "--dir", folder + "/ca");
        run(
                "",
                "certs",
                "issue",
                "--dir",
                folder + "/ca",
                "--id",
                "spiffe://cluster.local/ns/a/sa/b",
                "--out",
                "" + folder);
        Path bootstrap = Files.writeString(folder.resolve("proxy.yaml"), """
                static_resources:
                  listeners:
                  - name: web
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - transport_socket:
                        name: tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                          common_tls_context:
                            tls_certificates:
                            - certificate_chain: {filename: %1$s/cert-chain.pem}
                              private_key: {filename: %1$s/key.pem}
                      filters:
                      - name: tcp
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                          stat_prefix: web
                          cluster: nowhere
                  clusters:
                  - name: nowhere
                    load_assignment: {cluster_name: nowhere}
                """.formatted(folder));
        Process proxy = start("", "proxy", "-c", bootstrap.toString());
        try {
            var mapped = new ArrayList<String>();
            boolean both = Await.that(Duration.ofSeconds(SECONDS), () -> {
                mapped.clear();
                mapped.addAll(mapped(proxy));
                return !proxy.isAlive()
                        || mapped.stream().filter(ShippedLayoutTest::isNettys).count() == 2;
            });
            assertThat(both && proxy.isAlive()).as(mapped.toString()).isTrue();
            Path libraries = dist.resolve("lib/native").toRealPath();
            assertThat(mapped)
                    .filteredOn(ShippedLayoutTest::isNettys)
                    .containsExactlyInAnyOrder(
                            libraries + "/libnetty_tcnative_linux_x86_64.so",
                            libraries + "/libnetty_transport_native_epoll_x86_64.so");
        } finally {
            proxy.destroyForcibly().waitFor();
        }
    }

    @Test
    void what_reading_a_large_configuration_took_is_given_back(@TempDir Path folder) throws Exception {
        int port = new Ports().next();
        var text = new StringBuilder("""
                static_resources:
                  listeners:
                  - name: web
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                    filter_chains:
                    - filters:
                      - name: tcp
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                          stat_prefix: web
                          cluster: c1
                  clusters:
                """.formatted(port));
        for (int i = 1; i <= 2_000; i++) {
            text.append(
                    "  - name: c%d\n    load_assignment:\n      cluster_name: c%d\n      endpoints:\n      - lb_endpoints:\n"
                            .formatted(i, i));
            for (int k = 1; k <= 10; k++) {
                text.append("        - endpoint: {address: {socket_address: {address: 10.%d.%d.%d, port_value: 80}}}\n"
                        .formatted(i / 250, i % 250, k));
            }
        }
        Path bootstrap = Files.writeString(folder.resolve("proxy.yaml"), text);
        Process proxy = start("", "proxy", "-c", bootstrap.toString());
        try {
            assertThat(Await.that(Duration.ofSeconds(SECONDS), () -> !proxy.isAlive() || accepts(port)))
                    .isTrue();
            var own = new AtomicInteger();
            // The tree of the file alone takes some 100 MB.
            boolean little = Await.that(Duration.ofSeconds(SECONDS), () -> {
                own.set(ownMegabytes(proxy));
                return !proxy.isAlive() || own.get() < 95;
            });
            assertThat(little && proxy.isAlive()).as(own + " MB of its own").isTrue();
        } finally {
            proxy.destroyForcibly().waitFor();
        }
    }

    @Test
    void a_proxy_is_ready_when_its_rehearsal_is_over_and_serves_before_whoever_asks_LC_07(@TempDir Path folder)
            throws Exception {
        Path bootstrap = Files.writeString(folder.resolve("proxy.yaml"), """
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: web
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: web
                          route_config:
                            virtual_hosts:
                            - {name: all, domains: ["*"], routes: [{match: {prefix: "/"}, direct_response: {status: 204}}]}
                          http_filters:
                          - name: router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                """);
        Process proxy = start("", "proxy", "-c", bootstrap.toString(), "--rehearsal-requests", "100000");
        try (var lines = proxy.inputReader()) {
            String admin = lines.readLine();
            assertThat(admin).startsWith("admin: ");
            String page = "http://127.0.0.1" + admin.substring(admin.lastIndexOf(':'));
            var said = new ArrayList<Web.Answer>();
            assertThat(Await.that(Duration.ofSeconds(SECONDS), () -> {
                        said.add(Web.get(page + "/ready"));
                        return said.getLast().status() == 200
                                || !said.getLast().body().contains("configuration");
                    }))
                    .isTrue();
            assertThat(said.getLast().status()).isEqualTo(503);
            assertThat(said.getLast().body()).contains("rehearsal");
            String listener = Web.get(page + "/listeners").body().strip();
            assertThat(Web.get("http://127.0.0.1" + listener.substring(listener.lastIndexOf(':')) + "/")
                            .status())
                    .isEqualTo(204);
            assertThat(Await.that(
                            Duration.ofSeconds(SECONDS),
                            () -> Web.get(page + "/ready").status() == 200))
                    .as("it has an end, though so many requests do not fit in")
                    .isTrue();
        } finally {
            proxy.destroyForcibly().waitFor();
        }
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Memory that is mapped from no file. */
    private static int ownMegabytes(Process process) {
        try (var lines = Files.lines(Path.of("/proc", "" + process.pid(), "status"))) {
            return lines.filter(line -> line.startsWith("RssAnon:"))
                    .mapToInt(line -> Integer.parseInt(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    private static boolean isNettys(String file) {
        return file.matches(".*netty.*[.]so.*");
    }

    /** The files in a process's memory; none if it has ended. */
    private static List<String> mapped(Process process) {
        try {
            return Files.readAllLines(Path.of("/proc", "" + process.pid(), "maps")).stream()
                    .filter(line -> line.indexOf('/') > 0)
                    .map(line -> line.substring(line.indexOf('/')))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Its standard output; no Java is on the path. */
    private String run(String flags, String... arguments) throws Exception {
        Process process = start(flags, arguments);
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private Process start(String flags, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(dist.resolve("bin/weft").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("WEFT_JVM_FLAGS", flags);
        return builder.start();
    }
}
