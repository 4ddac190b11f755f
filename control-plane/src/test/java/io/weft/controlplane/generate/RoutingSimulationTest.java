package io.weft.controlplane.generate;

import static io.weft.controlplane.generate.Meshes.destinationRule;
import static io.weft.controlplane.generate.Meshes.peerAuthentication;
import static io.weft.controlplane.generate.Meshes.pod;
import static io.weft.controlplane.generate.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.weft.controlplane.generate.Simulation.Outcome;
import io.weft.controlplane.model.MeshSettings;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Where a call ends up. */
final class RoutingSimulationTest {
    private static final String CLIENT = pod("shop", "client", "client", "10.1.0.9");
    private static final String CART = pod("shop", "cart-1", "cart", "10.1.0.1");

    private static String cart(String ports) {
        return service("shop", "cart", "10.0.0.1", ports);
    }

    private static String name(String port, String subset) {
        return "outbound|" + port + "|" + subset + "|cart.shop.svc.cluster.local";
    }

    @Test
    void a_call_to_a_service_reaches_a_workload_over_mutual_tls_as_what_it_is_declared_to_be() {
        var mesh = new Simulation(CLIENT, CART, cart("{name: http, port: 80, targetPort: web}"));
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 80)))
                .isEqualTo(new Outcome(
                        name("80", ""),
                        "10.1.0.1:8080",
                        true,
                        "virtualInbound-8080-mtls-http",
                        "served by inbound|8080||"));
    }

    @Test
    void a_declared_tcp_port_carries_bytes_even_if_they_look_like_http() {
        var mesh = new Simulation(CLIENT, CART, cart("{name: tcp-x, port: 80, targetPort: 8080}"));
        for (Call call : new Call[] {Call.http("10.1.0.9", "10.0.0.1", 80), Call.opaque("10.1.0.9", "10.0.0.1", 80)}) {
            assertThat(mesh.call(call).chain()).isEqualTo("virtualInbound-8080-mtls-tcp");
            assertThat(mesh.call(call).answer()).isEqualTo("served by inbound|8080||");
        }
    }

    @Test
    @DisplayName("L4-02: on an undeclared port the first bytes decide, at both ends alike")
    void an_undeclared_port_is_told_by_its_first_bytes() {
        var mesh = new Simulation(CLIENT, CART, cart("{port: 80, targetPort: 8080}"));
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 80)))
                .isEqualTo(new Outcome(
                        name("80", ""),
                        "10.1.0.1:8080",
                        true,
                        "virtualInbound-8080-mtls-http",
                        "served by inbound|8080||"));
        assertThat(mesh.call(Call.h2c("10.1.0.9", "10.0.0.1", 80)))
                .isEqualTo(new Outcome(
                        name("80", "h2"),
                        "10.1.0.1:8080",
                        true,
                        "virtualInbound-8080-mtls-http",
                        "served by inbound|8080||"));
        assertThat(mesh.call(Call.opaque("10.1.0.9", "10.0.0.1", 80)))
                .isEqualTo(new Outcome(
                        name("80", "tcp"),
                        "10.1.0.1:8080",
                        true,
                        "virtualInbound-8080-mtls-tcp",
                        "served by inbound|8080||"));
    }

    @Test
    @DisplayName("L4-03: ports where servers speak first are TCP without being declared, and nobody inspects them")
    void a_server_first_port_is_not_inspected() {
        var mesh = new Simulation(CLIENT, CART, cart("{port: 3306}"));
        assertThat(mesh.call(Call.opaque("10.1.0.9", "10.0.0.1", 3306)).outbound())
                .isEqualTo(name("3306", ""));
        Listener outbound = Simulation.unpack(
                Meshes.resources(
                        Meshes.of(CLIENT, CART, cart("{port: 3306}")), Meshes.node("shop", "client", "10.1.0.9")),
                ResourceType.LISTENER,
                "virtualOutbound",
                Listener.parser());
        assertThat(outbound.getListenerFiltersList())
                .extracting("name")
                .containsExactly("envoy.filters.listener.original_dst");
    }

    @Test
    void an_unknown_destination_is_passed_through() {
        var mesh = new Simulation(CLIENT, CART, cart("{name: http, port: 80, targetPort: 8080}"));
        assertThat(mesh.call(Call.http("10.1.0.9", "192.0.2.1", 80)).outbound()).isEqualTo("PassthroughCluster");
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 81)).outbound()).isEqualTo("PassthroughCluster");
    }

    @Test
    void a_connection_to_the_capture_port_itself_cannot_loop() {
        var mesh = new Simulation(CLIENT, CART, cart("{name: http, port: 80, targetPort: 8080}"));
        assertThat(mesh.call(Call.opaque("10.1.0.9", "10.1.0.9", 15001)).answer())
                .isEqualTo("no endpoint");
        assertThat(mesh.call(Call.opaque("10.9.9.9", "10.1.0.1", 15006)).answer())
                .isEqualTo("served by BlackHoleCluster");
    }

    @Test
    void a_workload_without_sidecar_is_called_in_plaintext() {
        var mesh = new Simulation(
                CLIENT,
                pod("shop", "cart-1", "cart", "10.1.0.1", false),
                cart("{name: http, port: 80, targetPort: 8080}"));
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 80)))
                .isEqualTo(new Outcome(name("80", ""), "10.1.0.1:8080", false, "", "served without sidecar"));
    }

    @Test
    void a_workload_whose_port_takes_no_mutual_tls_is_called_in_plaintext() {
        var mesh = new Simulation(
                CLIENT,
                CART,
                cart("{name: http, port: 80, targetPort: 8080}"),
                peerAuthentication(
                        "shop",
                        "p",
                        "{selector: {matchLabels: {app: cart}}, portLevelMtls: {\"8080\": {mode: DISABLE}}}"));
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 80)))
                .isEqualTo(new Outcome(
                        name("80", ""),
                        "10.1.0.1:8080",
                        false,
                        "virtualInbound-8080-http",
                        "served by inbound|8080||"));
    }

    @Test
    void a_rule_of_the_clients_namespace_holds_for_its_clients_only() {
        var mesh = new Simulation(
                CLIENT,
                CART,
                pod("other", "client", "client", "10.2.0.9"),
                cart("{name: http, port: 80, targetPort: 8080}"),
                destinationRule(
                        "other", "r", "{host: cart.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}"));
        assertThat(mesh.call(Call.http("10.2.0.9", "10.0.0.1", 80)).mutualTls()).isFalse();
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 80)).mutualTls()).isTrue();
    }

    @Test
    void a_rule_for_mutual_tls_does_not_fall_back_to_plaintext() {
        var mesh = new Simulation(
                CLIENT,
                pod("shop", "cart-1", "cart", "10.1.0.1", false),
                cart("{name: http, port: 80, targetPort: 8080}"),
                destinationRule("shop", "r", "{host: cart, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}"));
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 80)).answer()).isEqualTo("not TLS");
    }

    @Test
    @DisplayName("T-17: a refused rule for TLS with a server outside of the mesh does not lead to plaintext")
    void a_refused_rule_for_the_tls_of_a_server_closes_what_it_was_for_and_nothing_else() {
        var mesh = new Simulation(Meshes.load(
                        MeshSettings.DEFAULT,
                        CLIENT,
                        pod("shop", "cart-1", "cart", "10.1.0.1"),
                        cart("{name: http, port: 80, targetPort: 8080}, {name: http-b, port: 81, targetPort: 8080}"),
                        destinationRule(
                                "shop",
                                "r",
                                "{host: cart, subsets: [], trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]}}"))
                .mesh());
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 80)))
                .extracting("outbound", "answer")
                .containsExactly("outbound|80||cart.shop.svc.cluster.local", "no endpoint");
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 81)).mutualTls()).isTrue();
    }

    @Test
    @DisplayName(
            "P10: a thousand instances of a headless service, one listener, and each call reaches the one it was made to")
    void headless_instances_are_reached_by_their_own_address() {
        var documents = new ArrayList<String>();
        documents.add(CLIENT);
        documents.add(service("shop", "db", "None", "{name: redis, port: 6379}"));
        for (int i = 0; i < 1000; i++) {
            documents.add(pod("shop", "db-" + i, "db", "10.3." + i / 250 + "." + (i % 250 + 1)));
        }
        var mesh = new Simulation(documents.toArray(String[]::new));
        for (int i = 0; i < 1000; i += 111) {
            String ip = "10.3." + i / 250 + "." + (i % 250 + 1);
            assertThat(mesh.call(Call.opaque("10.1.0.9", ip, 6379)))
                    .isEqualTo(new Outcome(
                            "outbound|6379||db.shop.svc.cluster.local",
                            ip + ":6379",
                            true,
                            "virtualInbound-6379-mtls-tcp",
                            "served by inbound|6379||"));
        }
        ResourceSet client = Meshes.resources(
                Meshes.of(documents.toArray(String[]::new)), Meshes.node("shop", "client", "10.1.0.9"));
        assertThat(Meshes.names(client, ResourceType.LISTENER)).containsExactly("virtualInbound", "virtualOutbound");
        assertThat(Meshes.names(client, ResourceType.CLUSTER)).hasSize(4);
    }

    @Test
    void headless_instances_with_and_without_sidecar_are_each_called_as_they_can_take_it() {
        var mesh = new Simulation(
                CLIENT,
                service("shop", "db", "None", "{name: redis, port: 6379}"),
                pod("shop", "db-0", "db", "10.3.0.1"),
                pod("shop", "db-1", "db", "10.3.0.2", false));
        assertThat(mesh.call(Call.opaque("10.1.0.9", "10.3.0.1", 6379)).mutualTls())
                .isTrue();
        assertThat(mesh.call(Call.opaque("10.1.0.9", "10.3.0.2", 6379)).answer())
                .isEqualTo("served without sidecar");
    }

    @Test
    @DisplayName("P10: two headless services that share an instance and a port do not make a listener that is refused")
    void overlapping_headless_services_give_one_chain_per_address_and_port() {
        var mesh = new Simulation(
                CLIENT,
                pod("shop", "db-0", "db", "10.3.0.1"),
                service("shop", "db", "None", "{name: redis, port: 6379}"),
                service("shop", "db", "None", "{name: redis, port: 6379}").replace("name: db}", "name: db-again}"));
        assertThat(mesh.call(Call.opaque("10.1.0.9", "10.3.0.1", 6379)).outbound())
                .isEqualTo("outbound|6379||db.shop.svc.cluster.local");
    }

    @Test
    void a_slice_cannot_give_a_service_the_identity_of_another_namespaces_workload() {
        var mesh = new Simulation(CLIENT, pod("victim", "vault", "vault", "10.4.0.1"), """
                apiVersion: v1
                kind: Service
                metadata: {namespace: shop, name: fake}
                spec: {clusterIP: 10.0.0.7, ports: [{name: tcp, port: 80}]}
                """, """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {namespace: shop, name: fake-1, labels: {kubernetes.io/service-name: fake}}
                addressType: IPv4
                endpoints: [{addresses: [10.4.0.1]}]
                ports: [{name: tcp, port: 8080}]
                """);
        assertThat(mesh.call(Call.opaque("10.1.0.9", "10.0.0.7", 80)).mutualTls())
                .isFalse();
    }

    @Test
    void an_instance_that_is_not_ready_gets_no_calls() {
        String notReady =
                pod("shop", "cart-1", "cart", "10.1.0.1") + "  conditions: [{type: Ready, status: \"False\"}]\n";
        var mesh = new Simulation(CLIENT, notReady, cart("{name: http, port: 80, targetPort: 8080}"));
        assertThat(mesh.call(Call.http("10.1.0.9", "10.0.0.1", 80)).answer()).isEqualTo("no endpoint");
    }

    @Test
    void a_call_over_ipv6_is_one_like_any_other() {
        var mesh = new Simulation(
                pod("shop", "client", "client", "fd00::9"),
                pod("shop", "cart-1", "cart", "fd00:0:0::1"),
                service("shop", "cart", "FD00:1::0001", "{name: http, port: 80, targetPort: 8080}"));
        assertThat(mesh.call(Call.http("fd00::9", "fd00:1::1", 80)))
                .isEqualTo(new Outcome(
                        name("80", ""),
                        "fd00::1:8080",
                        true,
                        "virtualInbound-8080-mtls-http",
                        "served by inbound|8080||"));
    }
}
