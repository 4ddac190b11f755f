package io.weft.controlplane.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.model.AuthorizationPolicy;
import io.weft.controlplane.model.AuthorizationPolicy.Action;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshObject;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.model.MtlsMode;
import io.weft.controlplane.model.ObjectKey;
import io.weft.controlplane.model.PeerAuthentication;
import io.weft.controlplane.model.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which version of an object is in force after an edit. */
final class LedgerTest {
    private static final ObjectKey CART = new ObjectKey(Kind.SERVICE, "shop", "cart");

    @TempDir
    Path folder;

    private FolderReader reader = new FolderReader(Path.of("."), new ObjectReader("cluster.local"));
    private Ledger ledger = new Ledger(MeshSettings.DEFAULT);

    @BeforeEach
    void begin() {
        reader = new FolderReader(folder, new ObjectReader("cluster.local"));
        ledger = new Ledger(MeshSettings.DEFAULT);
    }

    private MeshLoad edit(String file, String... documents) throws IOException {
        Path path = folder.resolve(file);
        Files.writeString(path, String.join("---\n", documents));
        return ledger.accept(reader.read(Set.of(path)).files());
    }

    private static String service(String name, String port) {
        return "apiVersion: v1\nkind: Service\nmetadata: {namespace: shop, name: " + name + "}\n"
                + "spec: {clusterIP: 10.0.0.1, ports: [{port: " + port + "}]}\n";
    }

    private static Optional<Integer> port(MeshLoad load) {
        return load.mesh()
                .find(CART)
                .map(Service.class::cast)
                .map(service -> service.ports().getFirst().port());
    }

    @Test
    void an_invalid_edit_keeps_the_last_good_version_and_is_reported() throws IOException {
        edit("a.yaml", service("cart", "80"));
        MeshLoad load = edit("a.yaml", service("cart", "99999"));
        assertThat(port(load)).contains(80);
        assertThat(load.problems())
                .singleElement()
                .hasToString(
                        "a.yaml:4: Service shop/cart: spec.ports[0].port: expected a number from 1 to 65535, found the"
                                + " number 99999; its last good version stays in force");
        MeshLoad again = edit("b.yaml", "# nothing\n");
        assertThat(port(again)).contains(80);
        assertThat(edit("a.yaml", service("cart", "81")).problems()).isEmpty();
    }

    @Test
    void an_invalid_object_stops_nothing_else() throws IOException {
        MeshLoad load = edit("a.yaml", service("bad", "0"), service("cart", "80"));
        assertThat(port(load)).contains(80);
        assertThat(load.mesh().objects()).hasSize(1);
        assertThat(load.problems()).hasSize(1);
    }

    @Test
    void an_object_that_is_deleted_is_gone() throws IOException {
        edit("a.yaml", service("cart", "80"));
        assertThat(edit("a.yaml", "# nothing\n").mesh().objects()).isEmpty();
    }

    @Test
    void a_document_that_nobody_can_read_keeps_what_is_missing_of_its_file_only() throws IOException {
        edit("a.yaml", service("cart", "80"));
        edit("b.yaml", service("other", "80").replace("10.0.0.1", "10.0.0.2"));
        assertThat(port(edit("a.yaml", "kind: [Service\n"))).contains(80);
        Files.delete(folder.resolve("b.yaml"));
        MeshLoad load = ledger.accept(reader.read(Set.of()).files());
        assertThat(load.mesh().objects()).extracting(MeshObject::key).containsExactly(CART);
    }

    @Test
    void an_object_may_move_to_another_file() throws IOException {
        edit("b.yaml", service("cart", "80"));
        edit("a.yaml", service("cart", "81"));
        assertThat(port(edit("b.yaml", "# nothing\n"))).contains(81);
    }

    @Test
    void of_two_definitions_the_first_counts_and_the_second_is_reported() throws IOException {
        MeshLoad load = edit("a.yaml", service("cart", "80"), service("cart", "81"));
        assertThat(port(load)).contains(80);
        assertThat(load.problems()).singleElement().extracting("reason").isEqualTo("is already defined in a.yaml:1");
    }

    @Test
    void a_broken_policy_that_was_never_good_closes_what_it_selects() throws IOException {
        MeshLoad load = edit("a.yaml", """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {namespace: shop, name: allow}
                spec: {selector: {matchLabels: {app: cart}}, rules: [{form: []}]}
                """, """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {namespace: shop, name: deny}
                spec: {action: DENY, selector: {matchLabels: {app: cart}}, rules: [{form: []}]}
                """, """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {namespace: shop, name: unclear}
                spec: {action: deny, selector: {matchLabel: {app: cart}}, rules: [{}]}
                """, """
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {namespace: shop, name: mtls}
                spec: {mtls: {mode: Strict}}
                """);
        assertThat(load.mesh().authorizationPoliciesIn("shop"))
                .extracting(
                        AuthorizationPolicy::name,
                        AuthorizationPolicy::action,
                        p -> p.rules().size(),
                        p -> p.selector().size())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("allow", Action.ALLOW, 0, 1),
                        org.assertj.core.groups.Tuple.tuple("deny", Action.DENY, 1, 1),
                        org.assertj.core.groups.Tuple.tuple("unclear", Action.DENY, 1, 0));
        assertThat(load.mesh().peerAuthenticationsIn("shop"))
                .singleElement()
                .extracting(PeerAuthentication::mode)
                .isEqualTo(MtlsMode.STRICT);
    }

    @Test
    void a_broken_policy_that_was_good_stays_as_it_was() throws IOException {
        String good = """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {namespace: shop, name: p}
                spec: {rules: [{}]}
                """;
        MeshLoad before = edit("a.yaml", good);
        assertThat(edit("a.yaml", good.replace("rules", "rulez")).mesh()).isEqualTo(before.mesh());
    }

    @Test
    void a_policy_that_would_only_have_audited_closes_nothing() throws IOException {
        MeshLoad load = edit("a.yaml", """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {namespace: shop, name: p}
                spec: {action: AUDIT, rules: [{}]}
                """);
        assertThat(load.mesh().objects()).isEmpty();
        assertThat(load.problems()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"#################", "---\na: 1\n"})
    @DisplayName("6.3: a file that is too large, or has too many documents, takes nothing away")
    void files_are_limited(String filling) throws IOException {
        edit("a.yaml", service("cart", "80"));
        int times = filling.startsWith("#") ? FileReading.MAX_BYTES / filling.length() + 1 : 1001;
        MeshLoad load = edit("a.yaml", filling.repeat(times) + "\n");
        assertThat(port(load)).contains(80);
        assertThat(load.problems()).anyMatch(problem -> problem.line() == 0);
    }
}
