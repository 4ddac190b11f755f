package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.examples.apps.LoadReport;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The root is replaced in the three steps that {@code docs/operations.md} tells an operator, while traffic flows. */
@Tag("privileged")
class RootRotationTest {
    /** Renewed after a fifth of it. */
    private static final Duration LIFE = Duration.ofSeconds(60);

    private static final Duration SOON = ServerPair.SOON;
    private static final int SOME = 100;
    private static final String ROOT = "root.crt";
    private static final String KEY = "root.key";
    private static final String FURTHER = "trusted-roots.pem";

    @TempDir
    private static Path folder;

    private static ServerPair pair;

    @BeforeAll
    static void open() throws Exception {
        pair = new ServerPair(folder.resolve("mesh"), LIFE);
    }

    @AfterAll
    static void close() {
        if (pair != null) {
            pair.close();
        }
    }

    private static Authority authority(Path at) throws IOException {
        return Authority.openOrCreate(at, TrustDomain.DEFAULT, InstantSource.system());
    }

    /** Puts a file in the authority's place by rename, as an operator should. */
    private static void put(String name, String text) throws IOException {
        Path authority = pair.mesh().authority();
        Path draft = Files.writeString(authority.resolve("." + name + ".new"), text);
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
        LabFiles.give(draft, Account.CONTROL_PLANE);
        Files.move(draft, authority.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean everySidecar(Predicate<Sidecar> condition) {
        return Await.that(SOON, () -> pair.sidecars().stream().allMatch(condition));
    }

    private static boolean knows(Sidecar sidecar, Authority authority) {
        BigInteger root = authority.bundle().roots().getFirst().getSerialNumber();
        return sidecar.serials().stream().anyMatch(shown -> new BigInteger(shown, 16).equals(root));
    }

    /** A certificate and key in the outsider's hands. */
    private record Stolen(Path certificate, Path key) {
        static Stolen of(String name, X509Svid svid) throws IOException {
            Path own = pair.outsider().privateFolder(name, Account.APPLICATION);
            var stolen = new Stolen(own.resolve("chain.pem"), own.resolve("key.pem"));
            for (Map.Entry<Path, String> file : Map.of(
                            stolen.certificate(), svid.chainPem(), stolen.key(), svid.keyPem())
                    .entrySet()) {
                LabFiles.give(Files.writeString(file.getKey(), file.getValue()), Account.APPLICATION);
            }
            return stolen;
        }

        boolean isTaken() {
            return pair.curl(
                            pair.outsider(),
                            "-k",
                            "--http1.1",
                            "--cert",
                            certificate.toString(),
                            "--key",
                            key.toString(),
                            "https://" + pair.address(ServerPair.FIRST, ServerPair.HTTP) + "/")
                    .text()
                    .equals(ServerPair.FIRST);
        }
    }

    private static X509Svid visitor(Authority authority) {
        return authority.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(TrustDomain.DEFAULT, "shop", "visitor"),
                Duration.ofHours(1),
                Set.of());
    }

    @Test
    void a_root_is_replaced_under_load_without_an_error_and_then_the_old_one_is_worth_nothing_T_15() throws Exception {
        Path next = folder.resolve("next");
        Authority before = authority(pair.mesh().authority());
        Authority after = authority(next);
        String oldRoot = Files.readString(pair.mesh().authority().resolve(ROOT));
        String newRoot = Files.readString(next.resolve(ROOT));
        Stolen ofOld = Stolen.of("of-old", visitor(before));
        Stolen ofNew = Stolen.of("of-new", visitor(after));
        assertThat(ofOld.isTaken()).isTrue();
        assertThat(ofNew.isTaken()).isFalse();
        Traffic requests = pair.requests("root-requests");
        Traffic connections = pair.connections("root-connections");

        put(FURTHER, newRoot);
        assertThat(everySidecar(sidecar -> knows(sidecar, after))).isTrue();
        assertThat(ofNew.isTaken()).as("both are trusted").isTrue();
        assertThat(requests.flows(SOME) && connections.flows(SOME)).isTrue();

        put(FURTHER, newRoot + oldRoot);
        put(KEY, Files.readString(next.resolve(KEY)));
        put(ROOT, newRoot);
        Map<Sidecar, Set<String>> shown = new HashMap<>();
        pair.sidecars().forEach(sidecar -> shown.put(sidecar, sidecar.serials()));
        // Two renewals: the first may have been under way with the old key.
        for (int renewal = 0; renewal < 2; renewal++) {
            assertThat(everySidecar(sidecar -> !sidecar.serials().equals(shown.get(sidecar))))
                    .isTrue();
            pair.sidecars().forEach(sidecar -> shown.put(sidecar, sidecar.serials()));
        }
        assertThat(requests.flows(SOME) && connections.flows(SOME)).isTrue();

        put(FURTHER, newRoot);
        assertThat(everySidecar(sidecar -> !knows(sidecar, before))).isTrue();
        assertThat(requests.flows(SOME) && connections.flows(SOME)).isTrue();
        assertThat(ofOld.isTaken()).as("the old root").isFalse();
        assertThat(ofNew.isTaken()).as("the new root").isTrue();
        for (Traffic traffic : List.of(requests, connections)) {
            LoadReport report = traffic.stop();
            assertThat(report.errors()).as(String.join("\n", traffic.errors())).isZero();
            assertThat(report.ok(ServerPair.SECOND)).isPositive();
        }
        assertThat(everySidecar(Sidecar::ready)).isTrue();
    }
}
