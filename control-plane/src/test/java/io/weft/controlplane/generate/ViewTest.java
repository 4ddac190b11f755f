package io.weft.controlplane.generate;

import static io.weft.controlplane.generate.Meshes.destinationRule;
import static io.weft.controlplane.generate.Meshes.node;
import static io.weft.controlplane.generate.Meshes.peerAuthentication;
import static io.weft.controlplane.generate.Meshes.pod;
import static io.weft.controlplane.generate.Meshes.policy;
import static io.weft.controlplane.generate.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.model.Mesh;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which changes a proxy sees. */
final class ViewTest {
    private static final List<String> BASE = List.of(
            pod("shop", "client", "client", "10.1.0.9"),
            pod("shop", "cart-1", "cart", "10.1.0.1"),
            pod("shop", "cart-2", "cart", "10.1.0.2"),
            service("shop", "cart", "10.0.0.1", "{name: http, port: 80}"));
    private static final ProxyNode CLIENT = node("shop", "client", "10.1.0.9");
    private static final ProxyNode CART = node("shop", "cart", "10.1.0.1");
    private static final ProxyNode STRANGER = node("other", "x", "10.5.0.1");

    private static Mesh base(String... more) {
        var documents = new ArrayList<>(BASE);
        documents.addAll(List.of(more));
        return Meshes.of(documents.toArray(String[]::new));
    }

    @Test
    void replicas_have_equal_views_and_the_same_resources() {
        Views views = Views.of(base());
        View first = views.view(CART);
        View second = views.view(node("shop", "cart", "10.1.0.2"));
        assertThat(second).isEqualTo(first).hasSameHashCodeAs(first);
        var generator = new Generator(1 << 24);
        assertThat(generator.generate(second)).isSameAs(generator.generate(first));
    }

    @Test
    @DisplayName("X-11: what concerns other workloads only leaves the view equal")
    void an_unrelated_change_leaves_the_view_equal() {
        Views before = Views.of(base());
        for (String change : List.of(
                policy("shop", "p", "{selector: {matchLabels: {app: cart}}}"),
                policy("other", "p", "{}"),
                peerAuthentication("shop", "p", "{selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}}"),
                destinationRule(
                        "other",
                        "r",
                        "{host: cart.shop.svc.cluster.local, trafficPolicy: {loadBalancer: {simple: RANDOM}}}"),
                pod("shop", "batch", "batch", "10.1.0.77"),
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: new}\n")) {
            Views after = before.next(base(change));
            assertThat(after.view(CLIENT)).as(change).isEqualTo(before.view(CLIENT));
            assertThat(Views.of(base(change)).view(CLIENT)).as(change).isEqualTo(before.view(CLIENT));
        }
    }

    @Test
    void a_change_that_concerns_the_proxy_changes_its_view() {
        Views before = Views.of(base());
        for (String change : List.of(
                pod("shop", "cart-3", "cart", "10.1.0.3"),
                service("shop", "other", "10.0.0.2", "{name: http, port: 80}"),
                policy("shop", "p", "{selector: {matchLabels: {app: client}}}"),
                policy("istio-system", "p", "{}"),
                peerAuthentication("shop", "p", "{mtls: {mode: STRICT}}"),
                destinationRule("shop", "r", "{host: cart, trafficPolicy: {loadBalancer: {simple: RANDOM}}}"))) {
            Views after = before.next(base(change));
            assertThat(after.view(CLIENT)).as(change).isNotEqualTo(before.view(CLIENT));
        }
    }

    @Test
    void what_did_not_change_is_shared_with_the_views_before() {
        Views before = Views.of(base());
        View old = before.view(CLIENT);
        View now = before.next(base(policy("shop", "p", "{}"))).view(CLIENT);
        assertThat(now).isNotEqualTo(old);
        assertThat(now.outbound()).isSameAs(old.outbound());
    }

    @Test
    void a_new_endpoint_changes_nothing_but_the_endpoints() {
        var generator = new Generator(1 << 24);
        ResourceSet before = generator.generate(View.of(base(), CLIENT));
        ResourceSet after = generator.generate(View.of(base(pod("shop", "cart-3", "cart", "10.1.0.3")), CLIENT));
        for (ResourceType type : ResourceType.values()) {
            if (type == ResourceType.ENDPOINT) {
                assertThat(after.version(type)).isNotEqualTo(before.version(type));
            } else {
                assertThat(after.version(type)).isEqualTo(before.version(type));
                after.resources(type)
                        .forEach(resource -> assertThat(resource)
                                .isSameAs(before.resources(type).get(resource.name())));
            }
        }
    }

    @Test
    void encoded_bytes_are_shared_among_proxies_and_equal_after_a_restart() {
        var generator = new Generator(1 << 24);
        Views views = Views.of(base());
        ResourceSet one = generator.generate(views.view(CLIENT));
        ResourceSet other = generator.generate(views.view(CART));
        String name = "outbound|80||cart.shop.svc.cluster.local";
        assertThat(other.resources(ResourceType.CLUSTER).get(name))
                .isSameAs(one.resources(ResourceType.CLUSTER).get(name));
        assertThat(new Generator(1).generate(views.view(CLIENT))).isEqualTo(one);
    }

    @Test
    @DisplayName("6.3: a proxy gets the inbound configuration of its own identity, whatever address it claims")
    void a_proxy_that_claims_anothers_address_gets_nothing_of_its_configuration() {
        Views views = Views.of(base(policy("shop", "p", "{selector: {matchLabels: {app: cart}}}")));
        assertThat(views.view(node("other", "x", "10.1.0.1"))).isEqualTo(views.view(STRANGER));
        assertThat(views.view(node("shop", "client", "10.1.0.1")).inbound().ports())
                .isEmpty();
        assertThat(views.view(CART).inbound().ports()).hasSize(1);
    }

    @Test
    void secrets_are_never_generated() {
        assertThat(Meshes.resources(base(), CART).resources(ResourceType.SECRET))
                .isEmpty();
    }
}
