package io.weft.examples.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Message;
import io.weft.examples.bench.Programs;
import io.weft.examples.lab.Await;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** go-control-plane's own server and cache, in a small program that is built by Go where there is one. */
final class GoControlPlane implements OthersControlPlane {
    private static final Duration START = Duration.ofSeconds(20);
    private static final long BUILD_MINUTES = 10;
    private static final Path SOURCES = Path.of("src/test/resources/interop/go");
    private static final List<String> FILES = List.of("main.go", "go.mod", "go.sum");

    private final Process process;
    private final BufferedWriter told;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final int port;

    GoControlPlane(int port, Told first) throws IOException {
        process = new ProcessBuilder(required().toString(), "127.0.0.1:" + port)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        told = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), UTF_8));
        Thread.ofVirtual().start(() -> process.inputReader(UTF_8).lines().forEach(said::add));
        this.port = Integer.parseInt(line("listening "));
        tell(first);
    }

    /** The program, built; ends the test as skipped, saying why, where it cannot be. */
    static Path required() {
        Path folder = Path.of(System.getProperty("user.home"), ".cache/weft/go-control-plane");
        Optional<Path> go = Programs.onPath("go")
                .or(() -> Optional.of(Path.of("/usr/local/go/bin/go")).filter(Files::isExecutable));
        Assumptions.assumeTrue(go.isPresent(), "needs Go, which is not on the PATH");
        copySources(folder);
        String missing = run(folder, go.orElseThrow().toString(), "mod", "download");
        Assumptions.assumeTrue(missing.isEmpty(), () -> "go-control-plane cannot be had: " + missing);
        // From here on it is ours: a server that does not build is a failure.
        assertThat(run(folder, go.orElseThrow().toString(), "build", "-o", "server", "."))
                .isEmpty();
        return folder.resolve("server");
    }

    private static void copySources(Path folder) {
        try {
            Files.createDirectories(folder);
            for (String file : FILES) {
                Files.copy(SOURCES.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a command of Go says when it fails; empty when it does not. */
    private static String run(Path folder, String... command) {
        try {
            Path log = folder.resolve("build.log");
            var builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().put("GOFLAGS", "-buildvcs=false");
            Process running = builder.start();
            if (!running.waitFor(BUILD_MINUTES, TimeUnit.MINUTES)) {
                running.destroyForcibly();
                return "not done in " + BUILD_MINUTES + " minutes";
            }
            return running.exitValue() == 0 ? "" : Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String line(String beginning) {
        return Await.value(
                        START,
                        () -> said.stream()
                                .filter(line -> line.startsWith(beginning))
                                .findFirst())
                .map(line -> line.substring(beginning.length()))
                .orElseThrow(() -> new AssertionError("no line '" + beginning + "' in " + said));
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void tell(Told next) {
        var json = new JsonObject();
        json.addProperty("version", next.version());
        json.add("clusters", array(next.clusters()));
        json.add("endpoints", array(next.endpoints()));
        json.add("listeners", array(next.listeners()));
        json.add("routes", array(next.routes()));
        try {
            told.write(json.toString());
            told.newLine();
            told.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        line("told " + next.version());
    }

    private static JsonArray array(List<? extends Message> messages) {
        var array = new JsonArray();
        messages.forEach(message -> array.add(JsonParser.parseString(Messages.write(message))));
        return array;
    }

    @Override
    public List<Refusal> refusals() {
        return said.stream()
                .filter(line -> line.startsWith("refused "))
                .map(line -> line.split(" ", 3))
                .map(words -> new Refusal(words[1], words[2]))
                .toList();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
