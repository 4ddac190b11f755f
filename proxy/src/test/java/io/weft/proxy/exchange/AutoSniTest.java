package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clusters whose server name is the request's authority (Envoy's {@code auto_sni} and {@code auto_san_validation}). */
@Timeout(60)
class AutoSniTest {

    private static final Authority AUTHORITY = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());

    private static Map<String, Secret> secrets(String name, String... dnsNames) {
        X509Svid svid = AUTHORITY.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(TrustDomain.DEFAULT, "shop", name),
                Duration.ofHours(1),
                Set.of(dnsNames));
        return Map.of(
                "default",
                new Secret.Certificate(svid.chainPem(), svid.keyPem()),
                "ROOTCA",
                new Secret.Trust(AUTHORITY.bundle().toPem()));
    }

    private static TlsParameters parameters(String... alpn) {
        return new TlsParameters(
                TlsParameters.Version.TLS_1_2,
                TlsParameters.Version.TLS_1_3,
                List.of(),
                List.of(),
                List.of(alpn),
                new TlsParameters.CertificateSource.Named("default"),
                new TlsParameters.Validation(new TlsParameters.TrustSource.Named("ROOTCA"), List.of()));
    }

    private static FilterChain answering(String serverName) {
        var match = new FilterChainMatch(
                null,
                List.of(),
                serverName.isEmpty() ? List.of() : List.of(serverName),
                null,
                List.of(),
                List.of(),
                FilterChainMatch.SourceType.ANY,
                List.of(),
                List.of());
        return new FilterChain(
                serverName,
                match,
                new DownstreamTls(parameters("h2", "http/1.1"), false, Duration.ofSeconds(5)),
                List.of(),
                Fixture.manager(Fixture.routes(new Route.Respond(200, "for " + serverName))));
    }

    private static Snapshot there() {
        Snapshot plain = Fixture.snapshot(Fixture.listener(
                new Listener.Inspection(true, false, Duration.ofSeconds(5), false),
                answering("a.shop"),
                answering("b.shop"),
                answering("")));
        return new Snapshot(1, plain.listeners(), plain.clusters(), Map.of(), secrets("server", "a.shop", "b.shop"));
    }

    private static Snapshot here(int port, Cluster.Protocol protocol, boolean sni, boolean san) {
        UpstreamTls tls = new UpstreamTls(
                parameters(protocol == Cluster.Protocol.HTTP2 ? "h2" : "http/1.1"), "fixed.shop", sni, san);
        Cluster cluster = Fixture.cluster(
                "peer",
                protocol,
                tls,
                Fixture.cluster("peer", port).endpoints().getFirst().endpoints());
        Snapshot plain = Fixture.http(cluster);
        return new Snapshot(1, plain.listeners(), plain.clusters(), Map.of(), secrets("client"));
    }

    private static String get(String host) {
        return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    @ParameterizedTest
    @EnumSource(
            value = Cluster.Protocol.class,
            names = {"HTTP1", "HTTP2"})
    void the_authority_is_the_server_name_and_a_connection_for_one_name_never_serves_another(Cluster.Protocol protocol)
            throws Exception {
        try (RunningProxy there = new RunningProxy(there());
                RunningProxy here = new RunningProxy(here(there.port(), protocol, true, false));
                Client client = here.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(get("a.shop")).answer().body()).isEqualTo("for a.shop");
                assertThat(client.send(get("B.shop:8080")).answer().body()).isEqualTo("for b.shop");
                assertThat(client.send(get("10.1.2.3")).answer().body())
                        .as("no name")
                        .isEqualTo("for ");
            }
            assertThat(here.traffic("peer").connections()).as("kept by name").isEqualTo(3);
        }
    }

    @Test
    void the_peer_must_be_named_as_the_authority_where_that_is_asked_for() throws Exception {
        try (RunningProxy there = new RunningProxy(there());
                RunningProxy here = new RunningProxy(here(there.port(), Cluster.Protocol.HTTP1, true, true));
                Client client = here.connect()) {
            assertThat(client.send(get("a.shop")).answer().body()).isEqualTo("for a.shop");
            here.logged();
            assertThat(client.send(get("c.shop")).answer().status()).isEqualTo(503);
            assertThat(here.logged().flags()).containsExactly(ResponseFlag.UF);
            assertThat(client.send(get("b.shop")).answer().body()).isEqualTo("for b.shop");
        }
    }

    @Test
    void the_peer_is_verified_by_the_authority_though_the_server_name_is_fixed() throws Exception {
        try (RunningProxy there = new RunningProxy(there());
                RunningProxy here = new RunningProxy(here(there.port(), Cluster.Protocol.HTTP1, false, true));
                Client client = here.connect()) {
            assertThat(client.send(get("a.shop")).answer().body())
                    .as("fixed.shop has no chain of its own")
                    .isEqualTo("for ");
            assertThat(client.send(get("c.shop")).answer().status()).isEqualTo(503);
        }
    }
}
