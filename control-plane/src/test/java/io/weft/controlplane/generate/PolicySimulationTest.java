package io.weft.controlplane.generate;

import static io.weft.controlplane.generate.Meshes.pod;
import static io.weft.controlplane.generate.Meshes.policy;
import static io.weft.controlplane.generate.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AZ-01: who may call what. The service is HTTP on port 80 and TCP on port 6379; the client is shop/client. */
final class PolicySimulationTest {
    private static Simulation mesh(String... policies) {
        var documents = new java.util.ArrayList<String>(java.util.List.of(
                pod("shop", "client", "client", "10.1.0.9"),
                pod("shopping", "mall", "mall", "10.2.0.9"),
                pod("team-test", "t", "t", "10.3.0.9"),
                pod("shop", "cart-1", "cart", "10.1.0.1"),
                service("shop", "cart", "10.0.0.1", "{name: http, port: 80}, {name: redis, port: 6379}")));
        documents.addAll(java.util.List.of(policies));
        return new Simulation(documents.toArray(String[]::new));
    }

    private static Call get(String from, String path) {
        return Call.http(from, "10.0.0.1", 80).request("GET", "cart.shop:80", path);
    }

    private static String http(Simulation mesh, String from, String path) {
        return mesh.call(get(from, path)).answer();
    }

    private static String tcp(Simulation mesh, String from) {
        return mesh.call(Call.opaque(from, "10.0.0.1", 6379)).answer();
    }

    @Test
    void without_a_policy_everything_is_allowed() {
        assertThat(http(mesh(), "10.1.0.9", "/")).isEqualTo("served by inbound|80||");
        assertThat(tcp(mesh(), "10.1.0.9")).isEqualTo("served by inbound|6379||");
    }

    @Test
    void an_empty_policy_allows_nothing() {
        Simulation mesh = mesh(policy("shop", "p", "{}"));
        assertThat(http(mesh, "10.1.0.9", "/")).isEqualTo("denied by none");
        assertThat(tcp(mesh, "10.1.0.9")).isEqualTo("denied by none");
    }

    @Test
    void a_rule_without_conditions_allows_everything() {
        Simulation mesh = mesh(policy("shop", "p", "{rules: [{}]}"));
        assertThat(http(mesh, "10.1.0.9", "/")).startsWith("served");
        assertThat(tcp(mesh, "10.1.0.9")).startsWith("served");
    }

