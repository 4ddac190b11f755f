package io.weft.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.files.SecretFiles;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol and assembler together against a control plane that changes and answers in random order. */
class MakeBeforeBreakTest {

    private static final int ORDERS = 1000;
    private static final int STEPS = 40;

    @ParameterizedTest(name = "delta: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("R5: 0 dangling references over 1,000 random orders, with lost streams in between")
    void no_snapshot_ever_refers_to_what_is_not_in_it(boolean delta) {
        for (int seed = 0; seed < ORDERS; seed++) {
            new Run(delta, seed).check();
        }
    }

    private static final class Run {
        private final int seed;
        private final Random random;
        private final World world;
        private final FakeServer server;
        private final Assembler assembler;
        private State state;

        Run(boolean delta, int seed) {
            this.seed = seed;
            random = new Random(seed);
            world = new World(random);
            server = new FakeServer(delta, world);
            assembler = new Assembler(Samples.bootstrap(delta), Set.of(), Set.of(), new SecretFiles(), Duration.ZERO);
            state = State.initial(delta, Duration.ZERO, true, true);
        }

        void check() {
            handle(new Event.Connected(0));
            for (int step = 0; step < STEPS; step++) {
                if (random.nextInt(20) == 0) {
                    server.disconnect();
                    handle(new Event.StreamClosed(0, Ending.GONE));
                    handle(new Event.Connected(0));
                }
                world.change();
                for (ResourceType type : world.inRandomOrder()) {
                    if (random.nextInt(3) == 0) {
                        answer(type);
                    }
                }
            }
            boolean more = true;
            for (int round = 0; more; round++) {
                assertThat(round).as("seed %d converges", seed).isLessThan(20);
                more = false;
                for (ResourceType type : ResourceType.values()) {
                    more |= answer(type);
                }
            }
            converged(assembler.snapshot());
        }

        private boolean answer(ResourceType type) {
            Event.Response response = server.respond(type);
            if (response != null) {
                handle(response);
            }
            return response != null;
        }

        private void handle(Event first) {
            Queue<Event> events = new ArrayDeque<>();
            events.add(first);
            for (Event event = events.poll(); event != null; event = events.poll()) {
                Step step = Protocol.step(state, event);
                state = step.state();
                for (Effect effect : step.effects()) {
                    switch (effect) {
                        case Effect.Send(var _, Request request) -> server.receive(request);
                        case Effect.Deliver deliver -> {
                            assembler.apply(deliver);
                            Snapshot snapshot = assembler.settle(0);
                            if (snapshot != null) {
                                consistent(snapshot);
                            }
                            events.add(new Event.SubscriptionsChanged(assembler.subscriptions(), 0));
                        }
                        case Effect.Reconnect _ -> {}
                    }
                }
            }
        }

        private void consistent(Snapshot snapshot) {
            snapshot.listeners()
                    .values()
                    .forEach(listener -> assertThat(snapshot.routes().keySet())
                            .as("seed %d: routes of %s", seed, listener.name())
                            .containsAll(References.of(listener).routes()));
            snapshot.routes()
                    .values()
                    .forEach(table -> assertThat(snapshot.clusters().keySet())
                            .as("seed %d: clusters of %s", seed, table.name())
                            .containsAll(References.of(table).clusters()));
            snapshot.clusters()
                    .values()
                    .forEach(cluster -> assertThat(cluster.endpoints())
                            .as("seed %d: endpoints of %s", seed, cluster.name())
                            .isNotEmpty());
        }

        /** Nothing is left over and nothing is missing. */
        private void converged(Snapshot snapshot) {
            assertThat(assembler.waiting(9)).as("seed %d", seed).isEmpty();
            Map<String, Cluster> clusters = new HashMap<>();
            Map<String, Resource> assignments = world.resources(ResourceType.ENDPOINTS);
            world.resources(ResourceType.CLUSTERS).forEach((name, resource) -> {
                if (resource instanceof Resource.OfCluster(Cluster cluster)
                        && cluster.discovery() instanceof Cluster.Discovery.Eds(String service)
                        && assignments.get(service) instanceof Resource.OfEndpoints(var _, var localities)) {
                    clusters.put(name, cluster.withEndpoints(localities));
                }
            });
            assertThat(snapshot.clusters()).as("seed %d", seed).isEqualTo(clusters);
            Map<String, Resource> listeners = new HashMap<>();
            snapshot.listeners().forEach((name, listener) -> listeners.put(name, new Resource.OfListener(listener)));
            assertThat(listeners).as("seed %d", seed).isEqualTo(world.resources(ResourceType.LISTENERS));
            Map<String, Resource> routes = world.resources(ResourceType.ROUTES);
            snapshot.routes()
                    .forEach((name, table) -> assertThat(routes.get(name))
                            .as("seed %d: %s", seed, name)
                            .isEqualTo(new Resource.OfRoutes(table)));
        }
    }
}
