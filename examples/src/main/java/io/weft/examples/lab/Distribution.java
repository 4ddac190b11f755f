package io.weft.examples.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Weft's programs as the pods run them: the shipped layout where there is one, which is where {@code WEFT_DIST} says or
 * where this very process runs from; otherwise the class path and JVM of this process, without a class cache, so that a single
 * test can be run from an editor. Where other users may not read a part, they get a copy.
 */
public final class Distribution {

    private final Path java;
    private final UnaryOperator<String> classPath;
    /** Of native libraries that lie open; otherwise they are in jars. */
    private final @Nullable Path libraries;

    private final Path options;
    private final Path caches;

    private Distribution(
            Path java, UnaryOperator<String> classPath, @Nullable Path libraries, Path options, Path caches) {
        this.java = java;
        this.classPath = classPath;
        this.libraries = libraries;
        this.options = options;
        this.caches = caches;
    }

    /** For other users: what they may not read is copied to this folder. */
    static Distribution in(Path copies) {
        Path dist = shipped();
        return dist == null ? ofThisProcess(copies) : shipped(readable(dist, copies));
    }

    /** For the user of this process, where everything is. */
    public static Distribution inPlace() {
        Path dist = shipped();
        return dist == null ? ofThisProcess(Path.of(System.getProperty("java.home")), classPath()) : shipped(dist);
    }

    private static @Nullable Path shipped() {
        Path runtime = Path.of(System.getProperty("java.home"));
        String told = System.getenv("WEFT_DIST");
        Path dist = told == null ? Objects.requireNonNullElse(runtime.getParent(), runtime) : Path.of(told);
        return Files.isRegularFile(dist.resolve("conf/proxy.classpath")) ? dist : null;
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private static Path readable(Path dist, Path copies) {
        if (LabFiles.everybodyMayRead(dist.resolve("runtime/bin/java"))) {
            return dist;
        }
        Path home = copies.resolve("dist");
        LabFiles.openFolder(home);
        for (String part : List.of("runtime", "lib", "conf", "cache")) {
            if (Files.exists(dist.resolve(part))) {
                LabFiles.copy(dist.resolve(part), home.resolve(part));
            }
        }
        return home;
    }

    private static Distribution shipped(Path home) {
        return new Distribution(
                home.resolve("runtime/bin/java"),
                jars(home),
                home.resolve("lib/native"),
                home.resolve("conf"),
                home.resolve("cache"));
    }

    private static UnaryOperator<String> jars(Path home) {
        return program -> {
            var path = new StringBuilder();
            for (String jar : lines(home.resolve("conf").resolve(program + ".classpath"))) {
                // As the launcher of the layout writes it: a class cache is only good for the same text.
                path.append(home.resolve("lib").resolve(jar)).append(File.pathSeparator);
            }
            return path.toString();
        };
    }

    private static Distribution ofThisProcess(Path copies) {
        Path home = Path.of(System.getProperty("java.home"));
        if (!LabFiles.everybodyMayRead(home.resolve("bin/java"))) {
            LabFiles.openFolder(copies.resolve("jdk"));
            for (String part : List.of("bin", "conf", "lib", "release")) {
                LabFiles.copy(home.resolve(part), copies.resolve("jdk").resolve(part));
            }
            home = copies.resolve("jdk");
        }
        var parts = new ArrayList<String>();
        for (String entry : classPath().split(File.pathSeparator)) {
            Path part = Path.of(entry).toAbsolutePath();
            if (Files.exists(part) && !part.endsWith("target/test-classes")) {
                parts.add(readable(part, copies, parts.size()).toString());
            }
        }
        return ofThisProcess(home, String.join(File.pathSeparator, parts));
    }

    /** Flags are those that are shipped; a class cache would not be good for this class path. */
    private static Distribution ofThisProcess(Path home, String classPath) {
        Path source = root().resolve("packaging");
        return new Distribution(
                home.resolve("bin/java"), _ -> classPath, null, source.resolve("conf"), source.resolve("cache"));
    }

    private static Path readable(Path part, Path copies, int number) {
        // Maven's folders of classes may hold files with any permissions; they are small.
        if (Files.isRegularFile(part) && LabFiles.everybodyMayRead(part)) {
            return part;
        }
        LabFiles.openFolder(copies);
        Path copy = copies.resolve(Files.isRegularFile(part) ? "" + part.getFileName() : number + "-classes");
        LabFiles.copy(part, copy);
        return copy;
    }

    /** The root of the source tree: what the launcher says, or the first folder above this one that has a launcher. */
    public static Path root() {
        String told = System.getenv("WEFT_ROOT");
        if (told != null) {
            return Path.of(told);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("weft")) && Files.isRegularFile(at.resolve("pom.xml"))) {
                return at;
            }
        }
        throw new LabException("no launcher 'weft' in " + Path.of("").toAbsolutePath()
                + " or above; expected to be run from the source tree, or by ./weft");
    }

    /** @param program whose flags and cache are taken: {@code proxy}, {@code control-plane}, {@code init}, ... */
    public List<String> java(String program, String mainClass, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(java.toString());
        // The flags themselves and not the file's name: another user need not be able to read the file.
        command.addAll(lines(options.resolve(program + ".options")));
        Path cache = caches.resolve(cache(program, arguments) + ".aot");
        if (Files.exists(cache)) {
            command.add("-XX:AOTCache=" + cache);
        }
        Path natives = libraries;
        if (natives != null) {
            command.add("-Djava.library.path=" + natives);
        }
        command.addAll(words(Objects.requireNonNullElse(System.getenv("WEFT_JVM_FLAGS"), "")));
        command.addAll(List.of("-cp", classPath.apply(program), mainClass));
        command.addAll(arguments);
        return command;
    }

    /** As the launcher of the layout chooses it: what a sidecar needs and what a proxy needs that is told by a file are different classes. */
    private static String cache(String program, List<String> arguments) {
        boolean sidecar = program.equals("proxy")
                && !arguments.isEmpty()
                && arguments.getFirst().equals("sidecar");
        return sidecar ? "sidecar" : program;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