    @Test
    void a_denial_names_the_policy_and_goes_before_what_is_allowed() {
        Simulation mesh = mesh(
                policy("shop", "all", "{rules: [{}]}"),
                policy("shop", "no-admin", "{action: DENY, rules: [{to: [{operation: {paths: [/admin*]}}]}]}"));
        assertThat(http(mesh, "10.1.0.9", "/admin?x=y")).isEqualTo("denied by ns[shop]-policy[no-admin]-rule[0]");
        assertThat(http(mesh, "10.1.0.9", "/public?/admin")).startsWith("served");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                // the part of a source; whether shop/client, shopping/mall, team-test/t may call
                "principals: [cluster.local/ns/shop/sa/client]; true; false; false",
                "principals: [cluster.local/ns/shop/*]; true; false; false",
                "principals: ['*/sa/mall']; false; true; false",
                "principals: ['*']; true; true; true",
                "notPrincipals: [cluster.local/ns/shop/sa/client]; false; true; true",
                "namespaces: [shop]; true; false; false",
                "namespaces: ['shop*']; true; true; false",
                "namespaces: ['*-test']; false; false; true",
                "namespaces: ['*']; true; true; true",
                "notNamespaces: [shop]; false; true; true",
                "serviceAccounts: [client]; true; false; false",
                "serviceAccounts: [shopping/mall]; false; true; false",
                "ipBlocks: [10.1.0.0/16]; true; false; false",
                "notIpBlocks: [10.1.0.9]; false; true; true",
                "remoteIpBlocks: [10.2.0.0/15]; false; true; true",
                "namespaces: ['*'], notNamespaces: [shopping]; true; false; true",
            })
    void sources(String source, boolean client, boolean mall, boolean test) {
        Simulation mesh = mesh(policy("shop", "p", "{rules: [{from: [{source: {" + source + "}}]}]}"));
        for (var who : java.util.Map.of("10.1.0.9", client, "10.2.0.9", mall, "10.3.0.9", test)
                .entrySet()) {
            assertThat(http(mesh, who.getKey(), "/").startsWith("served"))
                    .as(who.getKey())
                    .isEqualTo(who.getValue());
            assertThat(tcp(mesh, who.getKey()).startsWith("served"))
                    .as(who.getKey())
                    .isEqualTo(who.getValue());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "methods: [GET]; GET; x; /; true",
                "methods: [GET]; GETS; x; /; false",
                "methods: ['*']; PURGE; x; /; true",
                "notMethods: [GET]; GET; x; /; false",
                "paths: [/a]; GET; x; /a; true",
                "paths: [/a]; GET; x; /a/b; false",
                "paths: ['*.png']; GET; x; /a/b.png?c; true",
                "paths: ['*']; GET; x; /; true",
                "notPaths: [/a*]; GET; x; /ab; false",
                "hosts: [cart.shop]; GET; CART.shop; /; true",
                "hosts: [cart.shop]; GET; cart.shop:80; /; true",
                "hosts: [cart.shop]; GET; cart.shopping; /; false",
                "hosts: ['*.shop']; GET; Cart.Shop:80; /; true",
                "hosts: ['*.shop']; GET; cartxshop; /; false",
                "hosts: ['cart.*']; GET; cart.x; /; true",
                "notHosts: [cart.shop]; GET; cart.shop:81; /; false",
                "ports: ['80']; GET; x; /; true",
                "ports: ['81']; GET; x; /; false",
                "notPorts: ['80']; GET; x; /; false",
                "methods: [GET], paths: [/a]; GET; x; /b; false",
            })
    void operations(String operation, String method, String authority, String path, boolean allowed) {
        Simulation mesh = mesh(policy("shop", "p", "{rules: [{to: [{operation: {" + operation + "}}]}]}"));
        Call call = Call.http("10.1.0.9", "10.0.0.1", 80).request(method, authority, path);
        assertThat(mesh.call(call).answer().startsWith("served")).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "paths: [/a]",
                "notPaths: [/a]",
                "methods: [GET]",
                "notMethods: [GET]",
                "hosts: [a]",
                "notHosts: [a]",
                "notPaths: [/a], ports: ['6379']"
            })
    @DisplayName("AZ-01: what asks for a request allows nothing on a connection without any, and denies it")
    void http_conditions_on_tcp_open_nothing(String operation) {
        String rules = "rules: [{to: [{operation: {" + operation + "}}]}]}";
        assertThat(tcp(mesh(policy("shop", "p", "{" + rules)), "10.1.0.9")).isEqualTo("denied by none");
        assertThat(tcp(mesh(policy("shop", "p", "{action: DENY, " + rules)), "10.1.0.9"))
                .isEqualTo("denied by ns[shop]-policy[p]-rule[0]");
    }

    @Test
    void what_else_a_denying_rule_asks_for_still_counts_on_tcp() {
        Simulation mesh = mesh(
                policy(
                        "shop",
                        "p",
                        "{action: DENY, rules: [{from: [{source: {namespaces: [shopping]}}], to: [{operation: {paths: [/a]}}]}]}"));
        assertThat(tcp(mesh, "10.1.0.9")).startsWith("served");
        assertThat(tcp(mesh, "10.2.0.9")).startsWith("denied");
    }

    @Test
    @DisplayName("AZ-01: application TLS cannot carry a request past a rule about requests")
    void application_tls_does_not_get_past_a_policy() {
        Simulation mesh = mesh(policy("shop", "p", "{action: DENY, rules: [{to: [{operation: {paths: [/a]}}]}]}"));
        assertThat(mesh.call(Call.tls("10.9.9.9", "10.1.0.1", 80, null, "http/1.1"))
                        .answer())
                .startsWith("denied");
    }

    @Test
    @DisplayName("E8: a dot in a service account is a dot")
    void names_are_compared_literally() {
        var mesh = new Simulation(
                pod("shop", "axb", "axb", "10.1.0.9"),
                pod("shop", "a.b", "a.b", "10.1.0.8"),
                pod("shop", "cart-1", "cart", "10.1.0.1"),
                service("shop", "cart", "10.0.0.1", "{name: redis, port: 6379}"),
                policy("shop", "p", "{rules: [{from: [{source: {serviceAccounts: [a.b]}}]}]}"));
        assertThat(tcp(mesh, "10.1.0.8")).startsWith("served");
        assertThat(tcp(mesh, "10.1.0.9")).startsWith("denied");
    }

    @Test
    void a_policy_of_a_root_namespace_holds_everywhere_and_one_of_another_namespace_nowhere_else() {
        assertThat(tcp(mesh(policy("weft-system", "p", "{}")), "10.1.0.9")).startsWith("denied");
        assertThat(tcp(mesh(policy("weft-system", "p", "{selector: {matchLabels: {app: cart}}}")), "10.1.0.9"))
                .startsWith("denied");
        assertThat(tcp(mesh(policy("shopping", "p", "{}")), "10.1.0.9")).startsWith("served");
        assertThat(tcp(mesh(policy("shop", "p", "{selector: {matchLabels: {app: other}}}")), "10.1.0.9"))
                .startsWith("served");
    }

    @Test
    void ports_that_no_service_names_are_under_the_policies_too() {
        Simulation mesh = mesh(policy("shop", "p", "{}"));
        assertThat(mesh.call(Call.opaque("10.9.9.9", "10.1.0.1", 9999)).answer())
                .startsWith("denied");
        assertThat(mesh.call(Call.http("10.9.9.9", "10.1.0.1", 9999)).answer()).startsWith("denied");
    }
}
