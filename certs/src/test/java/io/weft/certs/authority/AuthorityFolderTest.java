package io.weft.certs.authority;

import static io.weft.certs.testing.Crafted.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.Verification.Verified;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.testing.Crafted;
import io.weft.certs.testing.Crafted.Made;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityFolderTest {
    private static final TrustDomain LOCAL = TrustDomain.DEFAULT;
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final SpiffeId CART = SpiffeId.workload(LOCAL, "shop", "cart");

    @TempDir
    Path temp;

    @Test
    void a_new_folder_gets_a_root_once_and_keeps_it() throws IOException {
        Path folder = temp.resolve("ca");

        Authority made = Authority.openOrCreate(folder, LOCAL, CLOCK);
        Authority again = Authority.openOrCreate(folder, LOCAL, CLOCK);

        assertThat(again.rootFingerprint()).isEqualTo(made.rootFingerprint());
        assertThat(mode(folder)).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("root.key"))).isEqualTo("rw-------");
        assertThat(mode(folder.resolve("root.crt"))).isEqualTo("rw-r--r--");
        assertThat(new AuthorityFolder(folder).namedTrustDomain()).contains(LOCAL);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("root.key", "root.crt", ".lock");
        }
    }

    @Test
    void many_that_make_a_root_at_once_end_up_with_the_same_one() throws Exception {
        Path folder = temp.resolve("ca");
        Callable<Fingerprint> open =
                () -> Authority.openOrCreate(folder, LOCAL, CLOCK).rootFingerprint();
        try (var threads = Executors.newFixedThreadPool(8)) {
            var roots = threads.invokeAll(Collections.nCopies(16, open));
            assertThat(roots.stream().map(Future::resultNow).distinct()).hasSize(1);
        }
    }

    @Test
    void a_key_without_a_certificate_is_put_aside_not_destroyed() throws IOException {
        Path folder = temp.resolve("ca");
        Authority.openOrCreate(folder, LOCAL, CLOCK);
        String key = Files.readString(folder.resolve("root.key"));
        Files.delete(folder.resolve("root.crt"));

        Authority.openOrCreate(folder, LOCAL, CLOCK);

        assertThat(folder.resolve("root.key.unused")).hasContent(key);
        assertThat(mode(folder.resolve("root.key.unused"))).isEqualTo("rw-------");
    }

    @Test
    void a_folder_that_cannot_be_used_is_refused_with_the_file_and_the_reason() throws IOException {
        Path folder = temp.resolve("ca");
        assertThatThrownBy(() -> Authority.open(folder, LOCAL, CLOCK)).hasMessageContaining("weft certs root --dir");

        Authority.openOrCreate(folder, LOCAL, CLOCK);
        assertThatThrownBy(() -> Authority.open(folder, new TrustDomain("other.example"), CLOCK))
                .hasMessageContaining("cluster.local")
                .hasMessageContaining("expected other.example");

        Path key = folder.resolve("root.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> Authority.open(folder, LOCAL, CLOCK)).hasMessageContaining("chmod 600");

        Files.delete(key);
        Files.writeString(key, Pem.encode(KeyAlgorithm.EC_P256.generate().getPrivate()));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> Authority.open(folder, LOCAL, CLOCK)).hasMessageContaining("not the key of root.crt");

        Files.writeString(folder.resolve("ca-cert.pem"), "");
        assertThatThrownBy(() -> Authority.open(folder, LOCAL, CLOCK)).hasMessageContaining("holds both");
    }

    @Test
    @DisplayName("T-15: roots in trusted-roots.pem are trusted too, and never sign")
    void further_roots_are_trusted_and_never_sign() throws IOException {
        Path folder = temp.resolve("ca");
        Authority before = Authority.openOrCreate(folder, LOCAL, CLOCK);
        X509Certificate old = Crafted.root("old").certificate();
        Files.writeString(folder.resolve("trusted-roots.pem"), Pem.encode(List.of(old)));

        Authority after = Authority.open(folder, LOCAL, CLOCK);

        assertThat(after.bundle()).isEqualTo(before.bundle().with(old));
        assertThat(after.issueOwn(KeyAlgorithm.EC_P256, CART, Duration.ZERO, Set.of())
                        .chain())
                .endsWith(before.root());
    }

    @Test
    @DisplayName("T-09: an intermediate plugged in under Istio's names signs, and its chain leads to the root")
    void a_plugged_in_intermediate_signs() throws IOException {
        Made root = Crafted.root("corporate");
        Made policy =
                Crafted.authority("policy").until(NOW.plus(Duration.ofDays(30))).by(root);
        Made signing =
                Crafted.authority("mesh").until(NOW.plus(Duration.ofDays(3))).by(policy);
        plug(signing, List.of(signing, policy, root), root);

        Authority authority = Authority.open(temp, LOCAL, CLOCK);
        X509Svid svid = authority.issueOwn(KeyAlgorithm.EC_P256, CART, Duration.ofDays(30), Set.of());

        assertThat(svid.chain().subList(1, 4))
                .containsExactly(signing.certificate(), policy.certificate(), root.certificate());
        assertThat(svid.notAfter()).isEqualTo(NOW.plus(Duration.ofDays(3)));
        for (var chain : List.of(svid.chain(), svid.chainWithoutRoot())) {
            assertThat(PeerVerifier.verify(chain, authority.bundle(), NOW, PeerRole.CLIENT))
                    .isEqualTo(new Verified(CART));
        }
    }

    @Test
    void a_plugged_in_root_may_sign_by_itself_without_a_chain_file() throws IOException {
        Made root = Crafted.root("corporate");
        plug(root, List.of(), root);

        X509Svid svid =
                Authority.open(temp, LOCAL, CLOCK).issueOwn(KeyAlgorithm.EC_P256, CART, Duration.ZERO, Set.of());

        assertThat(svid.chain()).hasSize(2).endsWith(root.certificate());
    }

    @Test
    void a_plugged_in_authority_that_leads_nowhere_is_refused() throws IOException {
        Made root = Crafted.root("corporate");
        Made policy = Crafted.authority("policy").by(root);
        Made signing = Crafted.authority("mesh").by(policy);
        plug(signing, List.of(), root);
        assertThatThrownBy(() -> Authority.open(temp, LOCAL, CLOCK)).hasMessageContaining("does not lead to a root");

        plug(signing, List.of(Crafted.authority("policy").by(root)), root);
        assertThatThrownBy(() -> Authority.open(temp, LOCAL, CLOCK)).hasMessageContaining("does not lead to a root");

        plug(Crafted.leaf().by(root), List.of(), root);
        assertThatThrownBy(() -> Authority.open(temp, LOCAL, CLOCK)).hasMessageContaining("CA:false");
    }

    private void plug(Made signing, List<Made> chain, Made root) throws IOException {
        Files.writeString(temp.resolve("ca-cert.pem"), Pem.encode(List.of(signing.certificate())));
        Files.writeString(
                temp.resolve("cert-chain.pem"),
                chain.isEmpty()
                        ? Pem.encode(List.of(signing.certificate()))
                        : Pem.encode(chain.stream().map(Made::certificate).toList()));
        Files.writeString(temp.resolve("root-cert.pem"), Pem.encode(List.of(root.certificate())));
        Path key = temp.resolve("ca-key.pem");
        Files.deleteIfExists(key);
        Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, Pem.encode(signing.keys().getPrivate()));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
