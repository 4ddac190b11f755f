package io.weft.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttestationTest {

    private static final SpiffeId ID = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart");

    @TempDir
    private Path folder;

    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private final Instant now = InstantSource.system().instant();

    @Test
    void a_provisioned_certificate_proves_the_first_time_and_the_current_one_afterwards() throws Exception {
        X509Svid provisioned = svid();
        Files.writeString(folder.resolve("cert-chain.pem"), provisioned.chainPem());
        Files.writeString(folder.resolve("key.pem"), provisioned.keyPem());
        Files.writeString(folder.resolve("root-cert.pem"), authority.bundle().toPem());
        Attestation attestation = new Attestation.Provisioned(TrustDomain.DEFAULT, CertificateFiles.in(folder));

        assertThat(attestation.credentials(null, null, now))
                .isInstanceOfSatisfying(
                        Credentials.Current.class,
                        first -> assertThat(first.svid().leaf()).isEqualTo(provisioned.leaf()));
        X509Svid current = svid();
        assertThat(attestation.credentials(current, authority.bundle(), now))
                .isEqualTo(new Credentials.Current(current, authority.bundle()));
    }

    @Test
    void when_both_are_over_the_last_certificate_is_shown_and_not_the_provisioned_one() throws Exception {
        X509Svid provisioned = svid();
        Files.writeString(folder.resolve("cert-chain.pem"), provisioned.chainPem());
        Files.writeString(folder.resolve("key.pem"), provisioned.keyPem());
        Files.writeString(folder.resolve("root-cert.pem"), authority.bundle().toPem());
        Attestation attestation = new Attestation.Provisioned(TrustDomain.DEFAULT, CertificateFiles.in(folder));
        X509Svid current = svid();

        assertThat(attestation.credentials(current, authority.bundle(), now.plus(Duration.ofHours(2))))
                .isEqualTo(new Credentials.Current(current, authority.bundle()));
    }

    @Test
    void a_platforms_token_is_read_anew_for_every_request_and_never_printed() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "first\n");
        Path roots =
                Files.writeString(folder.resolve("roots"), authority.bundle().toPem());
        Attestation attestation = new Attestation.PlatformToken(token, roots, pem -> chain -> {});

        assertThat(token(attestation)).isEqualTo("first");
        Files.writeString(token, "second");
        assertThat(token(attestation)).isEqualTo("second");
        assertThat(attestation.credentials(svid(), authority.bundle(), now).toString())
                .doesNotContain("second");
    }

    @Test
    void where_the_platform_has_no_token_the_certificate_is_shown_that_was_kept() throws Exception {
        Attestation attestation =
                new Attestation.PlatformToken(folder.resolve("token"), folder.resolve("roots"), pem -> chain -> {});
        X509Svid kept = svid();

        assertThat(attestation.credentials(kept, authority.bundle(), now))
                .isEqualTo(new Credentials.Current(kept, authority.bundle()));
    }

    @Test
    void what_is_missing_is_named() {
        Attestation attestation =
                new Attestation.PlatformToken(folder.resolve("token"), folder.resolve("roots"), pem -> chain -> {});
        assertThatThrownBy(() -> attestation.credentials(null, null, now))
                .isInstanceOf(Attestation.Missing.class)
                .hasMessageContaining("roots");
    }

    private String token(Attestation attestation) throws Attestation.Missing {
        return attestation.credentials(null, null, now) instanceof Credentials.Platform(String text, var _) ? text : "";
    }

    private X509Svid svid() {
        return authority.issueOwn(KeyAlgorithm.EC_P256, ID, Duration.ofHours(1), Set.of());
    }
}
