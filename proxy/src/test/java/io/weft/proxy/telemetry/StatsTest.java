package io.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.weft.certs.identity.SpiffeId;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Listener;
import io.weft.proxy.exchange.ExchangeRecord;
import io.weft.proxy.exchange.Records;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.tls.PeerCertificate;
import io.weft.proxy.tls.TlsSession;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StatsTest {

    private static final Workload WEB = new Workload("web-v1", "shop", "web", "v1", "web", "v1", "Kubernetes");

    private final Stats stats = new Stats(1, 100, WEB);
    private final StatsReader reader = new StatsReader(List.of(stats));

    private static Connection connection(Listener.Direction direction) {
        return Records.connection(new Listener(
                "l",
                new Address.Socket("0.0.0.0", 15006),
                List.of(),
                direction,
                false,
                Listener.Inspection.NONE,
                List.of(),
                null,
                1024,
                List.of()));
    }

    private static TlsSession session(String peer) {
        return new TlsSession(
                "TLSv1.3",
                "TLS_AES_128_GCM_SHA256",
                "X25519MLKEM768",
                null,
                null,
                new PeerCertificate(
                        SpiffeId.parse(peer),
                        List.of(peer),
                        List.of(),
                        List.of(),
                        List.of(),
                        "",
                        "",
                        "1",
                        "",
                        Instant.EPOCH,
                        Instant.EPOCH,
                        "",
                        ""),
                SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/web"));
    }

    private void happened(Records records) {
        ExchangeRecord record = records.record();
        stats.began(record);
        stats.ended(record, Records.BEGAN + 30_000_000);
    }

    private String plain(String filter) {
        return reader.plain(new StatsReader.Choice(Pattern.compile(filter), true));
    }

    @Test
    void requests_are_counted_under_envoys_names() {
        Connection connection = connection(Listener.Direction.OUTBOUND);
        stats.accepted(connection);
        happened(Records.of(connection).to("c", "r").answered(200));
        happened(Records.of(connection).to("c", "r").answered(201));
        happened(Records.of(connection).to("c", "r").flag(ResponseFlag.UT).refused(504));
        stats.began(Records.of(connection).record());

        assertThat(plain("^(http|cluster|listener)\\.")).isEqualTo("""
                        cluster.c.upstream_rq_2xx: 2
                        cluster.c.upstream_rq_5xx: 1
                        cluster.c.upstream_rq_completed: 3
                        cluster.c.upstream_rq_timeout: 1
                        http.test.downstream_cx_active: 0
                        http.test.downstream_rq_2xx: 2
                        http.test.downstream_rq_5xx: 1
                        http.test.downstream_rq_active: 1
                        http.test.downstream_rq_completed: 3
                        http.test.downstream_rq_total: 4
                        listener.0.0.0.0_15006.downstream_cx_active: 1
                        listener.0.0.0.0_15006.downstream_cx_total: 1
                        """);
        assertThat(reader.prometheus(StatsReader.Choice.ALL))
                .contains("# TYPE envoy_http_downstream_rq_xx counter\n")
                .contains("envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\","
                        + "envoy_http_conn_manager_prefix=\"test\"} 2\n")
                .contains("envoy_listener_downstream_cx_active{envoy_listener_address=\"0.0.0.0_15006\"} 1\n");
    }

    @Test
    @DisplayName("O-03: Istio's metrics and labels")
    void a_request_of_a_verified_caller_is_counted_with_istios_labels() {
        Connection connection = connection(Listener.Direction.INBOUND);
        connection.secured(session("spiffe://cluster.local/ns/other/sa/caller"));
        happened(Records.of(connection)
                .to("inbound|8080||", "default")
                .answered(200)
                .bytes(10, 2000));

        String text = reader.prometheus(StatsReader.Choice.ALL);
        assertThat(text)
                .contains("istio_requests_total{reporter=\"destination\",source_workload=\"unknown\","
                        + "source_workload_namespace=\"other\","
                        + "source_principal=\"spiffe://cluster.local/ns/other/sa/caller\"")
                .contains("destination_workload=\"web-v1\",destination_workload_namespace=\"shop\","
                        + "destination_principal=\"spiffe://cluster.local/ns/shop/sa/web\"")
                .contains("request_protocol=\"http\",response_code=\"200\",grpc_response_status=\"\","
                        + "response_flags=\"-\",connection_security_policy=\"mutual_tls\"} 1\n");
        assertThat(text.lines().filter(line -> line.startsWith("istio_request_duration_milliseconds_bucket")))
                .anyMatch(line -> line.endsWith("le=\"25\"} 0"))
                .anyMatch(line -> line.endsWith("le=\"50\"} 1"))
                .anyMatch(line -> line.endsWith("le=\"+Inf\"} 1"));
        assertThat(text.lines().filter(line -> line.startsWith("istio_response_bytes_sum")))
                .singleElement()
                .asString()
                .endsWith(" 2000");
    }

    @Test
    void the_name_of_an_istio_cluster_tells_the_service() {
        happened(Records.of(connection(Listener.Direction.OUTBOUND))
                .to("outbound|80|v1|cart.shop.svc.cluster.local", "default")
                .answered(200));

        assertThat(reader.prometheus(StatsReader.Choice.ALL))
                .contains("reporter=\"source\",source_workload=\"web-v1\"")
                .contains("destination_service=\"cart.shop.svc.cluster.local\",destination_service_name=\"cart\","
                        + "destination_service_namespace=\"shop\"")
                .contains("connection_security_policy=\"none\"");
    }

    @Test
    void a_denial_is_counted_apart() {
        happened(Records.of(
                        io.weft.proxy.testing.Fixture.manager(
                                io.weft.proxy.testing.Fixture.routes(io.weft.proxy.testing.Fixture.forwardTo("c")),
                                new io.weft.proxy.config.HttpFilter.HttpRbac("rbac", null, null)),
                        connection(Listener.Direction.INBOUND))
                .details("rbac_access_denied_matched_policy[p]")
                .refused(403));

        assertThat(plain("rbac")).isEqualTo("http.test.rbac.denied: 1\n");
    }

    @Test
    @DisplayName("H5, O-06: 100,000 kinds of requests do not make 100,000 series")
    void what_comes_after_the_last_series_is_counted_together() {
        Connection connection = connection(Listener.Direction.OUTBOUND);
        for (int i = 0; i < 100_000; i++) {
            happened(Records.of(connection)
                    .request("METHOD" + i, "/" + i, "host", "h" + i)
                    .to("cluster-" + i, "r")
                    .answered(200));
        }

        List<Metric> metrics = stats.read();
        assertThat(metrics.stream().filter(metric -> metric.family().equals("istio_requests_total")))
                .hasSize(101);
        assertThat(metrics.stream()
                        .filter(metric -> metric.family().equals("istio_requests_total"))
                        .mapToLong(metric -> ((Metric.Value.Total) metric.value()).number())
                        .sum())
                .isEqualTo(100_000);
        assertThat(plain("cluster.__overflow__.upstream_rq_completed"))
                .isEqualTo("cluster.__overflow__.upstream_rq_completed: 99900\n");
        assertThat(reader.prometheus(StatsReader.Choice.ALL))
                .doesNotContain("h99999")
                .doesNotContain("METHOD");
    }

    @Test
    void loops_count_for_themselves_and_are_added_up() throws InterruptedException {
        SeriesTable<String, Counter> table = new SeriesTable<>(4, 10, "rest", Counter::new);
        List<Thread> threads = new java.util.ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int loop = i;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < 10_000; n++) {
                    table.get(loop, "key" + n % 20).add(1);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(table.all()).hasSizeLessThanOrEqualTo(11).containsKey("rest");
        assertThat(table.all().values().stream()
                        .flatMap(List::stream)
                        .mapToLong(Counter::get)
                        .sum())
                .isEqualTo(40_000);
    }

    @Test
    void a_label_cannot_end_its_quotes() {
        List<Metric> metrics = List.of(Metric.total("a", "a", Labels.of("l", "x\"} 1\n\\y\r"), 1));

        assertThat(PrometheusText.of(metrics)).isEqualTo("# TYPE a counter\na{l=\"x\\\"} 1\\n\\\\y?\"} 1\n");
    }

    @Test
    void the_workload_is_read_from_the_nodes_metadata() {
        String metadata = """
                {"NAME":"web-5d-x","NAMESPACE":"shop","CLUSTER_ID":"k1","LABELS":{"app":"web","version":"v2"}}""";

        assertThat(Workload.of(new io.weft.proxy.config.Bootstrap.Node("id", "c", "", "", "", metadata)))
                .isEqualTo(new Workload("web-5d-x", "shop", "web", "v2", "web", "v2", "k1"));
        assertThat(Workload.of(new io.weft.proxy.config.Bootstrap.Node("id", "c", "", "", "", "")))
                .isEqualTo(Workload.UNKNOWN_WORKLOAD);
    }
}
