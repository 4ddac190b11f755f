package io.weft.examples.bench;

import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A folder with the certificates, bodies, configurations and logs of one run; removed when closed. */
final class Workspace implements AutoCloseable {
    static final SpiffeId CLIENT = SpiffeId.workload(TrustDomain.DEFAULT, "default", "client");
    static final SpiffeId SERVER = SpiffeId.workload(TrustDomain.DEFAULT, "default", "server");

    private final Path folder;
    private final Authority authority;

    private Workspace(Path folder) throws IOException {
        this.folder = folder;
        this.authority = Authority.openOrCreate(folder.resolve("ca"), TrustDomain.DEFAULT, InstantSource.system());
    }

    static Workspace create() throws IOException {
        Path folder = Files.createTempDirectory("weft-bench-");
        Files.createDirectories(folder.resolve("tmp"));
        Files.createDirectories(folder.resolve("certs"));
        Files.createDirectories(folder.resolve("www"));
        var workspace = new Workspace(folder);
        for (Content content : Content.values()) {
            Files.write(folder.resolve("www" + content.path()), content.body());
        }
        workspace.issue("client", CLIENT);
        workspace.issue("server", SERVER);
        Files.writeString(
                folder.resolve("certs/roots.crt"), workspace.authority.bundle().toPem());
        return workspace;
    }

    Path folder() {
        return folder;
    }

    Path log(String name) {
        return folder.resolve(name + ".log");
    }

    Path certs() {
        return folder.resolve("certs");
    }

    /** Where the authority is, for a control plane that issues in its name. */
    Path authorityFolder() {
        return folder.resolve("ca");
    }

    Authority authority() {
        return authority;
    }

    /** Whom both sides trust. */
    List<X509Certificate> roots() {
        return authority.bundle().roots();
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new BenchException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Writes a file and gives its path. */
    Path write(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new BenchException(folder.resolve(name) + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** HAProxy wants key and chain in one file; nginx and HAProxy check a DNS name, since they know no SPIFFE ids. */
    private void issue(String name, SpiffeId id) throws IOException {
        X509Svid svid = authority.issueOwn(KeyAlgorithm.EC_P256, id, Duration.ZERO, Set.of(name));
        String chain = Pem.encode(svid.chainWithoutRoot());
        Files.writeString(certs().resolve(name + ".crt"), chain);
        Files.writeString(certs().resolve(name + ".key"), svid.keyPem());
        Files.writeString(certs().resolve(name + ".pem"), chain + svid.keyPem());
    }

    /** As {@link #close}, for when nobody can be told that it failed. */
    void discard() {
        try {
            close();
        } catch (IOException | java.io.UncheckedIOException e) {
            System.getLogger("io.weft.examples.bench").log(System.Logger.Level.WARNING, folder + " is left", e);
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        }
    }
}
