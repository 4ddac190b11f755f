package io.weft.proxy.files;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.KeyRules;
import io.weft.certs.store.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The roots that a machine trusts, where its distribution keeps them, and failing that those that the Java runtime brings along. */
final class SystemRoots {
    private static final List<Path> PLACES = List.of(
            // Debian, Ubuntu, Alpine, Arch; Fedora, RHEL; openSUSE; RHEL 7; others
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/ca-bundle.pem"),
            Path.of("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
            Path.of("/etc/ssl/cert.pem"));

    private SystemRoots() {}

    /** The file that they are in on this machine. */
    static Path place() {
        return PLACES.stream().filter(Files::isReadable).findFirst().orElseGet(SystemRoots::runtimes);
    }

    private static Path runtimes() {
        return Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
    }

    /**
     * Without those that no server is verified by, because their keys are weak or they are constrained: of a hundred and more, which the
     * operator did not choose, one must not spoil all others.
     *
     * @param place from {@link #place}
     */
    static String usable(Path place) throws IOException {
        List<X509Certificate> all = place.equals(runtimes()) ? stored(place) : written(place);
        List<X509Certificate> usable = all.stream()
                .filter(root -> KeyRules.rootProblem(root).isEmpty())
                .toList();
        if (usable.isEmpty()) {
            throw new IOException(place + ": " + all.size() + " roots, and none that can be used");
        }
        return Pem.encode(usable);
    }

    private static List<X509Certificate> stored(Path place) throws IOException {
        List<X509Certificate> all = new ArrayList<>();
        try {
            KeyStore store = KeyStore.getInstance(place.toFile(), (char[]) null);
            for (String alias : Collections.list(store.aliases())) {
                if (store.isCertificateEntry(alias) && store.getCertificate(alias) instanceof X509Certificate root) {
                    all.add(root);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(place + ": " + e.getMessage(), e);
        }
        return all;
    }

    private static List<X509Certificate> written(Path place) throws IOException {
        return Pem.blocks(AtomicFile.read(place)).stream()
                .filter(block -> block.label().equals("CERTIFICATE"))
                .flatMap(block -> parsed(block).stream())
                .toList();
    }

    private static Optional<X509Certificate> parsed(Pem.Block block) {
        try {
            return Optional.of(Pem.certificate(block.der()));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
