package io.weft.controlplane;

import static io.weft.controlplane.TestMesh.clusterOf;
import static io.weft.controlplane.TestMesh.service;
import static io.weft.controlplane.TestProxy.node;
import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.ENDPOINT;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for one proxy holds for many at once. Functional, not timed. */
class ManyProxiesTest {
    private static final int PROXIES = 200;
    private static final int PER_CONNECTION = 50;
    private static final String CART = clusterOf("shop", "cart");
    private static final String PAY = clusterOf("bank", "pay");

    private TestMesh mesh;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        mesh = TestMesh.in(folder);
        mesh.restart(() -> {
            mesh.write("cart.yaml", service("shop", "cart", "10.1.0.1"));
            mesh.write("pay.yaml", service("bank", "pay", "10.1.0.2"));
        });
    }

    @AfterEach
    void stop() throws InterruptedException {
        mesh.close();
    }

    @Test
    @DisplayName("R2: 200 proxies come back at once, are told the difference, and one endpoint's change reaches all")
    void proxies_that_come_back_at_once_resume_and_all_hear_of_the_next_change() throws Exception {
        List<TestProxy> first = connect();
        for (TestProxy proxy : first) {
            proxy.subscribe(CLUSTER);
            proxy.subscribe(ENDPOINT, CART, PAY);
        }
        for (TestProxy proxy : first) {
            until(
                    proxy,
                    () -> proxy.of(ENDPOINT).size() == 2 && proxy.of(CLUSTER).containsKey(PAY));
        }
        Map<String, Resource> clusters = new TreeMap<>(first.getFirst().of(CLUSTER));
        Map<String, Resource> endpoints = new TreeMap<>(first.getFirst().of(ENDPOINT));

        mesh.restart(() -> mesh.write("cart.yaml", service("shop", "cart", "10.1.0.3")));
        List<TestProxy> second = connect();
        for (TestProxy proxy : second) {
            proxy.resume(CLUSTER, clusters);
            proxy.resume(ENDPOINT, endpoints, CART, PAY);
        }
        for (TestProxy proxy : second) {
            DeltaDiscoveryResponse changed = proxy.next(ENDPOINT);
            assertThat(names(changed)).as("only what changed").containsExactly(CART);
            assertThat(address(proxy)).isEqualTo("10.1.0.3");
        }

        mesh.write("cart.yaml", service("shop", "cart", "10.1.0.4"));
        for (TestProxy proxy : second) {
            until(proxy, () -> address(proxy).equals("10.1.0.4"));
        }
        assertThat(mesh.metric("pilot_xds")).isEqualTo(PROXIES);
        assertThat(threads()).as("threads of the control plane, by name").hasSizeLessThan(50);
    }

    private List<TestProxy> connect() throws IOException {
        List<TestProxy> proxies = new ArrayList<>();
        Channel channel = mesh.channel(mesh.svid("shop", "cart"));
        for (int i = 0; i < PROXIES; i++) {
            if (i % PER_CONNECTION == 0) {
                channel = mesh.channel(mesh.svid("shop", "cart"));
            }
            proxies.add(TestProxy.connect(channel, node("shop", "cart-" + i)));
        }
        return proxies;
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void until(TestProxy proxy, Condition condition) throws Exception {
        while (!condition.holds()) {
            proxy.next(response -> true);
        }
    }

    private static String address(TestProxy proxy) throws IOException {
        Resource cart = requireNonNull(proxy.of(ENDPOINT).get(CART));
        return cart.getResource()
                .unpack(ClusterLoadAssignment.class)
                .getEndpoints(0)
                .getLbEndpoints(0)
                .getEndpoint()
                .getAddress()
                .getSocketAddress()
                .getAddress();
    }

    private static List<String> names(DeltaDiscoveryResponse response) {
        return response.getResourcesList().stream().map(Resource::getName).toList();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("weft-"))
                .sorted()
                .toList();
    }
}
