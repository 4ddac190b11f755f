package io.weft.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.weft.examples.lab.Account;
import io.weft.examples.lab.Await;
import io.weft.examples.lab.Lab;
import io.weft.examples.lab.Leftovers;
import io.weft.examples.lab.Mesh;
import io.weft.examples.lab.Network;
import io.weft.examples.lab.Outcome;
import io.weft.examples.lab.Pod;
import io.weft.examples.lab.PodSpec;
import io.weft.examples.lab.PrivateAuthority;
import io.weft.examples.lab.Privileged;
import io.weft.examples.lab.Sidecar;
import io.weft.examples.lab.TlsOnlyServer;
import io.weft.examples.lab.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three instances of one service, which call it too: behind a stock Envoy told over delta, behind one told the state of the world, and
 * behind our sidecar. Every pair of them has to understand each other, over mutual TLS in a STRICT namespace.
 */
@Tag("privileged")
class EnvoyOnOurControlPlaneTest {
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration LIFE = Duration.ofMinutes(2);
    private static final String DELTA = "envoy-delta";
    private static final String SOTW = "envoy-sotw";
    private static final String WEFT = "weft";
    private static final List<String> ALL = List.of(DELTA, SOTW, WEFT);
    private static final int CALLS = 24;
    private static final String LEGACY = "legacy.example";

    @TempDir
    static Path files;

    private static Lab lab;
    private static Mesh mesh;
    private static Pod outsider;
    private static final Map<String, Pod> PODS = new LinkedHashMap<>();
    private static final Map<String, EnvoySidecar> ENVOYS = new LinkedHashMap<>();

