package io.weft.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.examples.lab.Await;
import io.weft.examples.lab.Ports;
import io.weft.examples.lab.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bootstrap files as people write them for Envoy. Beside each lie requests and what Envoy 1.40 made of them, which is compared with what
 * our proxy makes of them, and with what Envoy does where one is found. Files in {@code refused} are good ones that need
 * something that is not supported; what is said of them lies there too. {@code -Dinterop.record=true} writes both anew.
 */
class StaticBootstrapTest {
    private static final Duration START = Duration.ofMinutes(1);
    private static final Path FILES = Path.of("src/test/resources/interop/bootstraps");
    private static final Path REFUSED = FILES.resolve("refused");
    private static final boolean RECORD = Boolean.getBoolean("interop.record");

    @TempDir
    static Path folder;

    private static Backends backends;

    @BeforeAll
    static void open() throws Exception {
        backends = new Backends(folder);
    }

    @AfterAll
    static void close() {
        backends.close();
    }

    static Stream<String> served() throws IOException {
        return names(FILES);
    }

    static Stream<String> refused() throws IOException {
        return names(REFUSED);
    }

    private static Stream<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.substring(0, name.length() - ".yaml".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("served")
    void our_proxy_does_with_a_file_what_envoy_does(String name) throws IOException {
        String recorded = Files.readString(FILES.resolve(name + ".txt"));
        Map<String, String> values = values("weft");
        Path file = write(FILES, name, values);
        try (WeftProxy proxy = WeftProxy.start(file.resolveSibling("."), Files.readString(file))) {
            proxy.awaitReady();
            assertThat(new Probes(values, listen(values)).run(recorded)).isEqualTo(recorded);
        }
    }

    @ParameterizedTest
    @MethodSource("served")
    void envoy_itself_does_what_was_recorded(String name) throws IOException {
        Path envoy = Envoy.required();
        Path recording = FILES.resolve(name + ".txt");
        String recorded = Files.readString(recording);
        Map<String, String> values = values("envoy");
        Path file = write(FILES, name, values);
        Program program = envoy(envoy, file);
        try {
            boolean listens = Await.that(
                    START,
                    () -> !program.alive() || program.log().contains("all dependencies initialized. starting workers"));
            assertThat(listens && program.alive()).as(program.tail()).isTrue();
            String seen = new Probes(values, listen(values)).run(recorded);
            if (RECORD) {
                Files.writeString(recording, seen);
            } else {
                assertThat(seen).isEqualTo(recorded);
            }
        } finally {
            program.stop();
        }
    }

    @ParameterizedTest
    @MethodSource("refused")
    void a_file_that_needs_more_than_is_supported_is_refused_by_the_field(String name) throws IOException {
        Map<String, String> values = values("weft");
        Path file = write(REFUSED, name, values);
        Program program = Program.start(
                "weft proxy",
                file.resolveSibling(name + ".log"),
                Map.of(),
                Java.command("io.weft.proxy.ProxyMain", List.of("-c", file.toString(), "--mode", "validate")));
        assertThat(Await.that(START, () -> !program.alive())).isTrue();
        String said = program.log()
                .lines()
                .filter(line -> line.contains("support"))
                .map(line -> line.replace(file.toString(), name + ".yaml"))
                .reduce("", (all, line) -> all + line + "\n");
        Path expected = REFUSED.resolve(name + ".txt");
        if (RECORD) {
            Files.writeString(expected, said);
        }
        assertThat(said).isNotEmpty().isEqualTo(Files.readString(expected));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void envoy_takes_what_we_refuse(String name) throws IOException {
        Path envoy = Envoy.required();
        Path file = write(REFUSED, name, values("envoy"));
        Program program = envoy(envoy, file, "--mode", "validate");
        assertThat(Await.that(START, () -> !program.alive())).isTrue();
        assertThat(program.log()).contains("configuration '" + file + "' OK");
    }

    private static Program envoy(Path envoy, Path file, String... more) {
        var command = new java.util.ArrayList<>(
                List.of(envoy.toString(), "-c", file.toString(), "--concurrency", "1", "--disable-hot-restart"));
        command.addAll(List.of(more));
        return Program.start("envoy", file.resolveSibling(file.getFileName() + ".envoy.log"), Map.of(), command);
    }

    private static Map<String, String> values(String whose) {
        var values = new HashMap<>(backends.values());
        var ports = new Ports();
        values.put("listen", String.valueOf(ports.next()));
        values.put("listen2", String.valueOf(ports.next()));
        values.put("run", whose + System.nanoTime());
        return values;
    }

    private static int listen(Map<String, String> values) {
        return Integer.parseInt(Optional.ofNullable(values.get("listen")).orElseThrow());
    }

    private static Path write(Path from, String name, Map<String, String> values) throws IOException {
        String text = Files.readString(from.resolve(name + ".yaml"));
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue());
        }
        Path own = Files.createDirectories(folder.resolve(values.get("run")));
        return Files.writeString(own.resolve(name + ".yaml"), text);
    }
}
