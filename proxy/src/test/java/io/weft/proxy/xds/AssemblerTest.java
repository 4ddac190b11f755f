package io.weft.proxy.xds;

import static io.weft.proxy.xds.Samples.accepted;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.files.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssemblerTest {

    private static final Set<String> LOCAL = Set.of("default", "ROOTCA");

    private final Assembler assembler =
            new Assembler(Samples.bootstrap(true), LOCAL, Set.of(), new SecretFiles(), Duration.ofSeconds(15));
    private long now;

    @Test
    @DisplayName("X-03: a cluster warms until its endpoints are there")
    void a_cluster_is_shown_only_with_its_endpoints() {
        assertThat(told(new Resource.OfCluster(Samples.eds("a", "s", 0)))).isNull();
        assertThat(assembler.subscriptions()).containsEntry(ResourceType.ENDPOINTS, Set.of("s"));
        assertThat(assembler.waiting(9)).contains("cluster a: waits for endpoints of s");

        Snapshot snapshot = shown(new Resource.OfEndpoints("s", Samples.at(1, 2)));
        assertThat(endpoints(snapshot, "a")).isEqualTo(Samples.at(1, 2));
    }

    @Test
    void the_old_version_of_a_cluster_serves_while_the_new_one_warms() {
        told(new Resource.OfCluster(Samples.eds("a", "s", 0)));
        shown(new Resource.OfEndpoints("s", Samples.at(1)));
        assertThat(told(new Resource.OfCluster(Samples.eds("a", "other", 1)))).isNull();

        Snapshot meanwhile = shown(new Resource.OfEndpoints("s", Samples.at(2)));
        assertThat(meanwhile.clusters().get("a"))
                .isEqualTo(Samples.eds("a", "s", 0).withEndpoints(Samples.at(2)));

        Snapshot snapshot = shown(new Resource.OfEndpoints("other", Samples.at(3)));
        assertThat(snapshot.clusters().get("a"))
                .isEqualTo(Samples.eds("a", "other", 1).withEndpoints(Samples.at(3)));
        assertThat(assembler.subscriptions()).containsEntry(ResourceType.ENDPOINTS, Set.of("other"));
    }

    @Test
    void a_changed_cluster_whose_endpoints_are_known_is_shown_at_once() {
        told(new Resource.OfCluster(Samples.eds("a", "s", 0)));
        shown(new Resource.OfEndpoints("s", Samples.at(1)));

        assertThat(shown(new Resource.OfCluster(Samples.eds("a", "s", 1)))
                        .clusters()
                        .get("a"))
                .isEqualTo(Samples.eds("a", "s", 1).withEndpoints(Samples.at(1)));
    }

    @Test
    @DisplayName("X-03: a listener warms until its routes, their clusters and its secrets are there")
    void a_listener_waits_for_routes_and_their_clusters() {
        Snapshot snapshot = listenerWithRoute();
        assertThat(snapshot.listeners()).containsOnlyKeys("l");
        assertThat(snapshot.routes()).containsOnlyKeys("r");
    }

    @Test
    @DisplayName("R3: nothing that needs an identity is shown before there is one")
    void a_listener_and_a_cluster_wait_for_the_identity_without_limit() {
        Snapshot snapshot = securedListener();
        assertThat(snapshot.listeners()).containsOnlyKeys("l");
        assertThat(snapshot.secrets()).containsOnlyKeys("default", "ROOTCA");
    }

    @Test
    @DisplayName("R10: a withdrawn identity is gone at once, listeners stay to refuse")
    void a_withdrawn_secret_leaves_the_snapshot_though_it_is_referred_to() {
        securedListener();
        assembler.localSecrets(Map.of("ROOTCA", Samples.TRUST));

        Snapshot snapshot = settled();
        assertThat(snapshot.secrets()).containsOnlyKeys("ROOTCA");
        assertThat(snapshot.listeners()).containsOnlyKeys("l");
        assertThat(shown(new Resource.OfCluster(Samples.secured("b", "s"))).clusters())
                .containsKey("b");
    }

    @Test
    @DisplayName("T-17: a cluster whose secret is in a file is shown at once, without it if it cannot be read")
    void a_secret_in_a_file_is_not_waited_for_and_found_when_it_comes(@TempDir Path folder) throws IOException {
        Path roots = folder.resolve("ca.pem");
        String name = "file-root:" + roots;
        var tls = new UpstreamTls(Samples.trusting(name), "", false, false);
        var discovery = new Cluster.Discovery.Eds("s");
        told(new Resource.OfEndpoints("s", Samples.at(1)));
        told(new Resource.OfCluster(Samples.cluster("a", discovery, List.of(), tls, 0)));
        Snapshot without = shown(new Resource.OfEndpoints("s", Samples.at(1)));
        assertThat(without.clusters()).containsOnlyKeys("a");
        assertThat(without.secrets()).isEmpty();
        assertThat(assembler.subscriptions()).containsEntry(ResourceType.SECRETS, Set.of());

        Files.writeString(
                roots,
                Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system())
                        .bundle()
                        .toPem());
        assertThat(assembler.settle(now)).as("looked at once a second").isNull();
        now = assembler.nextDeadline(now);
        assertThat(now).isEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(settled().secrets()).containsOnlyKeys(name);

        told(new Resource.OfSecret(name, Samples.TRUST));
        assertThat(assembler.snapshot().secrets().get(name))
                .as("what is told under the name of a file")
                .isNotEqualTo(Samples.TRUST);
        assertThat(requireNonNull(removed(ResourceType.CLUSTERS, "a")).secrets())
                .isEmpty();
        assertThat(assembler.nextDeadline(now)).isEqualTo(Subscription.NEVER);
    }

    @Test
    void a_secret_of_another_name_is_asked_for_over_xds() {
        Assembler without =
                new Assembler(Samples.bootstrap(true), Set.of(), Set.of(), new SecretFiles(), Duration.ofSeconds(15));
        without.apply(delivery(new Resource.OfListener(Samples.secured(Samples.tcp("l", "a")))));
        without.settle(0);
        assertThat(without.subscriptions()).containsEntry(ResourceType.SECRETS, Set.of("default", "ROOTCA"));
    }

    @Test
    @DisplayName("R5: a cluster that is removed while a route uses it stays until the route lets go")
    void a_removed_cluster_stays_while_it_is_referred_to() {
        listenerWithRoute();
        assertThat(removed(ResourceType.CLUSTERS, "a")).isNull();
        assertThat(endpoints(shown(new Resource.OfEndpoints("s", Samples.at(7))), "a"))
                .as("still told its endpoints")
                .isEqualTo(Samples.at(7));

        Snapshot snapshot = shown(new Resource.OfRoutes(Samples.routes("r", List.of())));
        assertThat(snapshot.clusters()).isEmpty();
        assertThat(assembler.subscriptions()).containsEntry(ResourceType.ENDPOINTS, Set.of());
    }

    @Test
    void a_removed_listener_takes_its_routes_with_it() {
        listenerWithRoute();
        Snapshot snapshot = requireNonNull(removed(ResourceType.LISTENERS, "l"));

        assertThat(snapshot.listeners()).isEmpty();
        assertThat(snapshot.routes()).isEmpty();
        assertThat(snapshot.clusters()).as("the control plane still has it").containsKey("a");
        assertThat(assembler.subscriptions()).containsEntry(ResourceType.ROUTES, Set.of());
    }

    @Test
    void a_cluster_that_never_comes_is_waited_for_only_so_long() {
        assertThat(told(new Resource.OfListener(Samples.tcp("l", "nowhere")))).isNull();
        assertThat(assembler.nextDeadline(now)).isEqualTo(TimeUnit.SECONDS.toNanos(15));
        now = TimeUnit.SECONDS.toNanos(15);

        assertThat(settled().listeners()).containsOnlyKeys("l");
        assertThat(assembler.nextDeadline(now)).isEqualTo(Subscription.NEVER);
    }

    @Test
    void a_route_table_that_is_absent_does_not_hold_the_listener() {
        told(new Resource.OfListener(Samples.http("l", "r")));
        assembler.apply(
                new Effect.Deliver(ResourceType.ROUTES, List.of(), Set.of(), Set.of(), Set.of("r"), List.of(), false));

        assertThat(settled().listeners()).containsOnlyKeys("l");
    }

    @Test
    void many_changes_in_one_message_are_one_snapshot() {
        told(new Resource.OfCluster(Samples.eds("a", "a", 0)), new Resource.OfCluster(Samples.eds("b", "b", 0)));
        Snapshot snapshot =
                shown(new Resource.OfEndpoints("a", Samples.at(1)), new Resource.OfEndpoints("b", Samples.at(1)));

        assertThat(snapshot.sequence()).isEqualTo(1);
        assertThat(snapshot.clusters()).containsOnlyKeys("a", "b");
        assertThat(assembler.settle(now)).isNull();
    }

    @Test
    void what_did_not_change_is_the_same_object_in_the_next_snapshot() {
        listenerWithRoute();
        Snapshot before = assembler.snapshot();
        assertThat(told(new Resource.OfListener(Samples.http("l", "r"))))
                .as("told again")
                .isNull();
        Snapshot after = shown(new Resource.OfEndpoints("s", Samples.at(5)));

        assertThat(after.listeners()).isSameAs(before.listeners());
        assertThat(after.routes()).isSameAs(before.routes());
    }

    @Test
    void static_resources_win_over_what_is_told_under_the_same_name() {
        var fixed = Samples.fixed("a", new Address.Socket("127.0.0.1", 1));
        Assembler assembler = new Assembler(
                Samples.bootstrap(true, List.of(Samples.tcp("l", "a")), List.of(fixed)),
                Set.of(),
                Set.of(),
                new SecretFiles(),
                Duration.ZERO);
        Snapshot first = requireNonNull(assembler.settle(0));
        assertThat(first.listeners()).containsOnlyKeys("l");

        assembler.apply(delivery(new Resource.OfCluster(Samples.eds("a", "s", 0))));
        assembler.apply(removal(ResourceType.CLUSTERS, "a"));
        assertThat(assembler.settle(0)).isNull();
    }

    @Test
    void it_is_complete_when_both_types_were_answered_and_all_listeners_are_shown() {
        told(new Resource.OfListener(Samples.http("l", "r")));
        assertThat(assembler.waiting(9))
                .containsExactly("clusters: no answer yet", "listener l: waits for route table r");
        assembler.apply(
                new Effect.Deliver(ResourceType.CLUSTERS, List.of(), Set.of(), Set.of(), Set.of(), List.of(), true));
        assembler.settle(now);
        assertThat(assembler.isComplete()).isFalse();

        told(new Resource.OfRoutes(Samples.routes("r", List.of())));
        assertThat(assembler.isComplete()).isTrue();
        assertThat(assembler.waiting(9)).isEmpty();
    }

    private Snapshot listenerWithRoute() {
        told(new Resource.OfListener(Samples.http("l", "r")));
        assertThat(assembler.subscriptions()).containsEntry(ResourceType.ROUTES, Set.of("r"));
        told(new Resource.OfRoutes(Samples.routes("r", List.of("a"))));
        assertThat(told(new Resource.OfCluster(Samples.eds("a", "s", 0)))).isNull();
        return shown(new Resource.OfEndpoints("s", Samples.at(1)));
    }

    private Snapshot securedListener() {
        told(new Resource.OfListener(Samples.secured(Samples.tcp("l", "a"))));
        told(new Resource.OfCluster(Samples.secured("a", "s")));
        told(new Resource.OfEndpoints("s", Samples.at(1)));
        now += TimeUnit.HOURS.toNanos(1);
        assertThat(assembler.settle(now)).isNull();
        assertThat(assembler.subscriptions()).containsEntry(ResourceType.SECRETS, Set.of());
        assembler.localSecrets(Map.of("default", Samples.CERTIFICATE, "ROOTCA", Samples.TRUST));
        return settled();
    }

    private static List<Cluster.Locality> endpoints(Snapshot snapshot, String cluster) {
        return requireNonNull(snapshot.clusters().get(cluster)).endpoints();
    }

    private Snapshot shown(Resource... resources) {
        return requireNonNull(told(resources));
    }

    private @Nullable Snapshot told(Resource... resources) {
        for (Resource resource : resources) {
            assembler.apply(delivery(resource));
        }
        return assembler.settle(now);
    }

    private Snapshot settled() {
        return requireNonNull(assembler.settle(now));
    }

    private @Nullable Snapshot removed(ResourceType type, String name) {
        assembler.apply(removal(type, name));
        return assembler.settle(now);
    }

    private static Effect.Deliver removal(ResourceType type, String name) {
        return new Effect.Deliver(type, List.of(), Set.of(name), Set.of(), Set.of(), List.of(), true);
    }

    private static Effect.Deliver delivery(Resource resource) {
        ResourceType type = switch (resource) {
            case Resource.OfCluster _ -> ResourceType.CLUSTERS;
            case Resource.OfEndpoints _ -> ResourceType.ENDPOINTS;
            case Resource.OfListener _ -> ResourceType.LISTENERS;
            case Resource.OfRoutes _ -> ResourceType.ROUTES;
            case Resource.OfSecret _ -> ResourceType.SECRETS;
        };
        return new Effect.Deliver(
                type, List.of(accepted("1", resource)), Set.of(), Set.of(), Set.of(), List.of(), true);
    }
}
