package io.weft.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.xds.Effect.Purpose;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds after any order of events. */
class ProtocolPropertyTest {

    private static final int ORDERS = 500;
    private static final int STEPS = 60;
    private static final List<ResourceType> ASKED =
            List.of(ResourceType.CLUSTERS, ResourceType.ENDPOINTS, ResourceType.LISTENERS, ResourceType.ROUTES);
    private static final List<String> NAMES = List.of("a", "b", "c", "d");

    @ParameterizedTest(name = "delta: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("P14: nonces, versions and subscriptions after random events")
    void every_response_is_answered_once_and_what_is_held_was_wanted_and_good(boolean delta) {
        for (int seed = 0; seed < ORDERS; seed++) {
            new Run(delta, seed).check();
        }
    }

    private static final class Run {
        private final boolean delta;
        private final int seed;
        private final Random random;
        private final Map<ResourceType, Set<String>> goodVersions = new HashMap<>();
        private State state;
        private long now;
        private int nonces;

        Run(boolean delta, int seed) {
            this.delta = delta;
            this.seed = seed;
            random = new Random(seed);
            state = State.initial(delta, Duration.ofSeconds(15), true, true);
        }

        void check() {
            for (int i = 0; i < STEPS; i++) {
                now += random.nextInt(5) * 1_000_000_000L;
                Event event = event();
                State before = state;
                Step step = Protocol.step(state, event);
                assertThat(Protocol.step(before, event))
                        .as("seed %d: pure", seed)
                        .isEqualTo(step);
                state = step.state();
                step.effects().forEach(effect -> check(event, effect));
                for (ResourceType type : ResourceType.values()) {
                    check(type, state.of(type));
                }
            }
        }

        private Event event() {
            return switch (random.nextInt(9)) {
                case 0 -> new Event.Connected(now);
                case 1 -> new Event.StreamClosed(random.nextDouble(), Ending.GONE);
                case 2 -> new Event.Tick(now);
                case 3 -> new Event.CredentialsChanged();
                case 4, 5 ->
                    new Event.SubscriptionsChanged(
                            Map.of(ResourceType.ENDPOINTS, some(), ResourceType.ROUTES, some()), now);
                default -> response();
            };
        }

        private Set<String> some() {
            Set<String> names = new HashSet<>(NAMES);
            names.removeIf(_ -> random.nextBoolean());
            return names;
        }

        private Event.Response response() {
            ResourceType type = ASKED.get(random.nextInt(ASKED.size()));
            String version = "v" + nonces;
            boolean good = random.nextInt(3) > 0;
            List<Judged> judged = new ArrayList<>();
            for (String name : some()) {
                judged.add(
                        good || random.nextBoolean()
                                ? Samples.accepted(version, new Resource.OfEndpoints(name, Samples.at(1)))
                                : new Judged.Rejected(name, version, "bad"));
            }
            good = judged.stream().noneMatch(Judged.Rejected.class::isInstance);
            if (good && state.of(type).opened()) {
                goodVersions.computeIfAbsent(type, _ -> new HashSet<>()).add(version);
            }
            return new Event.Response(
                    type, version, "n" + nonces++, judged, delta ? List.copyOf(some()) : List.of(), now);
        }

        private void check(Event event, Effect effect) {
            if (event instanceof Event.Response response && effect instanceof Effect.Send send) {
                assertThat(send.purpose()).as("seed %d", seed).isNotEqualTo(Purpose.SUBSCRIBE);
                assertThat(send.request().nonce()).as("seed %d", seed).isEqualTo(response.nonce());
                assertThat(send.request().error() == null).as("seed %d", seed).isEqualTo(send.purpose() == Purpose.ACK);
            }
            if (effect instanceof Effect.Send(var _, Request.StateOfTheWorld request)
                    && !request.version().isEmpty()) {
                assertThat(goodVersions.get(ResourceType.of(request.typeUrl())))
                        .as("seed %d: only versions that were accepted whole are claimed", seed)
                        .contains(request.version());
            }
            if (effect instanceof Effect.Deliver deliver) {
                Set<String> accepted = new HashSet<>();
                deliver.accepted().forEach(resource -> accepted.add(resource.name()));
                assertThat(Collections.disjoint(accepted, deliver.removed()))
                        .as("seed %d", seed)
                        .isTrue();
                deliver.rejected()
                        .forEach(bad -> assertThat(accepted).as("seed %d", seed).doesNotContain(bad.name()));
            }
        }

        private void check(ResourceType type, Subscription subscription) {
            if (!subscription.wildcard()) {
                assertThat(subscription.wanted())
                        .as("seed %d: %s", seed, type)
                        .containsAll(subscription.held().keySet())
                        .containsAll(subscription.deadlines().keySet());
            }
            assertThat(subscription.deadlines().isEmpty() || state.connected())
                    .as("seed %d: timers run only on a stream", seed)
                    .isTrue();
            assertThat(Collections.disjoint(
                            subscription.held().keySet(),
                            subscription.deadlines().keySet()))
                    .as("seed %d: what is held is not waited for", seed)
                    .isTrue();
        }
    }
}
