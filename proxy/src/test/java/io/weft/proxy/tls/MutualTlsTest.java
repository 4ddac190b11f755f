package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.tls.Handshakes.Client;
import io.weft.proxy.tls.Handshakes.End;
import io.weft.proxy.tls.Handshakes.Server;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** BoringSSL on both sides, over sockets. */
class MutualTlsTest {
    private static final TrustDomain DOMAIN = TrustDomain.DEFAULT;

    private final Authority authority = Authority.inMemory(DOMAIN, InstantSource.system());
    private final TlsContexts server = TlsContexts.of(Configs.mesh(authority, "server"));
    private final TlsContexts client = TlsContexts.of(Configs.mesh(authority, "client"));
    private final Handshakes handshakes = new Handshakes();

    @AfterEach
    void release() throws Exception {
        handshakes.close();
        server.close();
        client.close();
    }

    @Test
    @DisplayName("T-13, T-18: both ends know each other, TLS 1.3 with X25519MLKEM768")
    void two_workloads_of_one_mesh_speak_and_know_each_other() throws Exception {
        try (Server serving = serve(Configs.strict());
                Client dialled = dial(
                        serving, Configs.upstream("outbound_.80_._.server.shop.svc.cluster.local", uri("server")))) {
            End here = dialled.await();
            End there = serving.end();

            assertThat(here.why()).isEmpty();
            assertThat(dialled.echo("hello")).isEqualTo("hello");
            TlsSession ours = client.session(here.handler());
            assertThat(ours.version()).isEqualTo("TLSv1.3");
            assertThat(ours.group()).isEqualTo("X25519MLKEM768");
            assertThat(ours.peer()).extracting(PeerCertificate::id).hasToString(Configs.id(DOMAIN, "server"));
            assertThat(ours.localId()).hasToString(Configs.id(DOMAIN, "client"));
            TlsSession theirs = server.session(there.handler());
            assertThat(theirs.serverName()).isEqualTo("outbound_.80_._.server.shop.svc.cluster.local");
            assertThat(theirs.peer()).extracting(PeerCertificate::id).hasToString(Configs.id(DOMAIN, "client"));
            assertThat(theirs.localId()).hasToString(Configs.id(DOMAIN, "server"));
        }
    }

    @Test
    @DisplayName("G1, T-18: the right address with the wrong service account")
    void a_server_with_another_spiffe_id_is_refused_within_the_handshake() throws Exception {
        try (Server serving = serve(Configs.strict());
                Client dialled = dial(serving, Configs.upstream("", uri("someone-else")))) {
            assertThat(dialled.await().why()).contains("OTHER_ID").contains(Configs.id(DOMAIN, "server"));
            assertThat(serving.end().ok()).isFalse();
            assertThat(serving.applicationBytes()).isZero();
        }
    }

    @Test
    @DisplayName("G1: names of clients are checked too")
    void a_client_with_another_spiffe_id_is_refused_within_the_handshake() throws Exception {
        try (Server serving = serve(Configs.strict(uri("someone-else")));
                Client _ = dial(serving, Configs.upstream("", uri("server")))) {
            assertThat(serving.end().why()).contains("OTHER_ID").contains(Configs.id(DOMAIN, "client"));
            assertThat(serving.applicationBytes()).isZero();
        }
    }

    private static NameMatch uri(String name) {
        return Configs.uri(Configs.id(DOMAIN, name));
    }

    private Server serve(DownstreamTls tls) throws InterruptedException {
        return handshakes.serve(channel -> server.newServerHandler(tls, channel.alloc()));
    }

    private Client dial(Server to, UpstreamTls tls) throws InterruptedException {
        return handshakes.dial(to.port(), channel -> client.newClientHandler(tls, channel.alloc(), null));
    }
}
