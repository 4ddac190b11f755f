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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Captured traffic to what the control plane does not know, and of a workload to itself: two pods of a mesh and one that
 * is outside of it.
 */
@Tag("privileged")
class PassthroughTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String VIP = "10.96.0.50";

    /** Named by the service. */
    private static final int KNOWN = 8080;

    /** Named by nothing. */
    private static final int UNKNOWN = 9999;

    private static final String NAMES = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: server, namespace: shop}
            spec:
              clusterIP: 10.96.0.50
              selector: {app: server}
              ports: [{name: http, port: 80, targetPort: 8080}]
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: server
              namespace: shop
              labels: {app: server, security.istio.io/tlsMode: istio}
              annotations: {weft.io/addresses: "10.77.1.71, fd77::1:71"}
            spec: {serviceAccountName: server, nodeName: host1}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: caller
              namespace: shop
              labels: {app: caller, security.istio.io/tlsMode: istio}
              annotations: {weft.io/addresses: "10.77.1.72, fd77::1:72"}
            spec: {serviceAccountName: caller, nodeName: host1}
            """;

    private static final String STRICT = """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: everybody, namespace: shop}
            spec: {mtls: {mode: STRICT}}
            """;

    private static final String NOT_ITSELF = """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: not-itself, namespace: shop}
            spec:
              selector: {matchLabels: {app: server}}
              action: DENY
              rules: [{from: [{source: {principals: ["cluster.local/ns/shop/sa/server"]}}]}]
            """;

    @TempDir
    private static Path folder;

    private static Lab lab;
    private static Mesh mesh;
    private static Pod server;
    private static Pod caller;
    private static Pod outsider;
    private static Sidecar ofServer;
    private static Sidecar ofCaller;

    @BeforeAll
    static void open() throws IOException {
        Privileged.require("iptables", "nft");
        Path files = Files.createDirectory(folder.resolve("mesh"));
        Files.writeString(files.resolve("names.yaml"), NAMES);
        lab = Lab.open(1);
        mesh = Mesh.start(lab, files, Duration.ofHours(1));
        List<Workload> workloads = MeshFiles.read(files).workloads();
        server = lab.pod(workloads.getFirst().pod());
        caller = lab.pod(workloads.getLast().pod());
        outsider = lab.pod(PodSpec.numbered("outsider", 1, 73));
        ofServer = join(server, workloads.getFirst());
        ofCaller = join(caller, workloads.getLast());
        serve(server, KNOWN);
        serve(server, UNKNOWN);
        serve(outsider, UNKNOWN);
        ofServer.awaitReady(SOON);
        ofCaller.awaitReady(SOON);
    }

    private static Sidecar join(Pod pod, Workload workload) {
        Sidecar sidecar = mesh.join(pod, workload);
        assertThat(pod.init().ok()).isTrue();
        return sidecar;
    }

    private static void serve(Pod pod, int port) {
        pod.start(
                        "hello-" + port,
                        Account.APPLICATION,
                        pod.java(
                                "examples",
                                "io.weft.examples.apps.HelloServer",
                                List.of("" + port, pod.name() + ":" + port)))
                .awaitLog("ready", SOON);
    }

    @AfterAll
    static void close() {
        if (lab != null) {
            lab.saveLogs(Path.of("target", "lab-logs").toAbsolutePath());
            lab.close();
            assertThat(Leftovers.of(lab.name())).isEmpty();
        }
    }

    private static Outcome call(Pod from, String url, String... arguments) {
        var command = new ArrayList<>(List.of("curl", "-sS", "-m", "5"));
        command.addAll(List.of(arguments));
        command.add(url);
        return from.run(Account.APPLICATION, command.toArray(String[]::new));
    }

    private static String status(Pod from, String url) {
        return call(from, url, "-o", "/dev/null", "-w", "%{http_code}").text();
    }

    private static void put(String name, String yaml) throws IOException {
        mesh.apply(Files.writeString(folder.resolve(name), yaml));
    }

    private static void take(String name) {
        mesh.delete(folder.resolve(name));
    }

    private static boolean soon(java.util.function.BooleanSupplier look) {
        return Await.that(Duration.ofSeconds(15), look);
    }

    @Test
    void what_the_mesh_does_not_know_is_reached_in_both_families_and_the_log_says_so_L4_06_OUT_01() {
        for (String address : List.of(outsider.v4(), "[" + outsider.v6() + "]")) {
            assertThat(call(caller, "http://" + address + ":" + UNKNOWN + "/").text())
                    .isEqualTo("outsider:" + UNKNOWN);
        }
        ofCaller.awaitLine(SOON, "PassthroughCluster", outsider.v4() + ":" + UNKNOWN);
        assertThat(call(outsider, "http://" + server.v4() + ":" + KNOWN + "/").text())
                .as("plain, as long as that is permitted")
                .isEqualTo("server:" + KNOWN);
    }

    @Test
    void a_port_that_no_service_names_is_reached_but_only_by_mutual_tls_where_that_is_demanded_INT_12()
            throws Exception {
        String url = "http://" + server.v4() + ":" + UNKNOWN + "/";
        assertThat(call(outsider, url).text()).isEqualTo("server:" + UNKNOWN);
        ofServer.awaitLine(SOON, "InboundPassthroughCluster", ":" + UNKNOWN);
        put("strict.yaml", STRICT);
        try {
            assertThat(soon(() -> !call(outsider, url).ok()))
                    .as("plaintext is refused")
                    .isTrue();
            assertThat(call(caller, "http://" + VIP + "/").text())
                    .as("mutual TLS to the port that is known")
                    .isEqualTo("server:" + KNOWN);
        } finally {
            take("strict.yaml");
        }
        assertThat(soon(() -> call(outsider, url).ok())).isTrue();
    }

    @Test
    void a_workload_that_calls_itself_by_its_service_obeys_policy_and_by_its_own_address_does_not_meet_it_INT_11()
            throws Exception {
        String byService = "http://" + VIP + "/";
        assertThat(call(server, byService).text()).isEqualTo("server:" + KNOWN);
        put("not-itself.yaml", NOT_ITSELF);
        try {
            assertThat(soon(() -> status(server, byService).equals("403"))).isTrue();
            ofServer.awaitLine(SOON, "rbac_access_denied_matched_policy", "not-itself");
            assertThat(status(caller, byService)).as("another one").isEqualTo("200");
            for (String address : List.of("127.0.0.1", "localhost", server.v4(), "[" + server.v6() + "]")) {
                assertThat(call(server, "http://" + address + ":" + KNOWN + "/").text())
                        .as(address)
                        .isEqualTo("server:" + KNOWN);
            }
        } finally {
            take("not-itself.yaml");
        }
    }
}
