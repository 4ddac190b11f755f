package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.TlsParameters.Validation;
import io.weft.proxy.config.TlsParameters.Version;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.tls.Forge.Made;
import io.weft.proxy.tls.Handshakes.Client;
import io.weft.proxy.tls.Handshakes.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our BoringSSL against the JDK's TLS and against OpenSSL. */
class ForeignPeerTest {
    private static final char[] PASSWORD = "test".toCharArray();

    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private final X509Svid foreign = Configs.svid(authority, "foreign");
    private final TlsContexts ours = TlsContexts.of(Configs.mesh(authority, "ours"));
    private final Handshakes handshakes = new Handshakes();

    @AfterEach
    void release() {
        handshakes.close();
        ours.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_jdk_client_of_the_mesh_is_served_and_known(String version) throws Exception {
        SSLContext jdk = jdk(foreign.chain(), foreign.key(), authority.root());
        try (Server serving = serve();
                SSLSocket socket = connect(jdk, serving, version)) {
            assertThat(echo(socket)).isEqualTo("hello");
            assertThat(ours.session(serving.end().handler()).peer())
                    .extracting(PeerCertificate::id)
                    .hasToString(foreign.id().toString());
        }
    }

    @Test
    void a_jdk_server_of_the_mesh_is_dialled_and_known() throws Exception {
        SSLContext jdk = jdk(foreign.chain(), foreign.key(), authority.root());
        try (SSLServerSocket listening = listen(jdk)) {
            CompletableFuture<Void> serving = echoOnce(listening);
            try (Client client = dial(
                    listening.getLocalPort(),
                    Configs.upstream("", Configs.uri(foreign.id().toString())))) {
                assertThat(client.echo("hello")).isEqualTo("hello");
                assertThat(ours.session(client.await().handler()).peer()).isNotNull();
            }
            serving.get(Handshakes.SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    @DisplayName("G1, G2: an RSA server outside the mesh, verified by DNS name only")
    void a_server_from_a_bootstrap_file_is_verified_by_its_dns_name() throws Exception {
        Made root = Forge.authority("CN=public").signedBy(null);
        Made server = Forge.leaf(Forge.dns("*.example.com"))
                .rsa(2048, "SHA256withECDSA")
                .signedBy(root);
        SSLContext jdk = jdk(server.chain(), server.keys().getPrivate(), root.certificate());
        for (Map.Entry<String, Boolean> expected :
                Map.of("a.example.com", true, "a.b.example.com", false).entrySet()) {
            UpstreamTls tls = new UpstreamTls(
                    Configs.parameters(
                            Version.TLS_1_2,
                            Version.TLS_1_3,
                            List.of(),
                            null,
                            new Validation(
                                    new TrustSource.Inline(root.trust()), List.of(Configs.dns(expected.getKey())))),
                    "a.example.com",
                    false,
                    false);
            try (SSLServerSocket listening = listen(jdk)) {
                CompletableFuture<Void> serving = echoOnce(listening);
                try (Client client = dial(listening.getLocalPort(), tls)) {
                    assertThat(client.await().ok()).as(expected.getKey()).isEqualTo(expected.getValue());
                }
                serving.get(Handshakes.SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    @DisplayName("F7")
    void a_client_that_was_let_in_once_cannot_resume_past_a_change_of_trust() throws Exception {
        SSLContext jdk = jdk(foreign.chain(), foreign.key(), authority.root());
        try (Server serving = serve()) {
            for (String version : List.of("TLSv1.3", "TLSv1.2")) {
                try (SSLSocket socket = connect(jdk, serving, version)) {
                    assertThat(echo(socket)).isEqualTo("hello");
                }
            }
            Authority other = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
            ours.update(Configs.snapshot(Map.of(
                    Configs.OWN,
                    Configs.secret(Configs.svid(authority, "ours")),
                    Configs.ROOTS,
                    Configs.roots(other))));
            for (String version : List.of("TLSv1.3", "TLSv1.2")) {
                serving.expectAnother();
                assertThatThrownBy(() -> {
                            try (SSLSocket socket = connect(jdk, serving, version)) {
                                echo(socket);
                            }
                        })
                        .isInstanceOf(IOException.class);
                assertThat(serving.end().why()).contains("UNTRUSTED_ISSUER");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-tls1_1 -cipher ALL:@SECLEVEL=0",
                "-tls1 -cipher ALL:@SECLEVEL=0",
                "-tls1_2 -cipher AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0",
                "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0",
                "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0",
                "-groups P-521"
            })
    @DisplayName("F12")
    void what_is_weak_or_not_offered_is_refused(String options, @TempDir Path folder) throws Exception {
        try (Server serving = serve()) {
            assertThat(openssl(folder, serving, options, "")).contains("Cipher is (NONE)");
            assertThat(serving.end().ok()).isFalse();
        }
    }

    @Test
    @DisplayName("F12: no compression, no ticket, forward secrecy")
    void openssl_is_served_with_tls_1_3(@TempDir Path folder) throws Exception {
        try (Server serving = serve()) {
            String seen = openssl(folder, serving, "-tls1_3", "");
            assertThat(serving.end().why()).isEmpty();
            assertThat(seen).contains("Compression: NONE").doesNotContain("session ticket:");
        }
    }

    @Test
    @DisplayName("F6: renegotiation by the client")
    void renegotiation_is_refused(@TempDir Path folder) throws Exception {
        try (Server serving = serve()) {
            String seen = openssl(folder, serving, "-tls1_2", "R\n");
            assertThat(serving.end().why()).isEmpty();
            assertThat(seen.toLowerCase(java.util.Locale.ROOT)).contains("no renegotiation");
        }
    }

    private Server serve() throws InterruptedException {
        return handshakes.serve(channel -> ours.newServerHandler(Configs.strict(), channel.alloc()));
    }

    private Client dial(int port, UpstreamTls tls) throws InterruptedException {
        return handshakes.dial(port, channel -> ours.newClientHandler(tls, channel.alloc(), null));
    }

    private String openssl(Path folder, Server to, String options, String input) throws Exception {
        Path chain = Files.writeString(folder.resolve("chain.pem"), foreign.chainPem());
        Path key = Files.writeString(folder.resolve("key.pem"), foreign.keyPem());
        Path roots = Files.writeString(
                folder.resolve("roots.pem"), authority.bundle().toPem());
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + to.port(),
                "-cert",
                chain.toString(),
                "-key",
                key.toString(),
                "-CAfile",
                roots.toString()));
        command.addAll(List.of(options.split(" ")));
        Path output = folder.resolve("output");
        Path typed = Files.writeString(folder.resolve("typed"), input);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(typed.toFile())
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(Handshakes.SECONDS, TimeUnit.SECONDS)).isTrue();
            return Files.readString(output, StandardCharsets.ISO_8859_1);
        } finally {
            process.destroyForcibly();
        }
    }

    private static SSLContext jdk(List<X509Certificate> chain, PrivateKey key, X509Certificate root)
            throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", key, PASSWORD, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, PASSWORD);
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", root);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    private static SSLSocket connect(SSLContext jdk, Server to, String version) throws IOException {
        SSLSocket socket = (SSLSocket) jdk.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), to.port());
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(Handshakes.SECONDS));
        socket.setEnabledProtocols(new String[] {version});
        return socket;
    }

    private static String echo(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
    }

    private static SSLServerSocket listen(SSLContext jdk) throws IOException {
        return (SSLServerSocket)
                jdk.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /** Echoes one read of one connection; a client that leaves early is no failure. */
    private static CompletableFuture<Void> echoOnce(SSLServerSocket listening) {
        return CompletableFuture.runAsync(() -> {
            try (var socket = listening.accept()) {
                byte[] buffer = new byte[64];
                int count = socket.getInputStream().read(buffer);
                socket.getOutputStream().write(buffer, 0, Math.max(count, 0));
            } catch (IOException e) {
                assertThat(e).isNotNull();
            }
        });
    }
}
