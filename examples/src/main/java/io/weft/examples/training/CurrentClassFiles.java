package io.weft.examples.training;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * {@code CurrentClassFiles JAR...}: brings class files from before Java 6 to a format with stack maps (JVMS 4.10.1), their
 * code unchanged. A class cache takes no older ones, and the JVM verifies those by its old and slow way at each start.
 * It takes none of a signed jar either, so signatures are left out ({@link Signatures}). A jar without any of this is left
 * as it is.
 */
public final class CurrentClassFiles {

    /** The first format with stack maps that a JVM insists on. */
    private static final int STACK_MAPS = 51;

    private CurrentClassFiles() {}

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            bring(Path.of(jar));
        }
    }

    /** Whether anything had to be changed. */
    static boolean bring(Path jar) throws IOException {
        Path made = jar.resolveSibling(jar.getFileName() + ".made");
        try (JarFile from = new JarFile(jar.toFile())) {
            List<JarEntry> entries = new ArrayList<>(Collections.list(from.entries()));
            boolean signed = Signatures.sign(entries);
            if (!signed && entries.stream().noneMatch(entry -> isOld(entry, content(from, entry)))) {
                return false;
            }
            if (signed) {
                entries.removeIf(Signatures::hinder);
            }
            try (OutputStream file = Files.newOutputStream(made);
                    JarOutputStream to = new JarOutputStream(file)) {
                for (JarEntry entry : entries) {
                    JarEntry same = new JarEntry(entry.getName());
                    same.setTimeLocal(entry.getTimeLocal());
                    to.putNextEntry(same);
                    byte[] content = signed && Signatures.isManifest(entry)
                            ? Signatures.ofWholeJar(from.getManifest())
                            : content(from, entry);
                    to.write(isOld(entry, content) ? current(content, from) : content);
                    to.closeEntry();
                }
            }
        }
        Files.move(made, jar, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private static boolean isOld(JarEntry entry, byte[] content) {
        if (!entry.getName().endsWith(".class")) {
            return false;
        }
        int major = ((content[6] & 0xff) << 8) | (content[7] & 0xff);
        return major < STACK_MAPS;
    }

    private static byte[] current(byte[] old, JarFile jar) {
        // Of classes outside the jar only the JDK's are extended, so no class of anybody else is asked for.
        var relatives = ClassHierarchyResolver.ofResourceParsing(type -> {
                    String name = type.descriptorString();
                    JarEntry entry = jar.getJarEntry(name.substring(1, name.length() - 1) + ".class");
                    return entry == null ? null : stream(jar, entry);
                })
                .orElse(ClassHierarchyResolver.defaultResolver());
        ClassFile files = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS, ClassFile.ClassHierarchyResolverOption.of(relatives));
        return files.transformClass(
                files.parse(old),
                ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                        .andThen(ClassTransform.endHandler(built -> built.withVersion(STACK_MAPS, 0))));
    }

    private static InputStream stream(JarFile jar, JarEntry entry) {
        try {
            return jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] content(JarFile jar, JarEntry entry) {
        try (InputStream in = stream(jar, entry)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
