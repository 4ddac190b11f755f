package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.TlsParameters.Validation;
import io.weft.proxy.config.TlsParameters.Version;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.tls.Handshakes.Client;
import io.weft.proxy.tls.Handshakes.End;
import io.weft.proxy.tls.Handshakes.Server;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
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

    @Test
    @DisplayName("F11: plaintext to a strict port")
    void plaintext_is_refused_before_any_byte_is_passed_on() throws Exception {
        try (Server serving = serve(Configs.strict());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), serving.port())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(serving.end().why()).contains("NotSslRecordException");
            assertThat(serving.applicationBytes()).isZero();
        }
    }

    @Test
    @DisplayName("F11: TLS without client certificate")
    void a_client_without_certificate_is_refused_by_a_strict_server() throws Exception {
        try (Server serving = serve(Configs.strict());
                Client _ = dial(serving, anonymous())) {
            assertThat(serving.end().ok()).isFalse();
            assertThat(serving.applicationBytes()).isZero();
        }
    }

    @Test
    @DisplayName("T-02: certificate asked for, not demanded")
    void a_client_without_certificate_is_served_and_nobody_where_none_is_demanded() throws Exception {
        try (Server serving = serve(new DownstreamTls(
                        Configs.parameters(List.of()), false, DownstreamTls.DEFAULT_HANDSHAKE_TIMEOUT));
                Client dialled = dial(serving, anonymous())) {
            assertThat(dialled.echo("hello")).isEqualTo("hello");
            assertThat(server.session(serving.end().handler()).peer()).isNull();
        }
    }

    @Test
    @DisplayName("F11: client certificate from another trust domain")
    void a_client_of_another_trust_domain_is_refused() throws Exception {
        Authority elsewhere = Authority.inMemory(new TrustDomain("elsewhere"), InstantSource.system());
        TlsContexts stranger = TlsContexts.of(Configs.snapshot(Map.of(
                Configs.OWN,
                Configs.secret(Configs.svid(elsewhere, "client")),
                Configs.ROOTS,
                Configs.roots(authority))));
        try (stranger;
                Server serving = serve(Configs.strict());
                Client _ = handshakes.dial(
                        serving.port(),
                        channel -> stranger.newClientHandler(Configs.upstream(""), channel.alloc(), null))) {
            assertThat(serving.end().why()).contains("UNKNOWN_TRUST_DOMAIN");
            assertThat(serving.applicationBytes()).isZero();
        }
    }

    @Test
    @DisplayName("T-04: the server's order decides")
    void the_first_protocol_of_the_servers_list_that_is_offered_is_chosen() throws Exception {
        DownstreamTls serves = new DownstreamTls(
                Configs.parameters(List.of("istio-h2", "h2", "http/1.1")),
                true,
                DownstreamTls.DEFAULT_HANDSHAKE_TIMEOUT);
        UpstreamTls offers = new UpstreamTls(Configs.parameters(List.of("http/1.1", "istio", "h2")), "", false, false);
        try (Server serving = serve(serves);
                Client dialled = dial(serving, offers)) {
            assertThat(client.session(dialled.await().handler()).alpn()).isEqualTo("h2");
            assertThat(server.session(serving.end().handler()).alpn()).isEqualTo("h2");
        }
    }

    @Test
    void without_a_common_protocol_the_handshake_succeeds_and_none_is_chosen() throws Exception {
        DownstreamTls serves =
                new DownstreamTls(Configs.parameters(List.of("h2")), true, DownstreamTls.DEFAULT_HANDSHAKE_TIMEOUT);
        UpstreamTls offers = new UpstreamTls(Configs.parameters(List.of("http/1.1")), "", false, false);
        try (Server serving = serve(serves);
                Client dialled = dial(serving, offers)) {
            assertThat(client.session(dialled.await().handler()).alpn()).isNull();
        }
    }

    @Test
    @DisplayName("T-05: TLS 1.2 where one side has nothing newer")
    void tls_1_2_has_forward_secrecy_and_authenticated_encryption() throws Exception {
        TlsParameters old = Configs.parameters(
                Version.TLS_1_2,
                Version.TLS_1_2,
                List.of(),
                new CertificateSource.Named(Configs.OWN),
                new Validation(new TrustSource.Named(Configs.ROOTS), List.of(uri("server"))));
        try (Server serving = serve(Configs.strict());
                Client dialled = dial(serving, new UpstreamTls(old, "", false, false))) {
            assertThat(dialled.echo("hello")).isEqualTo("hello");
            TlsSession session = client.session(dialled.await().handler());
            assertThat(session.version()).isEqualTo("TLSv1.2");
            assertThat(session.cipher()).contains("ECDHE_ECDSA").contains("GCM");
            assertThat(session.peer()).isNotNull();
        }
    }

    @Test
    void nothing_is_kept_of_connections_whose_handshake_failed_or_never_began() throws Exception {
        try (Server serving = serve(Configs.strict());
                Client dialled = dial(serving, Configs.upstream("", uri("someone-else")));
                Socket silent = new Socket(InetAddress.getLoopbackAddress(), serving.port())) {
            dialled.await();
            serving.end();
            silent.shutdownOutput();
        }
        handshakes.settle();
        assertThat(server.handshaking()).isZero();
        assertThat(client.handshaking()).isZero();
    }

    private static UpstreamTls anonymous() {
        return new UpstreamTls(
                Configs.parameters(
                        Version.TLS_1_2,
                        Version.TLS_1_3,
                        List.of(),
                        null,
                        new Validation(new TrustSource.Named(Configs.ROOTS), List.of(uri("server")))),
                "",
                false,
                false);
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
