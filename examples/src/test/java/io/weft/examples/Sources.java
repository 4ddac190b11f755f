package io.weft.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The source tree that this test was built from, as text. */
final class Sources {

    static final List<String> MODULES = List.of("certs", "iptables-init", "proxy", "control-plane", "examples");

    private static final Pattern DECLARATION =
            Pattern.compile("\\b(?:class|interface|record|enum|@interface)\\s+([A-Z][A-Za-z0-9]*)\\b");

    private Sources() {}

    /** The folder of the root pom, looked for upward from the working directory. */
    static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("weft")) && Files.isDirectory(folder.resolve("iptables-init"))) {
                return folder;
            }
        }
        throw new IllegalStateException(
                "no folder with ./weft above " + Path.of("").toAbsolutePath());
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param kind {@code main} or {@code test} */
    static List<Path> java(String module, String kind) {
        Path folder = root().resolve(module).resolve("src").resolve(kind).resolve("java");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> java(String kind) {
        List<Path> all = new ArrayList<>();
        for (String module : MODULES) {
            all.addAll(java(module, kind));
        }
        return all;
    }

    /** Simple names of every type declared there, nested ones included. */
    static Set<String> types(String kind) {
        Set<String> names = new TreeSet<>();
        for (Path file : java(kind)) {
            Matcher declarations = DECLARATION.matcher(read(file));
            while (declarations.find()) {
                names.add(declarations.group(1));
            }
        }
        return names;
    }

    static Path relative(Path file) {
        return root().relativize(file);
    }
}
