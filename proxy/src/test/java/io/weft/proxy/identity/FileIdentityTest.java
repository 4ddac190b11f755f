package io.weft.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileIdentityTest {

    private static final SpiffeId ID = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart");

    @TempDir
    private Path folder;

    private final ManualSchedule time = new ManualSchedule();
    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, time);
    private final List<Map<String, Secret>> published = new ArrayList<>();

    @Test
    void a_folder_whose_link_is_swapped_gives_the_new_certificate_within_a_second() throws Exception {
        swap("first", svid(Duration.ofHours(1)));
        FileIdentity identity = started();
        assertThat(current()).containsOnlyKeys("default", "ROOTCA");
        assertThat(identity.status().id()).isEqualTo(ID.toString());
        Secret before = current().get("default");

        swap("second", svid(Duration.ofHours(1)));
        time.advance(Duration.ofSeconds(1));
        assertThat(current().get("default")).isNotNull().isNotEqualTo(before);
        assertThat(published).hasSize(3);
    }

    @Test
    void files_that_do_not_belong_together_change_nothing() throws Exception {
        swap("first", svid(Duration.ofHours(1)));
        FileIdentity identity = started();
        Map<String, Secret> before = current();

        Path mixed = write("mixed", svid(Duration.ofHours(1)));
        Files.writeString(mixed.resolve("key.pem"), svid(Duration.ofHours(1)).keyPem());
        link(mixed);
        time.advance(Duration.ofSeconds(2));

        assertThat(current()).isEqualTo(before);
        assertThat(identity.status().state()).isEqualTo(IdentityStatus.State.RETRYING);
        assertThat(identity.status().lastError()).contains("is not the key of");
    }

    @Test
    void a_certificate_that_is_over_is_withdrawn_until_the_files_are_renewed() throws Exception {
        swap("first", svid(Duration.ofMinutes(5)));
        FileIdentity identity = started();
        time.advance(Duration.ofMinutes(5).plusSeconds(2));
        assertThat(current()).containsOnlyKeys("ROOTCA");
        assertThat(identity.status().state()).isEqualTo(IdentityStatus.State.EXPIRED);

        swap("second", svid(Duration.ofMinutes(5)));
        time.advance(Duration.ofSeconds(1));
        assertThat(current()).containsKey("default");
    }

    @Test
    void files_that_come_late_are_waited_for() throws Exception {
        FileIdentity identity = started();
        assertThat(current()).isEmpty();
        assertThat(identity.status().state()).isEqualTo(IdentityStatus.State.NONE);

        swap("first", svid(Duration.ofHours(1)));
        time.advance(Duration.ofSeconds(1));
        assertThat(current()).containsKey("default");
    }

    private FileIdentity started() {
        FileIdentity identity =
                new FileIdentity(CertificateFiles.in(folder.resolve("certs")), time, IdentityMetrics.NONE);
        identity.subscribe(published::add);
        identity.start();
        return identity;
    }

    private Map<String, Secret> current() {
        return published.getLast();
    }

    private X509Svid svid(Duration lifetime) {
        return authority.issueOwn(KeyAlgorithm.EC_P256, ID, lifetime, Set.of());
    }

    private void swap(String version, X509Svid svid) throws IOException {
        link(write(version, svid));
    }

    private Path write(String version, X509Svid svid) throws IOException {
        Path to = Files.createDirectories(folder.resolve(version));
        Files.writeString(to.resolve("cert-chain.pem"), svid.chainPem());
        Files.writeString(to.resolve("key.pem"), svid.keyPem());
        Files.writeString(to.resolve("root-cert.pem"), authority.bundle().toPem());
        return to;
    }

    private void link(Path to) throws IOException {
        Path fresh = Files.createSymbolicLink(folder.resolve("fresh"), to);
        Files.move(fresh, folder.resolve("certs"), StandardCopyOption.ATOMIC_MOVE);
    }
}
