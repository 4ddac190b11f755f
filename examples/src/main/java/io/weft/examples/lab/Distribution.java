package io.weft.examples.lab;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Weft's programs as the pods run them: from the class path of this very process, so that what is tested is what was
 * built, with the flags that the launcher knows. Where other users may not read a part, they get a copy.
 */
final class Distribution {
    private static final String CLASS_CACHE = "-XX:AOTCache=";

    private final Path java;
    private final String classPath;
    private final Path launcher;
    private final Path copies;

    private Distribution(Path java, String classPath, Path launcher, Path copies) {
        this.java = java;
        this.classPath = classPath;
        this.launcher = launcher;
        this.copies = copies;
    }

    /** @param copies a folder for what has to be copied */
    static Distribution in(Path copies) {
        Path home = Path.of(System.getProperty("java.home"));
        if (!LabFiles.everybodyMayRead(home.resolve("bin/java"))) {
            LabFiles.openFolder(copies.resolve("jdk"));
            for (String part : List.of("bin", "conf", "lib", "release")) {
                LabFiles.copy(home.resolve(part), copies.resolve("jdk").resolve(part));
            }
            home = copies.resolve("jdk");
        }
        var parts = new ArrayList<String>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path part = Path.of(entry).toAbsolutePath();
            if (Files.exists(part) && !part.endsWith("target/test-classes")) {
                parts.add(readable(part, copies, parts.size()).toString());
            }
        }
        return new Distribution(
                home.resolve("bin/java"), String.join(File.pathSeparator, parts), root().resolve("weft"), copies);
    }

    private static Path readable(Path part, Path copies, int number) {
        // Maven's folders of classes may hold files with any permissions; they are small.
        if (Files.isRegularFile(part) && LabFiles.everybodyMayRead(part)) {
            return part;
        }
        LabFiles.openFolder(copies);
        // A class cache is good for jars of the same names, sizes and times; folders of classes have one name each.
        Path copy = copies.resolve(Files.isRegularFile(part) ? "" + part.getFileName() : number + "-classes");
        LabFiles.copy(part, copy);
        return copy;
    }

    /** The root of the source tree: what the launcher says, or the first folder above this one that has a launcher. */
    static Path root() {
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

    /** @param program whose flags the launcher gives: {@code proxy}, {@code control-plane}, {@code init}, ... */
    List<String> java(String program, String mainClass, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(java.toString());
        command.addAll(flags(program));
        String more = Objects.requireNonNullElse(System.getenv("WEFT_JVM_FLAGS"), "");
        command.addAll(words(more));
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        return command;
    }

    private List<String> flags(String program) {
        return words(Command.ok(launcher.toString(), "flags", program)).stream()
                .map(flag -> flag.startsWith(CLASS_CACHE)
                        ? CLASS_CACHE + readableCache(Path.of(flag.substring(CLASS_CACHE.length())))
                        : flag)
                .toList();
    }

    private synchronized Path readableCache(Path cache) {
        Path copy = copies.resolve(cache.getFileName());
        return Files.exists(copy) ? copy : readable(cache, copies, 0);
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
