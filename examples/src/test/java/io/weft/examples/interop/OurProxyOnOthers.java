package io.weft.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.weft.examples.interop.OthersControlPlane.Told;
import io.weft.examples.interop.Web.Answer;
import io.weft.examples.lab.Await;
import io.weft.examples.lab.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our proxy on somebody's control plane, which knows nothing of it: the protocol is the only contract. */
abstract class OurProxyOnOthers {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** The two variants of the protocol, as a bootstrap names them. */
    enum Variant {
        DELTA_GRPC,
        GRPC
    }

    @TempDir
    Path folder;

    private final OthersControlPlane.Starter starter;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final int listen = new Ports().next();
    private int blue;
    private int green;

    OurProxyOnOthers(OthersControlPlane.Starter starter) {
        this.starter = starter;
    }

    @BeforeEach
    void servers() throws IOException {
        blue = opened(new NamedServer("blue")).port();
        green = opened(new NamedServer("green")).port();
    }

    @AfterEach
    void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    @ParameterizedTest
    @EnumSource
    void what_it_is_told_is_applied_and_a_change_of_endpoints_while_it_serves_too(Variant variant) throws IOException {
        OthersControlPlane control = opened(starter.start(0, snapshot("1", blue, green, "")));
        WeftProxy proxy = proxy(variant, control);

        assertThat(call("/blue")).isEqualTo(new Answer(200, "blue"));
        assertThat(call("/green")).isEqualTo(new Answer(200, "green"));
        assertThat(call("/other").status()).isEqualTo(404);

        control.tell(snapshot("2", green, green, ""));
        eventually("the endpoint of blue is green's", () -> call("/blue").equals(new Answer(200, "green")));
        assertThat(control.refusals()).isEmpty();
        assertThat(proxy.admin("/config_dump")).contains("\"version_info\": \"").contains("blue", "green");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("X-04: a bad resource is refused with its field, the last good one serves, and a good one is taken")
    void a_bad_cluster_is_refused_by_its_field_and_the_last_good_one_serves_until_a_good_one_comes(Variant variant)
            throws IOException {
        OthersControlPlane control = opened(starter.start(0, snapshot("1", blue, green, "")));
        proxy(variant, control);
        assertThat(call("/blue").body()).isEqualTo("blue");

        control.tell(snapshot("2", blue, green, "\"track_cluster_stats\": {\"timeout_budgets\": true},"));
        eventually("the refusal", () -> !control.refusals().isEmpty());
        assertThat(control.refusals()).allSatisfy(refusal -> {
            assertThat(refusal.typeUrl()).endsWith("/envoy.config.cluster.v3.Cluster");
            assertThat(refusal.error()).isEqualTo("clusters[blue].track_cluster_stats: not supported");
        });
        assertThat(call("/blue")).isEqualTo(new Answer(200, "blue"));
        assertThat(call("/green")).isEqualTo(new Answer(200, "green"));

        control.tell(snapshot("3", green, green, ""));
        eventually("the good one", () -> call("/blue").equals(new Answer(200, "green")));
        int refusals = control.refusals().size();
        assertThat(call("/blue").body()).isEqualTo("green");
        assertThat(control.refusals()).as("nothing is refused any more").hasSize(refusals);
    }

    @ParameterizedTest
    @EnumSource
    void what_is_told_no_more_is_removed(Variant variant) throws IOException {
        OthersControlPlane control = opened(starter.start(0, snapshot("1", blue, green, "")));
        WeftProxy proxy = proxy(variant, control);
        assertThat(call("/green").body()).isEqualTo("green");
        assertThat(proxy.admin("/clusters")).contains("green::");

        control.tell(new Told(
                "2",
                List.of(cluster("blue", "")),
                List.of(endpoints("blue", blue)),
                List.of(listener()),
                List.of(routes("blue"))));
        eventually("no cluster green", () -> !proxy.admin("/clusters").contains("green::"));
        assertThat(call("/green").status()).isEqualTo(404);
        assertThat(call("/blue").body()).isEqualTo("blue");

        control.tell(
                new Told("3", List.of(cluster("blue", "")), List.of(endpoints("blue", blue)), List.of(), List.of()));
        eventually("no listener", () -> call("/blue").status() == 0);
        assertThat(control.refusals()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void it_serves_without_the_server_and_takes_what_another_one_tells_it_after_a_restart(Variant variant)
            throws IOException {
        OthersControlPlane control = opened(starter.start(0, snapshot("1", blue, green, "")));
        proxy(variant, control);
        assertThat(call("/blue").body()).isEqualTo("blue");

        control.close();
        assertThat(call("/blue").body()).isEqualTo("blue");
        assertThat(call("/green").body()).isEqualTo("green");

        OthersControlPlane again = opened(starter.start(control.port(), snapshot("9", green, green, "")));
        eventually("the new server's endpoint", () -> call("/blue").body().equals("green"));
        assertThat(again.refusals()).isEmpty();
    }

    private void eventually(String what, BooleanSupplier holds) {
        assertThat(Await.that(SOON, holds)).as(what).isTrue();
    }

    private Answer call(String path) {
        return Web.get("http://127.0.0.1:" + listen + path);
    }

    private WeftProxy proxy(Variant variant, OthersControlPlane control) throws IOException {
        return opened(WeftProxy.start(folder, """
                node: {id: somebody, cluster: interop}
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                dynamic_resources:
                  ads_config:
                    api_type: %s
                    transport_api_version: V3
                    grpc_services: [{envoy_grpc: {cluster_name: xds}}]
                  cds_config: {ads: {}, resource_api_version: V3}
                  lds_config: {ads: {}, resource_api_version: V3}
                static_resources:
                  clusters:
                  - name: xds
                    type: STATIC
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                    load_assignment:
                      cluster_name: xds
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                """.formatted(variant, control.port())))
                .awaitReady();
    }

    /** Two clusters, of which blue may have another field, behind one listener whose routes are told by name. */
    private Told snapshot(String version, int bluePort, int greenPort, String blueField) {
        return new Told(
                version,
                List.of(cluster("blue", blueField), cluster("green", "")),
                List.of(endpoints("blue", bluePort), endpoints("green", greenPort)),
                List.of(listener()),
                List.of(routes("blue", "green")));
    }

    private static Cluster cluster(String name, String field) {
        return Messages.read(Cluster.newBuilder(), """
                {%2$s "name": "%1$s", "type": "EDS", "connect_timeout": "5s",
                 "eds_cluster_config": {"eds_config": {"ads": {}, "resource_api_version": "V3"}}}
                """.formatted(name, field)).build();
    }

    private static ClusterLoadAssignment endpoints(String cluster, int port) {
        return Messages.read(ClusterLoadAssignment.newBuilder(), """
                {"cluster_name": "%s", "endpoints": [{"lb_endpoints": [
                  {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]}
                """.formatted(cluster, port))
                .build();
    }

    private Listener listener() {
        return Messages.read(Listener.newBuilder(), """
                {"name": "entry", "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                 "filter_chains": [{"filters": [{
                   "name": "envoy.filters.network.http_connection_manager",
                   "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                     "stat_prefix": "entry",
                     "rds": {"route_config_name": "routes", "config_source": {"ads": {}, "resource_api_version": "V3"}},
                     "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                       "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}
                """.formatted(listen)).build();
    }

    /** Each cluster by the path of its name. */
    private static RouteConfiguration routes(String... clusters) {
        var all = new StringBuilder();
        for (String cluster : clusters) {
            all.append(all.isEmpty() ? "" : ",").append("""
                    {"match": {"prefix": "/%1$s"}, "route": {"cluster": "%1$s"}}""".formatted(cluster));
        }
        return Messages.read(RouteConfiguration.newBuilder(), """
                {"name": "routes", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [%s]}]}
                """.formatted(all))
                .build();
    }
}
