package io.weft.proxy.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.Secret;
import io.weft.proxy.testing.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T-17: secrets in files beside the proxy. */
class SecretFilesTest {

    @TempDir
    private Path folder;

    private final SecretFiles files = new SecretFiles();
    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private final LogLines logged = new LogLines("io.weft.proxy.files");

    @AfterEach
    void leave() {
        logged.close();
    }

    @Test
    void roots_and_a_certificate_are_read_by_istios_names() throws IOException {
        X509Svid svid = svid();
        Path chain = write("c.pem", svid.chainPem());
        Path key = write("k.pem", svid.keyPem());
        assertThat(files.secret("file-root:" + roots("ca.pem"), "a"))
                .isEqualTo(new Secret.Trust(authority.bundle().toPem()));
        assertThat(files.secret("file-cert:" + chain + "~" + key, "a"))
                .isEqualTo(new Secret.Certificate(svid.chainPem(), svid.keyPem()));
        assertThat(List.copyOf(logged.rest())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "default, false",
        "ROOTCA, false",
        "file-root, false",
        "file-root:/etc/ca.pem, true",
        "file-root:system, true",
        "file-cert:/etc/c.pem~/etc/k.pem, true",
        "kubernetes://ca, false",
    })
    void which_names_mean_files(String name, boolean meant) {
        assertThat(SecretFiles.isName(name)).isEqualTo(meant);
    }

    @Test
    void what_cannot_be_read_is_told_once_with_the_file_and_each_cluster_that_needs_it() {
        String name = "file-root:" + folder.resolve("ca.pem");
        assertThat(files.secret(name, "cluster a")).isNull();
        assertThat(files.secret(name, "cluster a")).isNull();
        assertThat(files.secret(name, "cluster b")).isNull();
        assertThat(files.look()).isEmpty();
        assertThat(List.copyOf(logged.rest()))
                .containsExactly(
                        "WARNING cluster a: " + folder
                                + "/ca.pem: no such file; until it can be read no connection is made with it",
                        "WARNING cluster b: " + folder
                                + "/ca.pem: no such file; until it can be read no connection is made with it");
    }

    @Test
    void a_file_that_comes_later_is_found() throws IOException {
        String name = "file-root:" + folder.resolve("ca.pem");
        assertThat(files.secret(name, "cluster a")).isNull();
        roots("ca.pem");
        assertThat(files.look()).containsOnlyKeys(name);
        assertThat(files.look()).isEmpty();
        assertThat(List.copyOf(logged.rest()))
                .last()
                .isEqualTo("INFO [" + folder + "/ca.pem]: read again, for [cluster a]");
    }

    @ParameterizedTest
    @DisplayName("each reason names its file")
    @CsvSource(
            delimiter = '|',
            value = {
                "file-root:ca.pem                | expected an absolute path: ca.pem",
                "file-root:{}/folder             | {}/folder: not a regular file",
                "file-root:{}/empty              | {}/empty: no CERTIFICATE block in the PEM text",
                "file-cert:{}/c.pem              | expected file-cert:CHAIN~KEY",
                "file-cert:{}/c.pem~{}/no.pem    | {}/no.pem: no such file",
                "file-cert:{}/c.pem~{}/other.pem | {}/other.pem is not the key of {}/c.pem",
                "file-cert:{}/c.pem~{}/c.pem     | {}/c.pem: expected one PRIVATE KEY block in the PEM text, found 0",
            })
    void why_there_is_no_secret(String name, String reason) throws IOException {
        Files.createDirectory(folder.resolve("folder"));
        write("empty", "");
        write("c.pem", svid().chainPem());
        write("other.pem", svid().keyPem());
        assertThat(files.secret(name.replace("{}", folder.toString()), "cluster a"))
                .isNull();
        assertThat(List.copyOf(logged.rest()))
                .containsExactly("WARNING cluster a: " + reason.replace("{}", folder.toString())
                        + "; until it can be read no connection is made with it");
    }

    @Test
    @DisplayName(
            "T-07: a certificate that is rotated by a swapped link, as Kubernetes does, is taken; half of one is not")
    void a_rotated_certificate_is_taken_whole() throws IOException {
        X509Svid first = svid();
        X509Svid second = svid();
        Path chain = write("c.pem", first.chainPem());
        Path key = write("k.pem", first.keyPem());
        String name = "file-cert:" + chain + "~" + key;
        files.secret(name, "cluster a");

        write("c.pem", second.chainPem());
        assertThat(files.look()).isEmpty();
        assertThat(files.secret(name, "cluster a")).isEqualTo(new Secret.Certificate(first.chainPem(), first.keyPem()));
        assertThat(List.copyOf(logged.rest()))
                .containsExactly("WARNING [cluster a]: " + key + " is not the key of " + chain
                        + "; what was read before stays in use");

        Path next = write("next", second.keyPem());
        Files.delete(key);
        Files.createSymbolicLink(key, next);
        assertThat(files.look()).isEqualTo(Map.of(name, new Secret.Certificate(second.chainPem(), second.keyPem())));
    }

    @Test
    void a_file_that_is_gone_leaves_what_was_read() throws IOException {
        Path file = roots("ca.pem");
        String name = "file-root:" + file;
        files.secret(name, "cluster a");
        Files.delete(file);
        assertThat(files.look()).isEmpty();
        assertThat(files.secret(name, "cluster b")).isNotNull();
    }

    @Test
    void what_nobody_wants_any_more_is_forgotten() throws IOException {
        files.secret("file-root:" + roots("ca.pem"), "cluster a");
        files.retain(Set.of());
        assertThat(files.isEmpty()).isTrue();
        assertThat(files.look()).isEmpty();
    }

    @Test
    @DisplayName("the roots of this machine, or of this runtime, all usable")
    void system_roots() {
        assertThat(files.secret("file-root:system", "cluster a")).isInstanceOfSatisfying(Secret.Trust.class, trust -> {
            assertThat(Pem.certificates(trust.rootsPem())).hasSizeGreaterThan(10);
        });
        assertThat(List.copyOf(logged.rest())).isEmpty();
    }

    @Test
    void one_root_that_cannot_be_used_does_not_spoil_those_of_a_system() throws IOException {
        Path bundle = write(
                "bundle.pem",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
                        + authority.bundle().toPem());
        assertThat(SystemRoots.usable(bundle)).isEqualTo(authority.bundle().toPem());
    }

    @Test
    void the_runtime_has_roots_for_a_machine_that_has_none() throws IOException {
        Path cacerts = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
        assertThat(Pem.certificates(SystemRoots.usable(cacerts))).hasSizeGreaterThan(10);
    }

    private X509Svid svid() {
        return authority.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart"),
                Duration.ofHours(1),
                Set.of());
    }

    private Path roots(String name) throws IOException {
        return write(name, authority.bundle().toPem());
    }

    /** Replaced by a rename, so that no state is looked at twice for another. */
    private Path write(String name, String text) throws IOException {
        Path draft = Files.writeString(folder.resolve("." + name), text);
        return Files.move(draft, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
