package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * T-17: a pod of the mesh calls nginx, which is outside of it and speaks TLS only, with a certificate of an authority of its own. The
 * application speaks plain HTTP, and a DestinationRule says what its sidecar does for each port.
 */
@Tag("privileged")
class TlsOriginationTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String VIP = "10.96.0.60";
    private static final String HOST = "legacy.example";

    private static final String MESH = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: caller
              namespace: shop
              labels: {app: caller, security.istio.io/tlsMode: istio}
              annotations: {weft.io/addresses: "10.77.1.82, fd77::1:82"}
            spec: {serviceAccountName: caller, nodeName: host1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: legacy, namespace: shop}
            spec:
              clusterIP: 10.96.0.60
              ports:
                - {name: http, port: 80}
                - {name: grpc-mutual, port: 81}
                - {name: http-shows-none, port: 82}
                - {name: tcp, port: 83}
                - {name: http-anyone, port: 84}
                - {name: http-system, port: 85}
                - {name: http-lost, port: 86}
                - {name: http-named, port: 87}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: legacy-1, namespace: shop, labels: {kubernetes.io/service-name: legacy}}
            addressType: IPv4
            ports:
              - {name: http, port: 8443}
              - {name: grpc-mutual, port: 8444}
              - {name: http-shows-none, port: 8444}
              - {name: tcp, port: 8443}
              - {name: http-anyone, port: 8443}
              - {name: http-system, port: 8443}
              - {name: http-lost, port: 8443}
              - {name: http-named, port: 8443}
            endpoints: [{addresses: [10.77.1.81]}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: legacy, namespace: shop}
            spec:
              host: legacy
              trafficPolicy:
                tls: {mode: SIMPLE, caCertificates: {certs}/ca.pem}
                portLevelSettings:
                  - port: {number: 81}
                    tls:
                      mode: MUTUAL
                      clientCertificate: {certs}/client.pem
                      privateKey: {certs}/client.key
                      caCertificates: {certs}/ca.pem
                  - port: {number: 84}
                    tls: {mode: SIMPLE, insecureSkipVerify: true}
                  - port: {number: 85}
                    tls: {mode: SIMPLE}
                  - port: {number: 86}
                    tls: {mode: SIMPLE, caCertificates: {certs}/lost.pem}
                  - port: {number: 87}
                    tls: {mode: SIMPLE, caCertificates: {certs}/ca.pem, sni: legacy.example, subjectAltNames: [another.example]}
            """;

    @TempDir
    private static Path folder;

    private static Path certs;
    private static Lab lab;
    private static Pod caller;
    private static Sidecar sidecar;

    @BeforeAll
    static void open() throws IOException {
        Privileged.require("iptables", "nginx", "openssl");
        lab = Lab.open(1);
        lab.name(HOST, VIP);
        certs = LabFiles.openFolder(lab.folder().resolve("certs"));
        PrivateAuthority.in(certs, "stranger");
        PrivateAuthority.in(certs, "ca")
                .certificate("server", "DNS:" + HOST + ",DNS:legacy.shop.svc.cluster.local")
                .certificate("client", "DNS:caller.example");

        Path files = Files.createDirectory(folder.resolve("mesh"));
        Files.writeString(files.resolve("mesh.yaml"), MESH.replace("{certs}", certs.toString()));
        Mesh mesh = Mesh.start(lab, files, Duration.ofHours(1));
        Workload workload = MeshFiles.read(files).workloads().getFirst();
        caller = lab.pod(workload.pod());
        sidecar = mesh.join(caller, workload);
        assertThat(caller.init().ok()).isTrue();
        TlsOnlyServer.start(lab.pod(PodSpec.numbered("legacy", 1, 81)), certs);
        sidecar.awaitReady(SOON);
    }

    @AfterAll
    static void close() {
        if (lab != null) {
            lab.saveLogs(Path.of("target", "lab-logs", "tls-origination").toAbsolutePath());
            lab.close();
            assertThat(Leftovers.of(lab.name())).isEmpty();
        }
    }

    private static Outcome call(int port, String... arguments) {
        var command = new ArrayList<>(List.of("curl", "-sS", "-m", "5"));
        command.addAll(List.of(arguments));
        command.add("http://" + HOST + ":" + port + "/");
        return caller.run(Account.APPLICATION, command.toArray(String[]::new));
    }

    private static String status(int port, String... arguments) {
        var all = new ArrayList<>(List.of("-o", "/dev/null", "-w", "%{http_code}"));
        all.addAll(List.of(arguments));
        return call(port, all.toArray(String[]::new)).text();
    }

    @Test
    @DisplayName("SIMPLE: the request's host is sent as server name, and the server must have a certificate for it")
    void a_server_of_a_private_authority_is_verified_by_the_name_that_was_asked_for() {
        assertThat(call(80).text()).isEqualTo("HTTP/1.1 sni=legacy.example client=");
        assertThat(status(80, "-H", "Host: other.example"))
                .as("a name that the certificate does not have")
                .isEqualTo("503");
        sidecar.awaitLine(
                SOON, "outbound|80||legacy.shop.svc.cluster.local", "other.example", " 503 ", "expected one of");
    }

    @Test
    @DisplayName(
            "MUTUAL: the server demands a certificate and is shown the one of the rule, over HTTP/2 as the port is declared")
    void a_certificate_is_shown_where_the_rule_says_so() {
        assertThat(call(81, "--http2-prior-knowledge").text())
                .isEqualTo("HTTP/2.0 sni=legacy.example client=CN=client");
        assertThat(status(82)).as("nginx, when it is shown none").isEqualTo("400");
    }

    @Test
    @DisplayName("plain TCP: the service's host is sent as server name and must be in the certificate")
    void opaque_bytes_are_secured_by_the_services_own_name() {
        assertThat(call(83).text()).isEqualTo("HTTP/1.1 sni=legacy.shop.svc.cluster.local client=");
    }

    @ParameterizedTest
    @CsvSource({
        "84, 200, insecureSkipVerify",
        "85, 503, a private authority is none of the system's",
        "86, 503, roots that cannot be read",
        "87, 503, another name expected",
    })
    void whoever_cannot_be_verified_is_not_called_unless_the_rule_says_so(int port, String status, String why) {
        assertThat(status(port, "-H", "Host: " + (port == 84 ? "other.example" : HOST)))
                .as(why)
                .isEqualTo(status);
    }

    @Test
    void a_file_that_cannot_be_read_is_named_with_its_cluster_and_closes_nothing_else() {
        sidecar.awaitLine(
                SOON, "cluster outbound|86||legacy.shop.svc.cluster.local", certs + "/lost.pem: no such file");
        assertThat(status(86)).isEqualTo("503");
        assertThat(status(80)).isEqualTo("200");
    }

    @Test
    @DisplayName("T-07: roots that are replaced on disk count for the next connection")
    void roots_are_taken_anew_when_the_file_changes() throws IOException {
        Path roots = certs.resolve("ca.pem");
        String before = Files.readString(roots);
        assertThat(status(80)).isEqualTo("200");
        LabFiles.write(roots, Files.readString(certs.resolve("stranger.pem")));
        try {
            assertThat(Await.that(SOON, () -> status(80).equals("503"))).isTrue();
        } finally {
            LabFiles.write(roots, before);
        }
        assertThat(Await.that(SOON, () -> status(80).equals("200"))).isTrue();
    }
}
