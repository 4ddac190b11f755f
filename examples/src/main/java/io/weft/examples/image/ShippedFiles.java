package io.weft.examples.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The shipped layout as parts of an image, those that change least first.
 *
 * @param trees by what is in them
 * @param version of Weft
 * @param time of all its files: a class cache is only good for jars of the time that it knows
 */
record ShippedFiles(Map<String, FileTree> trees, String version, Instant time) {
    private static final List<String> PROGRAMS = List.of("certs", "control-plane", "init", "proxy");
    private static final String OURS = "weft-";

    /** @throws ImageException when the layout is not there, or not as {@code ./weft build} makes it */
    static ShippedFiles in(Path dist) throws IOException {
        if (!Files.isRegularFile(dist.resolve("conf/proxy.classpath"))) {
            throw new ImageException("no shipped layout in " + dist + ": run ./weft build");
        }
        var libraries = new ArrayList<Entry>();
        var programs = new ArrayList<Entry>();
        var jars = new TreeSet<String>();
        for (String program : PROGRAMS) {
            jars.addAll(Files.readAllLines(dist.resolve("conf/" + program + ".classpath")));
            programs.add(entry(dist, dist.resolve("conf/" + program + ".classpath")));
            programs.add(entry(dist, dist.resolve("conf/" + program + ".options")));
        }
        programs.add(entry(dist, dist.resolve("bin/weft")));
        programs.add(entry(dist, dist.resolve("LICENSE")));
        for (String jar : jars) {
            (jar.startsWith(OURS) ? programs : libraries).add(entry(dist, dist.resolve("lib/" + jar)));
        }
        libraries.addAll(all(dist, "lib/native"));

        var trees = new LinkedHashMap<String, FileTree>();
        trees.put("the Java runtime", FileTree.of(all(dist, "runtime")));
        trees.put("libraries", FileTree.of(libraries));
        trees.put("Weft's programs", FileTree.of(programs));
        trees.put("class caches", FileTree.of(all(dist, "cache")));
        return new ShippedFiles(trees, version(jars), time(trees));
    }

    private static List<Entry> all(Path dist, String part) throws IOException {
        var entries = new ArrayList<Entry>();
        Path folder = dist.resolve(part);
        if (!Files.isDirectory(folder)) {
            throw new ImageException("no folder " + folder + ": run ./weft build");
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                if (!Files.isDirectory(file)) {
                    entries.add(entry(dist, file));
                }
            }
        }
        return entries;
    }

    private static Entry entry(Path dist, Path file) throws IOException {
        String path = Configuration.HOME.substring(1) + "/" + dist.relativize(file);
        if (Files.isSymbolicLink(file)) {
            Path target = Files.readSymbolicLink(file);
            if (!target.isAbsolute()) {
                return new Entry.Link(path, target.toString());
            }
        }
        if (!Files.isRegularFile(file)) {
            throw new ImageException("no file " + file + ": run ./weft build");
        }
        return new Entry.Copied(path, Files.isExecutable(file), file);
    }

    private static String version(Iterable<String> jars) {
        for (String jar : jars) {
            if (jar.startsWith("weft-proxy-") && jar.endsWith(".jar")) {
                return jar.substring("weft-proxy-".length(), jar.length() - ".jar".length());
            }
        }
        throw new ImageException("no jar weft-proxy-VERSION.jar is named in conf/proxy.classpath");
    }

    private static Instant time(Map<String, FileTree> trees) throws IOException {
        var times = new TreeSet<Instant>();
        for (String title : List.of("the Java runtime", "libraries", "Weft's programs")) {
            for (Entry entry :
                    trees.getOrDefault(title, new FileTree(List.of())).entries()) {
                if (entry instanceof Entry.Copied copied) {
                    times.add(Files.getLastModifiedTime(copied.source()).toInstant());
                }
            }
        }
        if (times.size() != 1) {
            throw new ImageException("the files of the shipped layout have different times, such as " + times.first()
                    + " and " + times.last() + "; class caches need them as ./weft build makes them: run it");
        }
        return times.first();
    }
}
