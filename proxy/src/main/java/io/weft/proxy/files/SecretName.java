package io.weft.proxy.files;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The names by which Istio's agent answers for files over SDS: what they mean is decided here, and whether it is there is not. */
sealed interface SecretName {
    String ROOTS = "file-root:";
    String CERTIFICATE = "file-cert:";
    String SYSTEM = "system";

    /** Roots in one PEM file. */
    record Roots(Path file) implements SecretName {}

    /** The roots that this machine trusts. */
    record SystemRoots() implements SecretName {}

    /** A certificate chain and its key. */
    record Certificate(Path chain, Path key) implements SecretName {}

    /** Names that mean files and cannot be read as such. */
    record Malformed(String reason) implements SecretName {}

    static SecretName of(String name) {
        try {
            if (name.startsWith(ROOTS)) {
                String file = name.substring(ROOTS.length());
                return file.equals(SYSTEM) ? new SystemRoots() : new Roots(absolute(file));
            }
            String[] files = name.substring(CERTIFICATE.length()).split("~", -1);
            return files.length == 2
                    ? new Certificate(absolute(files[0]), absolute(files[1]))
                    : new Malformed("expected file-cert:CHAIN~KEY");
        } catch (InvalidPathException e) {
            return new Malformed(String.valueOf(e.getMessage()));
        }
    }

    private static Path absolute(String file) {
        if (!file.startsWith("/")) {
            throw new InvalidPathException(file, "expected an absolute path");
        }
        return Path.of(file);
    }
}
