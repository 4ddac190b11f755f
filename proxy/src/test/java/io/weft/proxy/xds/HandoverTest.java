package io.weft.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HandoverTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Secret ROOTS = new Secret.Trust("a");

    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, () -> NOW);
    private final Secret first = certificate();
    private final Secret second = certificate();
    private final Map<String, Secret> opened = Map.of("default", first, "ROOTCA", ROOTS);

    @Test
    void a_stream_whose_credentials_are_the_same_stays() {
        assertThat(decide(Map.of("default", first, "ROOTCA", ROOTS, "other", second), 0.5))
                .isEqualTo(new Handover.Keep());
    }

    @Test
    void a_renewed_certificate_is_used_when_the_one_before_is_nearly_over() {
        Map<String, Secret> renewed = Map.of("default", second, "ROOTCA", ROOTS);
        assertThat(decide(renewed, 0)).isEqualTo(new Handover.Move(Duration.ofMinutes(45)));
        assertThat(decide(renewed, 1)).isEqualTo(new Handover.Move(Duration.ofMinutes(54)));
        assertThat(Handover.decide(opened, renewed, NOW.plus(Duration.ofHours(2)), 0.5))
                .isEqualTo(new Handover.Move(Duration.ZERO));
    }

    @Test
    void changed_roots_are_used_within_seconds_whatever_else_has_changed() {
        Secret both = new Secret.Trust("a and b");
        assertThat(decide(Map.of("default", first, "ROOTCA", both), 0.5))
                .isEqualTo(new Handover.Move(Duration.ofSeconds(5)));
        assertThat(decide(Map.of("default", second, "ROOTCA", both), 0.5))
                .isEqualTo(new Handover.Move(Duration.ofSeconds(5)));
    }

    @Test
    void what_is_withdrawn_ends_the_stream() {
        assertThat(decide(Map.of("ROOTCA", new Secret.Trust("b")), 0.5)).isEqualTo(new Handover.End());
    }

    private Handover decide(Map<String, Secret> current, double roll) {
        return Handover.decide(opened, current, NOW, roll);
    }

    private Secret certificate() {
        X509Svid svid = authority.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart"),
                Duration.ofHours(1),
                Set.of());
        return new Secret.Certificate(svid.chainPem(), svid.keyPem());
    }
}
