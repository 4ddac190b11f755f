package io.weft.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.admin.Lifecycle.Condition;
import io.weft.proxy.cluster.ClusterReport;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.listen.Listeners;
import io.weft.proxy.telemetry.AccessLogs;
import io.weft.proxy.telemetry.Stats;
import io.weft.proxy.telemetry.StatsReader;
import io.weft.proxy.telemetry.Workload;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Fixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("O-01: the admin interface over real sockets")
@Timeout(30)
class AdminServerTest {

    private static final Address ANY_PORT = new Address.Socket("127.0.0.1", 0);

    private final AtomicBoolean certificates = new AtomicBoolean(true);
    private final AtomicInteger reopened = new AtomicInteger();
    private final List<String> drains = Collections.synchronizedList(new ArrayList<>());
    private final InstantSource clock = InstantSource.system();
    private final Lifecycle lifecycle = new Lifecycle(
            clock,
            List.of(new Condition("certificates", certificates::get)),
            (inboundOnly, close) -> drains.add((inboundOnly ? "inbound" : "all") + (close ? " closed" : "")),
            () -> true);
    private final AccessLogs logs = new AccessLogs(1, clock);
    private final Snapshot snapshot = snapshot();
    private final AdminServer server = new AdminServer(new AdminParts(
            "1.2.3",
            new Bootstrap.Node("sidecar~10.0.0.1~web.shop~shop.svc.cluster.local", "web", "r", "z", "", "{}"),
            2,
            clock,
            () -> snapshot,
            () -> List.of(new Listeners.Bound(
                    Fixture.listener(Listener.Inspection.NONE),
                    List.of(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 15006)))),
            () -> Map.of(
                    "c",
                    new ClusterReport(
                            "c",
                            ClusterReport.Traffic.NONE,
                            Map.of("127.0.0.1:80", new ClusterReport.Traffic(3, 2, 1, 9, 1)))),
            new StatsReader(List.of(
                    new Stats(1, 100, Workload.UNKNOWN_WORKLOAD),
                    new ServerMetrics(lifecycle, 2, () -> snapshot, logs, clock))),
            lifecycle,
            new LogLevels(),
            reopened::incrementAndGet,
            withEndpoints -> List.of(Map.of("@type", "from.xds", "eds", withEndpoints))));
    private int port;

    private static Snapshot snapshot() {
        Authority authority = Authority.inMemory(new TrustDomain("cluster.local"), InstantSource.system());
        X509Svid svid = authority.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(authority.trustDomain(), "shop", "web"),
                Duration.ofHours(1),
                Set.of());
        return new Snapshot(
                7,
                Map.of(),
                Map.of("c", Fixture.cluster("c", 80)),
                Map.of(),
                Map.of(
                        "default",
                        new Secret.Certificate(svid.chainPem(), svid.keyPem()),
                        "ROOTCA",
                        new Secret.Trust(authority.bundle().toPem())));
    }

    @BeforeEach
    void bind() throws IOException {
        port = server.admin(ANY_PORT).getPort();
    }

    @AfterEach
    void close() {
        server.close();
        logs.close();
    }

    private Client.Answer ask(String method, String target, String... headers) throws IOException {
        return ask(port, method, target, headers);
    }

    private static Client.Answer ask(int at, String method, String target, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        if (headers.length == 0) {
            head.append("Host: localhost:").append(at).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        try (Client client = new Client(at)) {
            return client.send(head + "\r\n").answer();
        }
    }

    @Test
    void ready_says_what_is_waited_for_until_nothing_is() throws IOException {
        certificates.set(false);
        Client.Answer waiting = ask("GET", "/ready");
        certificates.set(true);
        Client.Answer live = ask("GET", "/ready");

        assertThat(waiting.status()).isEqualTo(503);
        assertThat(waiting.body()).isEqualTo("PRE_INITIALIZING\nwaiting for certificates\n");
        assertThat(live.status()).isEqualTo(200);
        assertThat(live.body()).isEqualTo("LIVE\n");
    }

    @Test
    void a_proxy_told_to_look_unhealthy_does_until_told_otherwise() throws IOException {
        assertThat(ask("POST", "/healthcheck/fail").status()).isEqualTo(200);
        assertThat(ask("GET", "/ready").status()).isEqualTo(503);
        assertThat(ask("POST", "/healthcheck/ok").status()).isEqualTo(200);
        assertThat(ask("GET", "/ready").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/quitquitquit", "/drain_listeners", "/logging?level=trace", "/healthcheck/fail", "/reopen_logs"
            })
    @DisplayName("6.4: what changes the proxy takes POST only")
    void a_get_changes_nothing(String page) throws IOException {
        assertThat(ask("GET", page).status()).isEqualTo(405);

        assertThat(ask("GET", "/ready").status()).isEqualTo(200);
        assertThat(drains).isEmpty();
        assertThat(reopened).hasValue(0);
    }

    @Test
    void a_post_to_a_page_that_only_shows_is_refused() throws IOException {
        assertThat(ask("POST", "/stats").status()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host: evil.example", "Host: 127.0.0.1.evil.example:15000", "Host: localhost.evil.example"})
    @DisplayName("6.4: DNS rebinding")
    void a_host_that_is_neither_localhost_nor_an_address_is_refused(String host) throws IOException {
        assertThat(ask("GET", "/config_dump", host).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host: localhost", "Host: 127.0.0.1:15000", "Host: [::1]:15000", "Host: 10.1.2.3"})
    void localhost_and_addresses_are_served(String host) throws IOException {
        assertThat(ask("GET", "/ready", host).status()).isEqualTo(200);
    }

    @Test
    void a_page_of_another_origin_cannot_post_here() throws IOException {
        assertThat(ask("POST", "/quitquitquit", "Host: localhost", "Origin: https://evil.example")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void the_configuration_is_shown_without_keys() throws IOException {
        String dump = ask("GET", "/config_dump?include_eds").body();

        assertThat(dump)
                .contains("\"@type\": \"from.xds\"", "\"eds\": true")
                .contains("\"@type\": \"weft.proxy.Snapshot\"")
                .contains("\"sequence\": 7")
                .contains("\"host\": \"127.0.0.1\"")
                .contains("\"private_key\": \"[redacted]\"")
                .contains("BEGIN CERTIFICATE")
                .doesNotContain("PRIVATE KEY");
    }

    @Test
    void clusters_are_shown_in_envoys_two_forms() throws IOException {
        assertThat(ask("GET", "/clusters").body())
                .contains("c::observability_name::c\n")
                .contains("c::default_priority::max_connections::1024\n")
                .contains("c::127.0.0.1:80::cx_active::2\n")
                .contains("c::127.0.0.1:80::rq_total::9\n")
                .contains("c::127.0.0.1:80::health_flags::healthy\n");
        assertThat(ask("GET", "/clusters?format=json").body().replaceAll("\\s+", ""))
                .contains("{\"cluster_statuses\":[{\"name\":\"c\"")
                .contains("\"socket_address\":{\"address\":\"127.0.0.1\",\"port_value\":80}")
                .contains("{\"name\":\"cx_active\",\"type\":\"GAUGE\",\"value\":\"2\"}")
                .contains("\"eds_health_status\":\"HEALTHY\"");
    }

    @Test
    void listeners_are_shown_where_they_are_bound() throws IOException {
        assertThat(ask("GET", "/listeners").body()).isEqualTo("test::0.0.0.0:15006\n");
        assertThat(ask("GET", "/listeners?format=json").body().replaceAll("\\s+", ""))
                .isEqualTo("{\"listener_statuses\":[{\"name\":\"test\",\"local_address\":{\"socket_address\":"
                        + "{\"address\":\"0.0.0.0\",\"port_value\":15006}}}]}");
    }

    @Test
    void certificates_are_shown_with_names_and_days_left() throws IOException {
        assertThat(ask("GET", "/certs").body().replaceAll("\\s+", ""))
                .contains("\"ca_cert\":[{\"path\":\"<inline>\",\"secret_name\":\"ROOTCA\"")
                .contains("\"subject_alt_names\":[{\"uri\":\"spiffe://cluster.local/ns/shop/sa/web\"}]")
                .contains("\"days_until_expiration\":\"0\"");
    }

    @Test
    void stats_are_filtered_and_shown_in_both_forms() throws IOException {
        assertThat(ask("GET", "/stats?filter=%5Eserver%5C.(live%7Cconcurrency)").body())
                .isEqualTo("server.concurrency: 2\nserver.live: 1\n");
        Client.Answer prometheus = ask("GET", "/stats?format=prometheus");
        assertThat(prometheus.body()).contains("# TYPE envoy_server_live gauge\nenvoy_server_live 1\n");
        assertThat(prometheus.has("content-type: text/plain; version=0.0.4; charset=utf-8"))
                .isTrue();
        assertThat(ask("GET", "/stats?filter=(").status()).isEqualTo(400);
        assertThat(ask("GET", "/stats?filter=%zz").status()).isEqualTo(400);
    }

    @Test
    void server_info_says_version_state_and_node() throws IOException {
        assertThat(ask("GET", "/server_info").body())
                .contains("\"version\": \"weft/1.2.3/Java " + Runtime.version().feature() + "\"")
                .contains("\"state\": \"LIVE\"")
                .contains("\"id\": \"sidecar~10.0.0.1~web.shop~shop.svc.cluster.local\"");
    }

    @Test
    @DisplayName("O-13: levels change while the program runs")
    void log_levels_are_set_for_all_and_for_one() throws IOException {
        try {
            assertThat(ask("POST", "/logging?paths=tls:debug,listen:off").body())
                    .contains("  tls: debug\n")
                    .contains("  listen: off\n");
            assertThat(ask("POST", "/logging?pool=trace").body()).contains("  pool: trace\n");
            assertThat(ask("POST", "/logging?nothing=trace").status()).isEqualTo(400);
            assertThat(ask("POST", "/logging?level=loud").status()).isEqualTo(400);
        } finally {
            assertThat(ask("POST", "/logging?level=info").body()).contains("  tls: info\n");
        }
    }

    @Test
    void listeners_are_drained_as_asked() throws IOException {
        ask("POST", "/drain_listeners?graceful&inboundonly");
        ask("POST", "/drain_listeners");

        assertThat(drains).containsExactly("inbound", "all closed");
        assertThat(ask("GET", "/ready").body()).isEqualTo("DRAINING\n");
    }

    @Test
    void quitquitquit_asks_for_the_end() throws Exception {
        assertThat(ask("POST", "/quitquitquit").status()).isEqualTo(200);
        lifecycle.awaitEnd();
    }

    @Test
    void logs_are_reopened_when_asked() throws IOException {
        ask("POST", "/reopen_logs");
        assertThat(reopened).hasValue(1);
    }

    @Test
    void every_page_is_in_the_help_and_what_is_not_there_is_not_found() throws IOException {
        assertThat(ask("GET", "/help").body())
                .contains("  /certs: ")
                .contains("  /drain_listeners: ")
                .contains("(POST)");
        assertThat(ask("GET", "/").body()).contains("<a href=\"/server_info\">");
        assertThat(ask("GET", "/nothing").status()).isEqualTo(404);
        assertThat(ask("GET", "/memory").body()).contains("\"allocated\"");
    }

    @Test
    @DisplayName("6.4: the ports open to neighbours show no configuration")
    void health_and_metrics_have_their_pages_and_no_others() throws IOException {
        int health = server.health(ANY_PORT).getPort();
        int prometheus = server.prometheus(ANY_PORT).getPort();
        int agent = server.agent(ANY_PORT).getPort();

        assertThat(ask(health, "GET", "/healthz/ready", "Host: pod.example").status())
                .isEqualTo(200);
        assertThat(ask(prometheus, "GET", "/stats/prometheus", "Host: pod.example")
                        .body())
                .contains("envoy_server_live 1");
        assertThat(ask(agent, "GET", "/stats/prometheus").status()).isEqualTo(200);
        for (int each : new int[] {health, prometheus, agent}) {
            assertThat(ask(each, "GET", "/config_dump").status()).isEqualTo(404);
            assertThat(ask(each, "POST", "/logging?level=trace").status()).isEqualTo(404);
        }
        assertThat(ask(health, "POST", "/quitquitquit").status()).isEqualTo(404);
        assertThat(ask(agent, "POST", "/quitquitquit").status()).isEqualTo(200);
    }

    @Test
    void one_connection_serves_many_requests_and_a_broken_one_is_told_so() throws IOException {
        try (Client client = new Client(port)) {
            String request = "GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
            assertThat(client.send(request + request).answer().status()).isEqualTo(200);
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.send("GET  /ready\r\n\r\n").answer().status()).isEqualTo(400);
        }
    }

    @Test
    void quitting_is_only_for_this_machine() {
        Pages agent = AdminPages.agent(parts());
        AdminRequest foreign = AdminRequest.of("POST", "/quitquitquit", "10.0.0.1", "", false);

        assertThat(agent.page(foreign).answer().apply(foreign).status()).isEqualTo(403);
    }

    private AdminParts parts() {
        return new AdminParts(
                "",
                new Bootstrap.Node("", "", "", "", "", ""),
                1,
                () -> Instant.EPOCH,
                () -> snapshot,
                List::of,
                Map::of,
                new StatsReader(List.of()),
                lifecycle,
                new LogLevels(),
                () -> {},
                ConfigDumpSource.NONE);
    }
}
