package io.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./weft build} makes, started as users start it. The launcher's tests have it; an editor may not. */
class ShippedLayoutTest {

    private static final int SECONDS = 60;

    private Path dist = Path.of("");

    @BeforeEach
    void find() {
        String told = System.getenv("WEFT_DIST");
        if (Objects.equals(System.getenv("CI"), "true")) {
            assertThat(told).as("CI=true: WEFT_DIST").isNotNull();
        }
        Assumptions.assumeTrue(told != null, "WEFT_DIST does not say where the shipped layout is: run ./weft test");
        dist = Path.of(Objects.requireNonNull(told));
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
    @ValueSource(strings = {"proxy", "init"})
    void the_class_cache_is_good_for_what_is_shipped(String program) throws Exception {
        // With this mode a JVM that cannot use its cache does not start.
        assertThat(run("-XX:AOTMode=on", program, "-h")).contains("Usage: weft " + program);
    }

    @Test
    void a_proxy_finds_no_jar_that_it_has_no_use_for() throws Exception {
        assertThat(Files.readAllLines(dist.resolve("conf/proxy.classpath")))
                .anyMatch(jar -> jar.startsWith("weft-proxy-"))
                .noneMatch(jar ->
                        jar.matches("(bc|grpc-|protobuf-|api-|guava-|gson-|weft-control-plane-|weft-examples-).*"))
                .noneMatch(jar -> jar.matches(".*(osx|windows|aarch).*"));
    }

    /** Its standard output; no Java is on the path. */
    private String run(String flags, String... arguments) throws Exception {
        var command = new java.util.ArrayList<>(List.of(dist.resolve("bin/weft").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("WEFT_JVM_FLAGS", flags);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
