package io.weft.examples.training;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * What makes a library of cryptography slow to start with: a signature, for which each class is digested and which keeps
 * all of them out of a class cache, and its offer as a provider to the whole JVM, which the JDK takes up, with hundreds of
 * classes, while it looks for one. No program here asks for a provider by name.
 */
final class Signatures {

    private static final String PROVIDERS = "META-INF/services/java.security.Provider";

    private Signatures() {}

    /** Whether any of these is of a signature, as the JAR file specification names them. */
    static boolean sign(Collection<JarEntry> entries) {
        return entries.stream().anyMatch(entry -> isSignature(entry.getName()));
    }

    /** Whether a jar is better off without this entry. */
    static boolean hinder(JarEntry entry) {
        return isSignature(entry.getName()) || entry.getName().equals(PROVIDERS);
    }

    private static boolean isSignature(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return upper.startsWith("META-INF/")
                && upper.indexOf('/', "META-INF/".length()) < 0
                && (upper.endsWith(".SF") || upper.endsWith(".RSA") || upper.endsWith(".DSA") || upper.endsWith(".EC"));
    }

    static boolean isManifest(JarEntry entry) {
        return entry.getName().equals(JarFile.MANIFEST_NAME);
    }

    /** The manifest without what is said of single entries, which in a signed jar is their digests. */
    static byte[] ofWholeJar(Manifest manifest) throws IOException {
        var plain = new Manifest();
        Attributes main = plain.getMainAttributes();
        main.putAll(manifest.getMainAttributes());
        var bytes = new ByteArrayOutputStream();
        plain.write(bytes);
        return bytes.toByteArray();
    }
}
