package io.weft.proxy.rehearsal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.TlsParameters.Validation;
import io.weft.proxy.config.TlsParameters.Version;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.testing.Fixture;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlayTest {

    private static final Map<String, Secret> SECRETS = Map.of("ROOTCA", new Secret.Trust("roots"));

    private static TlsParameters parameters(@Nullable CertificateSource certificate, @Nullable TrustSource trust) {
        return new TlsParameters(
                Version.TLS_1_3,
                Version.TLS_1_3,
                List.of(),
                List.of("X25519"),
                List.of("istio"),
                certificate,
                new Validation(
                        trust, List.of(new NameMatch(NameType.URI, new StringMatch.Exact("spiffe://a/b", false)))));
    }

    private static Cluster cluster(String name, Cluster.Protocol protocol, @Nullable TlsParameters tls) {
        return Fixture.cluster(
                name, protocol, tls == null ? null : new UpstreamTls(tls, "name", true, true), List.of());
    }

    private static Snapshot told(Listener listener, Cluster... clusters) {
        Snapshot all = Fixture.snapshot(listener, clusters);
        return new Snapshot(1, all.listeners(), all.clusters(), all.routes(), SECRETS);
    }

    private static Listener listening(@Nullable TlsParameters tls) {
        return Fixture.listener(
                Listener.Inspection.NONE,
                new FilterChain(
                        "chain",
                        FilterChainMatch.ANY,
                        tls == null ? null : new DownstreamTls(tls, false, DownstreamTls.DEFAULT_HANDSHAKE_TIMEOUT),
                        List.of(),
                        Fixture.tcp("a")));
    }

    private static final TlsParameters MUTUAL =
            parameters(new CertificateSource.Named("default"), new TrustSource.Named("ROOTCA"));

    private static FilterChain chain(Snapshot snapshot, String listener) {
        return requireNonNull(snapshot.listeners().get(listener)).chains().getFirst();
    }

    private static Listener routing() {
        return Fixture.listener(
                Listener.Inspection.NONE, Fixture.chain(Fixture.manager(Fixture.routes(Fixture.forwardTo("a"))), null));
    }

    @Test
    void mutual_tls_is_rehearsed_with_the_identity_and_the_parameters_of_the_configuration() {
        Play play = Play.of(told(listening(null), cluster("a", Cluster.Protocol.HTTP1, MUTUAL)));
        Snapshot whole = play.whole(4711);
        UpstreamTls client =
                requireNonNull(whole.clusters().values().iterator().next().tls());
        DownstreamTls server = requireNonNull(chain(whole, Play.EXIT).tls());
        TlsParameters here = client.parameters();
        assertThat(here.certificate()).isEqualTo(MUTUAL.certificate());
        assertThat(here.validation())
                .as("of any name")
                .isEqualTo(new Validation(MUTUAL.validation().trust(), List.of()));
        assertThat(here.groups()).isEqualTo(MUTUAL.groups());
        assertThat(here.min()).isEqualTo(Version.TLS_1_3);
        assertThat(here.alpn()).containsExactly("http/1.1");
        assertThat(client.autoSni() || client.autoSanValidation()).isFalse();
        assertThat(server.parameters()).isEqualTo(here);
        assertThat(server.requireClientCertificate()).isTrue();
        assertThat(whole.secrets()).isEqualTo(SECRETS);
        assertThat(chain(whole, Play.ENTRY).tls()).isNull();
    }

    @Test
    void where_only_listeners_have_an_identity_it_is_theirs() {
        assertThat(Play.of(told(listening(MUTUAL), cluster("a", Cluster.Protocol.HTTP1, null)))
                        .tls())
                .isEqualTo(MUTUAL);
    }

    @Test
    void without_certificate_and_roots_in_one_place_plain_tcp_is_rehearsed() {
        TlsParameters simple = parameters(null, new TrustSource.Named("ROOTCA"));
        TlsParameters server = parameters(new CertificateSource.Named("default"), null);
        Play play = Play.of(told(listening(server), cluster("a", Cluster.Protocol.HTTP1, simple)));
        assertThat(play.tls()).isNull();
        Snapshot whole = play.whole(4711);
        assertThat(whole.clusters().values()).allMatch(cluster -> cluster.tls() == null);
        assertThat(whole.listeners().values()).flatMap(Listener::chains).allMatch(chain -> chain.tls() == null);
    }

    @Test
    void http2_is_rehearsed_where_a_route_leads_to_a_cluster_that_may_be_spoken_to_so() {
        Cluster controlPlane = cluster("xds", Cluster.Protocol.HTTP2, MUTUAL);
        assertThat(Play.of(told(listening(null), cluster("a", Cluster.Protocol.HTTP2, MUTUAL)))
                        .paths())
                .as("raw TCP goes there")
                .hasSize(1);
        for (Cluster.Protocol protocol : Cluster.Protocol.values()) {
            Play play = Play.of(told(routing(), cluster("a", protocol, MUTUAL), controlPlane));
            boolean expected = protocol == Cluster.Protocol.HTTP2 || protocol == Cluster.Protocol.ALPN;
            assertThat(play.paths()).as(protocol.name()).hasSize(expected ? 2 : 1);
            assertThat(play.whole(4711).clusters().values())
                    .as(protocol.name())
                    .extracting(Cluster::protocol)
                    .hasSize(play.paths().size())
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void nothing_of_it_is_open_to_other_machines_or_takes_a_port_that_somebody_wants() {
        Play play = new Play(SECRETS, MUTUAL, true);
        assertThat(play.whole(4711).listeners().values())
                .extracting(Listener::address)
                .containsOnly(new Address.Socket("127.0.0.1", 0));
        assertThat(play.exit().listeners()).containsOnlyKeys(Play.EXIT);
    }
}
