package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.Validation;
import io.weft.proxy.config.TlsParameters.Version;
import io.weft.proxy.config.UpstreamTls;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TlsContextsTest {
    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private final Secret own = Configs.secret(Configs.svid(authority, "a"));
    private final Secret roots = Configs.roots(authority);

    @Test
    void a_thousand_clusters_with_one_secret_share_one_context() {
        Map<String, Cluster> clusters = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            UpstreamTls tls =
                    Configs.upstream("outbound_.80_._.s" + i, Configs.uri("spiffe://cluster.local/ns/shop/sa/s" + i));
            clusters.put("c" + i, cluster("c" + i, tls));
        }
        Snapshot snapshot =
                new Snapshot(1, Map.of(), clusters, Map.of(), Map.of(Configs.OWN, own, Configs.ROOTS, roots));
        try (TlsContexts contexts = TlsContexts.of(snapshot)) {
            assertThat(contexts.size()).isEqualTo(1);
        }
    }

    @Test
    void a_context_that_no_configuration_asks_for_is_let_go() throws Exception {
        Snapshot mesh = Configs.mesh(authority, "a");
        try (TlsContexts contexts = TlsContexts.of(mesh)) {
            var handler = contexts.newServerHandler(Configs.strict(), ByteBufAllocator.DEFAULT);
            ReferenceCountUtil.release(handler.engine());
            assertThat(contexts.size()).isEqualTo(1);
            contexts.update(mesh);
            assertThat(contexts.size()).isZero();
        }
    }

    @Test
    @DisplayName("fail closed: nothing delivered yet")
    void without_its_secret_a_connection_is_refused_with_the_name_of_what_is_missing() {
        try (TlsContexts contexts = TlsContexts.of(Snapshot.EMPTY)) {
            assertThatThrownBy(() -> contexts.newServerHandler(Configs.strict(), ByteBufAllocator.DEFAULT))
                    .isInstanceOf(TlsUnavailable.class)
                    .hasMessageContaining("'default'");
            contexts.update(Configs.snapshot(Map.of(Configs.OWN, own)));
            assertThatThrownBy(() -> contexts.newClientHandler(Configs.upstream("a"), ByteBufAllocator.DEFAULT, null))
                    .isInstanceOf(TlsUnavailable.class)
                    .hasMessageContaining("'ROOTCA'");
        }
    }

    @Test
    void a_secret_of_the_wrong_kind_or_without_sense_is_refused() {
        try (TlsContexts contexts =
                TlsContexts.of(Configs.snapshot(Map.of(Configs.OWN, roots, Configs.ROOTS, roots)))) {
            assertUnavailable(contexts, Configs.strict(), "expected a certificate");
            contexts.update(Configs.snapshot(
                    Map.of(Configs.OWN, new Secret.Certificate("no pem", "no key"), Configs.ROOTS, roots)));
            assertUnavailable(contexts, Configs.strict(), "no CERTIFICATE block");
            Secret.Certificate crossed = new Secret.Certificate(
                    ((Secret.Certificate) own).chainPem(),
                    Configs.secret(Configs.svid(authority, "b")).keyPem());
            contexts.update(Configs.snapshot(Map.of(Configs.OWN, crossed, Configs.ROOTS, roots)));
            assertUnavailable(contexts, Configs.strict(), "not the key of the leaf");
        }
    }

    @Test
    @DisplayName("R10: at expiry new handshakes are refused, there is no grace")
    void an_own_certificate_that_has_expired_is_not_presented() {
        Instant later = Instant.now().plus(Duration.ofHours(2));
        try (TlsContexts contexts = TlsContexts.of(Configs.mesh(authority, "a"), () -> later)) {
            assertUnavailable(contexts, Configs.strict(), "own certificate is valid from");
        }
    }

    @Test
    void demanding_a_client_certificate_without_roots_is_refused() {
        DownstreamTls tls = Configs.downstream(
                Configs.parameters(
                        Version.TLS_1_2,
                        Version.TLS_1_3,
                        List.of(),
                        new TlsParameters.CertificateSource.Named(Configs.OWN),
                        Validation.NONE),
                true);
        try (TlsContexts contexts = TlsContexts.of(Configs.mesh(authority, "a"))) {
            assertUnavailable(contexts, tls, "no roots");
        }
    }

    @Test
    @DisplayName("F12")
    void ciphers_without_forward_secrecy_cannot_be_configured() {
        for (String cipher : List.of("AES128-SHA", "ECDHE-RSA-AES128-SHA", "DES-CBC3-SHA", "AES128-GCM-SHA256")) {
            DownstreamTls tls = Configs.downstream(
                    new TlsParameters(
                            Version.TLS_1_2,
                            Version.TLS_1_3,
                            List.of("[ECDHE-ECDSA-AES128-GCM-SHA256|" + cipher + "]"),
                            List.of(),
                            List.of(),
                            new TlsParameters.CertificateSource.Named(Configs.OWN),
                            Validation.NONE),
                    false);
            try (TlsContexts contexts = TlsContexts.of(Configs.mesh(authority, "a"))) {
                assertUnavailable(contexts, tls, cipher);
            }
        }
    }

    @Test
    @DisplayName("F9")
    void an_authority_that_is_no_name_is_not_sent_and_never_taken_for_a_verified_one() {
        UpstreamTls tls = new UpstreamTls(Configs.parameters(List.of()), "", true, true);
        try (TlsContexts contexts = TlsContexts.of(Configs.mesh(authority, "a"))) {
            assertThatThrownBy(() ->
                            contexts.newClientHandler(tls, ByteBufAllocator.DEFAULT, "a".repeat(300) + ".example"))
                    .isInstanceOf(TlsUnavailable.class);
            assertThatThrownBy(() -> contexts.newClientHandler(tls, ByteBufAllocator.DEFAULT, null))
                    .isInstanceOf(TlsUnavailable.class);
        }
        assertThat(ServerNames.sendable("a".repeat(300))).isEmpty();
        assertThat(ServerNames.sendable("10.0.0.1")).isEmpty();
        assertThat(ServerNames.sendable("a\u0000b")).isEmpty();
        assertThat(ServerNames.sendable("outbound_.80_.v1_.a.b.svc.cluster.local"))
                .contains("outbound_.80_.v1_.a.b.svc.cluster.local");
        assertThat(ServerNames.sendable("shop.example.")).contains("shop.example");
        assertThat(ServerNames.host("Shop.example:443")).contains("shop.example");
        assertThat(ServerNames.host("[2001:db8::1]:443")).contains("2001:db8::1");
        assertThat(ServerNames.host(":443")).isEmpty();
    }

    @Test
    void after_close_nothing_is_given_out() {
        TlsContexts contexts = TlsContexts.of(Configs.mesh(authority, "a"));
        contexts.close();
        assertUnavailable(contexts, Configs.strict(), "closing");
    }

    @Test
    void the_certificates_of_all_secrets_can_be_shown() {
        List<CertificateFacts> facts = CertificateFacts.of(Configs.mesh(authority, "a"));
        assertThat(facts).extracting(CertificateFacts::secret).contains("default", "ROOTCA");
        CertificateFacts leaf = facts.stream()
                .filter(fact -> fact.secret().equals("default") && fact.position() == 0)
                .findFirst()
                .orElseThrow();
        assertThat(leaf.kind()).isEqualTo(CertificateFacts.Kind.CHAIN);
        assertThat(leaf.names()).containsExactly("URI:spiffe://cluster.local/ns/shop/sa/a");
        assertThat(leaf.daysLeft(leaf.notAfter().minus(Duration.ofHours(49)))).isEqualTo(2);
        assertThat(leaf.daysLeft(leaf.notAfter().plusSeconds(1))).isZero();
    }

    @Test
    void a_key_that_boringssl_would_not_use_is_refused_when_it_is_delivered_and_not_in_every_handshake() {
        Secret ed25519 = Configs.secret(authority.issueOwn(
                KeyAlgorithm.ED25519,
                SpiffeId.workload(TrustDomain.DEFAULT, "shop", "a"),
                Duration.ofHours(1),
                Set.of()));
        try (TlsContexts contexts =
                TlsContexts.of(Configs.snapshot(Map.of(Configs.OWN, ed25519, Configs.ROOTS, roots)))) {
            assertUnavailable(contexts, Configs.strict(), "Ed25519");
        }
    }

    @Test
    @DisplayName("T-04")
    void the_alpn_names_of_istio_say_what_is_inside() {
        assertThat(IstioAlpn.inside("istio-http/1.1")).contains(IstioAlpn.Inside.HTTP_1);
        assertThat(IstioAlpn.inside("istio-h2")).contains(IstioAlpn.Inside.HTTP_2);
        assertThat(IstioAlpn.inside("h2")).contains(IstioAlpn.Inside.HTTP_2);
        assertThat(IstioAlpn.inside("istio")).contains(IstioAlpn.Inside.TCP);
        assertThat(IstioAlpn.inside("spdy/3")).isEmpty();
        assertThat(IstioAlpn.inside(null)).isEmpty();
        assertThat(IstioAlpn.isMesh(List.of("h2", "http/1.1"))).isFalse();
        assertThat(IstioAlpn.isMesh(List.of("istio-http/1.1", "istio", "http/1.1")))
                .isTrue();
    }

    private static void assertUnavailable(TlsContexts contexts, DownstreamTls tls, String reason) {
        assertThatThrownBy(() -> contexts.newServerHandler(tls, ByteBufAllocator.DEFAULT))
                .isInstanceOf(TlsUnavailable.class)
                .hasMessageContaining(reason);
    }

    private static Cluster cluster(String name, UpstreamTls tls) {
        return new Cluster(
                name,
                new Cluster.Discovery.Static(),
                List.of(),
                new Cluster.LoadBalancing.RoundRobin(),
                Cluster.Spread.DEFAULT,
                Cluster.Protocol.HTTP1,
                Cluster.DEFAULT_CONNECT_TIMEOUT,
                Cluster.DEFAULT_IDLE_TIMEOUT,
                0,
                Duration.ZERO,
                Cluster.Limits.DEFAULT,
                List.of(),
                tls,
                List.of(),
                Cluster.DEFAULT_BUFFER_LIMIT);
    }
}
