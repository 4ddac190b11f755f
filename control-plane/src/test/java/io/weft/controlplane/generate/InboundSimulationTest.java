package io.weft.controlplane.generate;

import static io.weft.controlplane.generate.Meshes.peerAuthentication;
import static io.weft.controlplane.generate.Meshes.pod;
import static io.weft.controlplane.generate.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T-02: what a workload takes, by mode, declared protocol and bytes. Callers without sidecar are at 10.9.9.9. */
final class InboundSimulationTest {
    private static final String PEER = "spiffe://cluster.local/ns/shop/sa/client";

    private static Simulation mesh(String mode, String portName) {
        return new Simulation(
                pod("shop", "cart-1", "cart", "10.1.0.1"),
                service("shop", "cart", "10.0.0.1", "{name: " + portName + ", port: 80, targetPort: 8080}"),
                peerAuthentication("shop", "p", "{mtls: {mode: " + mode + "}}"));
    }

    @ParameterizedTest
    @CsvSource({
        // mode, port name, plaintext HTTP, plaintext bytes, TLS of the application's own
        "STRICT,     http, closed: no filter chain, closed: no filter chain, closed: no client certificate",
        "STRICT,     tcp,  closed: no filter chain, closed: no filter chain, closed: no client certificate",
        "STRICT,     x,    closed: no filter chain, closed: no filter chain, closed: no client certificate",
        "PERMISSIVE, http, virtualInbound-8080-http, , virtualInbound-8080-tls",
        "PERMISSIVE, tcp,  virtualInbound-8080-tcp, virtualInbound-8080-tcp, virtualInbound-8080-tls",
        "PERMISSIVE, x,    virtualInbound-8080-http, virtualInbound-8080-tcp, virtualInbound-8080-tls",
        "UNSET,      x,    virtualInbound-8080-http, virtualInbound-8080-tcp, virtualInbound-8080-tls",
        "DISABLE,    http, virtualInbound-8080-http, , virtualInbound-8080-tls",
        "DISABLE,    tcp,  virtualInbound-8080-tcp, virtualInbound-8080-tcp, virtualInbound-8080-tls",
        "DISABLE,    x,    virtualInbound-8080-http, virtualInbound-8080-tcp, virtualInbound-8080-tls",
    })
    void callers_outside_the_mesh(String mode, String portName, String http, String bytes, String tls) {
        Simulation mesh = mesh(mode, portName);
        expect(mesh, Call.http("10.9.9.9", "10.1.0.1", 8080), http);
        if (bytes != null) {
            expect(mesh, Call.opaque("10.9.9.9", "10.1.0.1", 8080), bytes);
        }
        expect(mesh, Call.tls("10.9.9.9", "10.1.0.1", 8080, null, "h2", "http/1.1"), tls);
    }

    private static void expect(Simulation mesh, Call call, String expected) {
        var outcome = mesh.call(call);
        if (expected.startsWith("closed")) {
            assertThat(outcome.answer()).isEqualTo(expected);
        } else {
            assertThat(outcome.chain()).isEqualTo(expected);
            assertThat(outcome.mutualTls()).isFalse();
            assertThat(outcome.answer()).isEqualTo("served by inbound|8080||");
        }
    }

    @Test
    @DisplayName("T-04: in PERMISSIVE only the ALPN names of the mesh make TLS the mesh's")
    void mesh_tls_is_told_from_application_tls_by_alpn() {
        Simulation mesh = mesh("PERMISSIVE", "x");
        assertThat(mesh.call(Call.tls("10.9.9.9", "10.1.0.1", 8080, PEER, "istio-peer-exchange", "istio")))
                .extracting("chain", "mutualTls")
                .containsExactly("virtualInbound-8080-mtls-tcp", true);
        assertThat(mesh.call(Call.tls("10.9.9.9", "10.1.0.1", 8080, PEER)).mutualTls())
                .isFalse();
    }

    @Test
    void in_strict_a_mesh_certificate_is_enough_whatever_the_alpn() {
        assertThat(mesh("STRICT", "tcp")
                        .call(Call.tls("10.9.9.9", "10.1.0.1", 8080, PEER))
                        .answer())
                .isEqualTo("served by inbound|8080||");
    }

    @Test
    void ports_that_no_service_names_have_the_mode_of_the_workload_too() {
        assertThat(mesh("STRICT", "http")
                        .call(Call.opaque("10.9.9.9", "10.1.0.1", 9999))
                        .answer())
                .isEqualTo("closed: no filter chain");
        assertThat(mesh("PERMISSIVE", "http")
                        .call(Call.opaque("10.9.9.9", "10.1.0.1", 9999))
                        .answer())
                .isEqualTo("served by InboundPassthroughCluster");
    }

    @Test
    void a_port_may_differ_from_its_workload_even_if_no_service_names_it() {
        var mesh = new Simulation(
                pod("shop", "cart-1", "cart", "10.1.0.1"),
                service("shop", "cart", "10.0.0.1", "{name: http, port: 80, targetPort: 8080}"),
                peerAuthentication("shop", "ns", "{mtls: {mode: PERMISSIVE}}"),
                peerAuthentication(
                        "shop",
                        "p",
                        "{selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}, portLevelMtls: {\"9090\": {mode: DISABLE}}}"));
        assertThat(mesh.call(Call.http("10.9.9.9", "10.1.0.1", 8080)).answer()).isEqualTo("closed: no filter chain");
        assertThat(mesh.call(Call.http("10.9.9.9", "10.1.0.1", 9090)).answer())
                .isEqualTo("served by InboundPassthroughCluster");
    }

    @Test
    void the_narrowest_policy_decides_and_unset_asks_the_wider_one() {
        var mesh = new Simulation(
                pod("shop", "cart-1", "cart", "10.1.0.1"),
                pod("open", "web-1", "web", "10.2.0.1"),
                peerAuthentication("istio-system", "mesh", "{mtls: {mode: STRICT}}"),
                peerAuthentication("shop", "ns", "{mtls: {mode: UNSET}}"),
                peerAuthentication("open", "ns", "{mtls: {mode: PERMISSIVE}}"));
        assertThat(mesh.call(Call.opaque("10.9.9.9", "10.1.0.1", 1)).answer()).startsWith("closed");
        assertThat(mesh.call(Call.opaque("10.9.9.9", "10.2.0.1", 1)).answer()).startsWith("served");
    }
}
