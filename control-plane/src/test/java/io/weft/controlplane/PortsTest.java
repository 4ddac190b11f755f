package io.weft.controlplane;

import static io.weft.controlplane.TestMesh.service;
import static io.weft.controlplane.TestProxy.node;
import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.weft.certs.identity.RootPin;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.Verification;
import io.weft.certs.service.CertificateService;
import io.weft.certs.service.CreateCertificateRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which port answers whom with what. */
class PortsTest {
    private TestMesh mesh;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        mesh = TestMesh.in(folder);
    }

    @AfterEach
    void stop() throws InterruptedException {
        mesh.close();
    }

    @Test
    void the_secure_port_does_not_speak_plaintext() throws IOException {
        assertThat(mesh.controlPlane().plaintextAddress()).isEmpty();
        TestProxy proxy =
                TestProxy.connect(mesh.plaintextChannel(mesh.controlPlane().secureAddress()), node("shop", "cart-0"));
        assertThat(proxy.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void the_secure_port_shows_its_root_to_who_knows_only_the_fingerprint() throws Exception {
        List<X509Certificate> chain = new ArrayList<>();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Remembering(chain)}, null);
        InetSocketAddress address = mesh.controlPlane().secureAddress();
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
            socket.startHandshake();
        }
        var pin = new RootPin(TestMesh.TRUST_DOMAIN, mesh.authority().rootFingerprint());
        assertThat(pin.verify(chain, SpiffeId.controlPlane(TestMesh.TRUST_DOMAIN), Instant.now()))
                .isInstanceOf(Verification.Verified.class);
    }

    @Test
    void a_client_that_knows_no_spiffe_verifies_the_secure_port_by_the_address_it_dialled() throws Exception {
        InetSocketAddress address = mesh.controlPlane().secureAddress();
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", mesh.authority().root());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        for (String name : List.of("127.0.0.1", "localhost")) {
            try (Socket plain = new Socket(address.getAddress(), address.getPort());
                    SSLSocket socket =
                            (SSLSocket) context.getSocketFactory().createSocket(plain, name, address.getPort(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                assertThat(socket.getSession().isValid()).as(name).isTrue();
            }
        }
    }

    @Test
    void a_port_on_all_addresses_is_known_by_each_that_can_be_dialled_from_elsewhere() {
        assertThat(LocalAddresses.of(ListenAddress.parse("127.0.0.9:0")))
                .containsExactly(InetAddress.ofLiteral("127.0.0.9"));
        assertThat(LocalAddresses.of(ListenAddress.parse(":0")))
                .contains(InetAddress.ofLiteral("127.0.0.1"))
                .noneMatch(InetAddress::isLinkLocalAddress)
                .noneMatch(InetAddress::isAnyLocalAddress);
    }

    /** Takes any server's word, and keeps its chain. */
    private static final class Remembering extends X509ExtendedTrustManager {
        private final List<X509Certificate> chain;

        Remembering(List<X509Certificate> chain) {
            this.chain = chain;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type) {
            chain.addAll(List.of(shown));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, Socket socket) {
            chain.addAll(List.of(shown));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, SSLEngine engine) {
            chain.addAll(List.of(shown));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void the_plaintext_port_believes_the_node_but_issues_no_certificates(@TempDir Path folder) throws Exception {
        stop();
        mesh = new TestMesh(folder, true);
        var channel =
                mesh.plaintextChannel(mesh.controlPlane().plaintextAddress().orElseThrow());
        TestProxy proxy = TestProxy.connect(channel, node("shop", "cart-0"));
        proxy.subscribe(CLUSTER);
        proxy.next(CLUSTER);
        assertThat(mesh.get("/debug/syncz").body()).contains("unverified:shop/default");
        StatusRuntimeException refusal = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(
                        channel,
                        CertificateService.CREATE_CERTIFICATE,
                        CallOptions.DEFAULT,
                        new CreateCertificateRequest("", Duration.ZERO)));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @Test
    void the_http_port_shows_readiness_metrics_and_the_mesh() throws Exception {
        assertThat(mesh.get("/ready").statusCode()).isEqualTo(200);
        assertThat(mesh.get("/metrics").body())
                .contains("# TYPE pilot_xds gauge", "citadel_server_root_cert_expiry_timestamp", "pilot_xds_pushes");
        assertThat(mesh.get("/debug/nothing").statusCode()).isEqualTo(404);

        mesh.restart(() -> {
            mesh.write("cart.yaml", service("shop", "cart", "10.0.0.1"));
            mesh.write("bad.yaml", "kind: [");
        });
        HttpResponse<String> config = mesh.get("/debug/configz");
        assertThat(config.body())
                .contains("\"Service shop/cart\": {", "bad.yaml", "\"trustDomain\": \"cluster.local\"");
        assertThat(config.headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void the_http_port_changes_nothing_and_shows_debug_pages_to_this_machine_only() throws Exception {
        HttpRequest post = HttpRequest.newBuilder(mesh.page("/ready"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(mesh.send(post).statusCode()).isEqualTo(405);
        // A page in a browser whose own name was made to resolve to loopback.
        assertThat(statusWithHost("/debug/syncz", "rebound.example")).startsWith("HTTP/1.1 403");
        assertThat(statusWithHost("/debug/syncz", "localhost")).startsWith("HTTP/1.1 200");
    }

    private String statusWithHost(String path, String host) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                mesh.controlPlane().httpAddress().getPort())) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