    @BeforeAll
    static void open() throws IOException {
        Privileged.require("iptables", "curl", "nginx", "openssl");
        Path envoy = Envoy.required();
        lab = Lab.open(1);
        lab.name("web", "10.96.0.50");
        lab.name("web6", "fd96::50");
        lab.name(LEGACY, "10.96.0.52");
        Path certs = lab.folder().resolve("certs");
        PrivateAuthority.in(certs, "ca")
                .certificate("server", "DNS:" + LEGACY + ",DNS:legacy.shop.svc.cluster.local")
                .certificate("client", "DNS:client.example");
        Files.writeString(files.resolve("mesh.yaml"), Templates.render("mesh.yaml", Map.of("certs", certs.toString())));
        for (String name : ALL) {
            Files.writeString(files.resolve(name + ".yaml"), instance(workload(name)));
        }
        mesh = Mesh.start(lab, files, LIFE);
        Path program = Files.copy(envoy, lab.folder().resolve("envoy"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        var sidecars = new ArrayList<Sidecar>();
        for (String name : ALL) {
            Workload workload = workload(name);
            Pod pod = lab.pod(workload.pod());
            PODS.put(name, pod);
            // First, as in a pod: a connection that is being made meanwhile may be reset.
            Outcome init = pod.init();
            assertThat(init.ok()).as(init.toString()).isTrue();
            if (name.equals(WEFT)) {
                sidecars.add(mesh.join(pod, workload));
            } else {
                String variant = name.equals(DELTA) ? "DELTA_GRPC" : "GRPC";
                ENVOYS.put(name, EnvoySidecar.start(mesh, pod, workload, program, variant, LIFE));
            }
            pod.start(
                    "hello",
                    Account.APPLICATION,
                    pod.java("examples", "io.weft.examples.apps.HelloServer", List.of("8080", name)));
        }
        outsider = lab.pod(PodSpec.numbered("outsider", 1, 60));
        TlsOnlyServer.start(outsider, certs);
        sidecars.forEach(one -> one.awaitReady(START));
        ENVOYS.values().forEach(one -> one.awaitReady(START));
        eventually(
                "everybody is answered by everybody",
                () -> ALL.stream()
                        .allMatch(name -> tally(name, "http://web/").keySet().containsAll(ALL)));
    }

    @AfterAll
    static void close() {
        if (lab != null) {
            lab.saveLogs(Path.of("target", "lab-logs", "envoy").toAbsolutePath());
            lab.close();
            assertThat(Leftovers.of(lab.name())).isEmpty();
        }
    }

    private static Workload workload(String name) {
        int number = 50 + ALL.indexOf(name);
        return new Workload("shop", name, name, Map.of("app", "web"), 1, Network.podV4(number), Network.podV6(number));
    }

    private static String instance(Workload workload) {
        return Templates.render("web.yaml", Map.of("name", workload.name(), "v4", workload.v4(), "v6", workload.v6()));
    }

    @Test
    @DisplayName("X-01: a stock Envoy refuses nothing that we generate, in both variants")
    void envoy_takes_everything_that_is_generated() {
        JsonArray connected = JsonParser.parseString(mesh.page("/debug/syncz")).getAsJsonArray();
        assertThat(connected).hasSize(ALL.size()).allSatisfy(one -> {
            var proxy = one.getAsJsonObject();
            assertThat(proxy.getAsJsonObject("nacks").isEmpty())
                    .as(proxy.toString())
                    .isTrue();
            for (String type : List.of("cluster", "endpoint", "listener", "route")) {
                assertThat(proxy.get(type + "_status").getAsString())
                        .as(proxy + " " + type)
                        .isEqualTo("SYNCED");
            }
        });
        ENVOYS.forEach((name, envoy) -> {
            assertThat(envoy.notZero("update_rejected|update_failure|init_fetch_timeout|listener_create_failure"))
                    .as(name)
                    .isEmpty();
            assertThat(envoy.stat("cluster_manager.cds.update_success")).isPositive();
            assertThat(envoy.stat("listener_manager.lds.update_success")).isPositive();
            assertThat(envoy.envoy().log()).as(name).doesNotContain("rejected").doesNotContain("[error]");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {DELTA, SOTW, WEFT})
    void each_calls_all_three_over_http_and_over_tcp_and_by_both_families(String caller) {
        for (String url : List.of("http://web/", "http://web:7000/", "http://web6/")) {
            assertThat(tally(caller, url)).as(url).containsOnlyKeys(ALL);
        }
    }

    @Test
    @DisplayName("AZ: who calls is known by certificate, whether Envoy calls Weft or Weft calls Envoy")
    void each_side_knows_the_other_by_its_certificate() {
        assertThat(tally(WEFT, "http://web/not-for-weft")).containsOnlyKeys("403");
        assertThat(tally(DELTA, "http://web/not-for-weft")).containsOnlyKeys(ALL);
        assertThat(tally(WEFT, "http://web/not-for-envoy")).containsOnlyKeys(ALL);
        assertThat(tally(DELTA, "http://web/not-for-envoy")).containsOnlyKeys("403");
        assertThat(tally(SOTW, "http://web/not-for-envoy")).containsOnlyKeys("403");
    }

    @ParameterizedTest
    @ValueSource(strings = {DELTA, SOTW, WEFT})
    void a_caller_without_a_certificate_is_not_let_in(String name) {
        Outcome call = outsider.run(
                Account.APPLICATION,
                "curl",
                "-sS",
                "-m",
                "5",
                "http://" + workload(name).v4() + ":8080/");
        assertThat(call.ok()).as(call.toString()).isFalse();
    }

    @ParameterizedTest
    @DisplayName("T-17: TLS with a server outside of the mesh, by files that Envoy has from the agent")
    @ValueSource(strings = {DELTA, SOTW, WEFT})
    void each_begins_tls_with_a_server_of_another_authority(String caller) {
        assertThat(tally(caller, "http://" + LEGACY + "/"))
                .containsOnlyKeys("HTTP/1.1 sni=legacy.example client=CN=client");
        assertThat(tally(caller, "http://" + LEGACY + ":81/"))
                .containsOnlyKeys("HTTP/1.1 sni=legacy.shop.svc.cluster.local client=");
        assertThat(tally(caller, "http://" + LEGACY + ":82/"))
                .as("no authority of the system's")
                .containsOnlyKeys("503");
    }

    @Test
    void an_endpoint_that_goes_and_comes_back_is_followed_while_calls_flow() {
        Path file = files.resolve(WEFT + ".yaml");
        mesh.delete(file);
        for (String caller : ENVOYS.keySet()) {
            eventually(
                    caller + " has two left",
                    () -> !tally(caller, "http://web/").containsKey(WEFT));
            assertThat(tally(caller, "http://web/")).containsOnlyKeys(DELTA, SOTW);
        }
        mesh.apply(file);
        for (String caller : ENVOYS.keySet()) {
            eventually(
                    caller + " has all three",
                    () -> tally(caller, "http://web/").containsKey(WEFT));
        }
        mesh.delete(files.resolve(DELTA + ".yaml"));
        eventually("our sidecar has two left", () -> !tally(WEFT, "http://web/").containsKey(DELTA));
        mesh.apply(files.resolve(DELTA + ".yaml"));
        eventually("our sidecar has all three", () -> tally(WEFT, "http://web/").containsKey(DELTA));
        ENVOYS.forEach((name, envoy) ->
                assertThat(envoy.notZero("update_rejected")).as(name).isEmpty());
    }

    @Test
    @DisplayName("X-07: the agent renews the certificate and Envoy takes it over SDS, without an error")
    void a_renewed_certificate_is_taken_while_calls_flow() {
        for (EnvoySidecar envoy : ENVOYS.values()) {
            String before = serial(envoy);
            int logged = envoy.agent().log().length();
            eventually(Duration.ofMinutes(1), "a new serial number", () -> {
                assertThat(tally(WEFT, "http://web/").keySet()).isSubsetOf(ALL);
                String now = serial(envoy);
                return !now.isEmpty() && !now.equals(before);
            });
            assertThat(envoy.agent().log().substring(logged)).doesNotContain("no certificate");
        }
        for (String caller : ALL) {
            assertThat(tally(caller, "http://web/")).as(caller).containsOnlyKeys(ALL);
        }
    }

    private static String serial(EnvoySidecar envoy) {
        String page = envoy.admin("/certs");
        if (page.isEmpty()) {
            return "";
        }
        var serials = new ArrayList<String>();
        JsonParser.parseString(page)
                .getAsJsonObject()
                .getAsJsonArray("certificates")
                .forEach(one -> one.getAsJsonObject()
                        .getAsJsonArray("cert_chain")
                        .forEach(cert -> serials.add(
                                cert.getAsJsonObject().get("serial_number").getAsString())));
        return serials.stream().sorted().distinct().toList().toString();
    }

    /** Who answered calls of a pod's application, and what was answered instead of a name. */
    private static Map<String, Integer> tally(String caller, String url) {
        String loop = "for i in $(seq " + CALLS + "); do curl -s -m 5 -o /tmp/answer-$$ -w '%{http_code} ' " + url
                + " || echo \"failed $?\"; head -c 60 /tmp/answer-$$ 2>/dev/null; echo; rm -f /tmp/answer-$$; done";
        Pod pod = Objects.requireNonNull(PODS.get(caller));
        Outcome outcome = pod.run(Duration.ofMinutes(2), Account.APPLICATION, List.of("sh", "-c", loop));
        var tally = new TreeMap<String, Integer>();
        outcome.out().lines().filter(line -> !line.isBlank()).forEach(line -> {
            String key = line.startsWith("200 ") ? line.substring(4).strip() : line.split(" ", 2)[0];
            tally.merge(key, 1, Integer::sum);
        });
        return tally;
    }

    private static void eventually(String what, BooleanSupplier holds) {
        eventually(SOON, what, holds);
    }

    private static void eventually(Duration limit, String what, BooleanSupplier holds) {
        assertThat(Await.that(limit, holds)).as(what).isTrue();
    }
}
