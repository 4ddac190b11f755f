package io.weft.examples.training;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassHierarchyResolver;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code ShippedJars JAR...}: makes the jars of a layout quick to start with, without a change to what their code does:
 * class files are brought to a format that class caches take ({@link CurrentClassFiles}), what a cache cannot keep is
 * linked ahead ({@link LinkedAhead}), and signatures, which keep a jar's classes out of a cache, are left out ({@link
 * Signatures}). A jar that needs none of this is left as it is. The same jars come out the same.
 */
public final class ShippedJars {

    /** What may be done to a class file. */
    interface Change {
        /** The class changed, or null when there is nothing to do. */
        byte @Nullable [] of(byte[] content);
    }

    private final List<Change> changes;

    /** @param relatives knows the classes that those in the jars extend and mention */
    private ShippedJars(ClassHierarchyResolver relatives) {
        changes = List.of(new CurrentClassFiles(relatives)::of, new LinkedAhead(relatives)::of);
    }

    public static void main(String[] jars) throws IOException {
        bring(List.of(jars).stream().map(Path::of).toList());
    }

    /** The jars that had to be changed. */
    static List<Path> bring(List<Path> jars) throws IOException {
        URL[] all = new URL[jars.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = jars.get(i).toUri().toURL();
        }
        List<Path> changed = new ArrayList<>();
        try (var classes = new URLClassLoader(all, ClassLoader.getPlatformClassLoader())) {
            var shipped = new ShippedJars(ClassHierarchyResolver.ofResourceParsing(classes)
                    .orElse(ClassHierarchyResolver.defaultResolver())
                    .cached());
            for (Path jar : jars) {
                if (shipped.bring(jar)) {
                    changed.add(jar);
                }
            }
        }
        return changed;
    }

    private boolean bring(Path jar) throws IOException {
        Path made = jar.resolveSibling(jar.getFileName() + ".made");
        boolean changed;
        try (JarFile from = new JarFile(jar.toFile());
                OutputStream file = Files.newOutputStream(made);
                JarOutputStream to = new JarOutputStream(file)) {
            List<JarEntry> entries = new ArrayList<>(Collections.list(from.entries()));
            boolean signed = Signatures.sign(entries);
            changed = signed;
            if (signed) {
                entries.removeIf(Signatures::hinder);
            }
            for (JarEntry entry : entries) {
                byte[] content = content(from, entry);
                byte[] current = signed && Signatures.isManifest(entry)
                        ? Signatures.ofWholeJar(from.getManifest())
                        : changed(entry, content);
                changed |= !Arrays.equals(current, content);
                JarEntry same = new JarEntry(entry.getName());
                same.setTimeLocal(entry.getTimeLocal());
                to.putNextEntry(same);
                to.write(current);
                to.closeEntry();
            }
        }
        if (changed) {
            Files.move(made, jar, StandardCopyOption.ATOMIC_MOVE);
        } else {
            Files.delete(made);
        }
        return changed;
    }

    private byte[] changed(JarEntry entry, byte[] content) {
        byte[] current = content;
        if (entry.getName().endsWith(".class")) {
            for (Change change : changes) {
                byte[] better = change.of(current);
                current = better == null ? current : better;
            }
        }
        return current;
    }

    private static byte[] content(JarFile jar, JarEntry entry) {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
