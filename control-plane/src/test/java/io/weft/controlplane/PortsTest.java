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
import io.weft.certs.service.CertificateService;
import io.weft.certs.service.CreateCertificateRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
