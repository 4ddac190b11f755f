package io.weft.examples.interop;

import io.weft.examples.lab.Await;
import io.weft.examples.lab.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@code weft proxy} as a program of its own, from a bootstrap whose admin interface takes any port of 127.0.0.1. */
final class WeftProxy implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(1);

    private final Program program;
    private final String admin;

    private WeftProxy(Program program, String admin) {
        this.program = program;
        this.admin = admin;
    }

    static WeftProxy start(Path folder, String bootstrap) throws IOException {
        Path file = Files.writeString(folder.resolve("weft.yaml"), bootstrap);
        Program program = Program.start(
                "weft proxy",
                folder.resolve("weft.log"),
                Map.of(),
                Java.command("io.weft.proxy.ProxyMain", List.of("-c", file.toString(), "--concurrency", "1")));
        try {
            String port = program.awaitLog("admin: .*:(\\d+)", START).group(1);
            return new WeftProxy(program, "http://127.0.0.1:" + port);
        } catch (RuntimeException e) {
            program.stop();
            throw e;
        }
    }

    /** Waits until it has all of its configuration. */
    WeftProxy awaitReady() {
        if (!Await.that(START, () -> Web.get(admin + "/ready").status() == 200)) {
            throw program.failure("is not ready: " + Web.get(admin + "/ready"));
        }
        return this;
    }

    String admin(String path) {
        return Web.get(admin + path).body();
    }

    String log() {
        return program.log();
    }

    @Override
    public void close() {
        Web.post(admin + "/quitquitquit");
        program.stop();
    }
}
