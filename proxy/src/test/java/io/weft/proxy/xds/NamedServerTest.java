package io.weft.proxy.xds;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NamedServerTest {

    private static final InstantSource NOW = InstantSource.system();
    private static final SpiffeId CONTROL = SpiffeId.controlPlane(TrustDomain.DEFAULT);
    private static final SpiffeId THIEF = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "thief");
    private static final NameMatch ID = new NameMatch(NameType.URI, new StringMatch.Exact(CONTROL.toString(), false));
    private static final NameMatch HOST = new NameMatch(NameType.DNS, new StringMatch.Exact("Control.Example", true));

    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, NOW);

    @Test
    void the_control_plane_is_known_by_its_spiffe_id() {
        assertThatCode(() -> check(List.of(ID), chain(CONTROL))).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(List.of(ID), chain(THIEF)))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("thief")
                .hasMessageContaining("expected one of");
    }

    @Test
    void a_control_plane_without_an_id_of_ours_is_known_by_its_dns_name() {
        assertThatCode(() -> check(List.of(HOST), chain(THIEF, "control.example")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> check(List.of(HOST), chain(CONTROL))).isInstanceOf(CertificateException.class);
    }

    @Test
    void with_both_kinds_of_names_a_workload_of_neither_is_refused() {
        assertThatCode(() -> check(List.of(ID, HOST), chain(CONTROL))).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(List.of(ID, HOST), chain(THIEF))).isInstanceOf(CertificateException.class);
    }

    @Test
    void another_root_is_refused_whatever_the_name() {
        Authority other = Authority.inMemory(TrustDomain.DEFAULT, NOW);
        List<X509Certificate> chain = other.issueOwn(
                        KeyAlgorithm.EC_P256, CONTROL, Duration.ofHours(1), Set.of("control.example"))
                .chain();
        assertThatThrownBy(() -> check(List.of(ID), chain)).isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> check(List.of(HOST), chain)).isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> check(List.of(), chain)).isInstanceOf(CertificateException.class);
    }

    @Test
    @DisplayName("R12: a server whose certificate is over is refused")
    void a_certificate_that_is_over_is_refused() {
        InstantSource later = () -> NOW.instant().plus(Duration.ofDays(2));
        assertThatThrownBy(() -> ServerCheck.named(authority.bundle().toPem(), List.of(ID), later)
                        .check(chain(CONTROL)))
                .hasMessageContaining("EXPIRED");
    }

    private void check(List<NameMatch> names, List<X509Certificate> chain) throws CertificateException {
        ServerCheck.named(authority.bundle().toPem(), names, NOW).check(chain);
    }

    private List<X509Certificate> chain(SpiffeId id, String... dns) {
        return authority
                .issueOwn(KeyAlgorithm.EC_P256, id, Duration.ofHours(1), Set.of(dns))
                .chain();
    }
}
