package io.weft.controlplane.serve;

import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.ENDPOINT;
import static io.weft.controlplane.generate.ResourceType.LISTENER;
import static io.weft.controlplane.generate.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random sequences of changes, delays, refusals and reconnects against a simple model of a proxy. Whatever happens on the way, once
 * all messages have arrived the proxy has exactly what the server has, and at no time does a listener that it serves name a cluster
 * that it lacks. A listener's version is the list of its clusters.
 */
class ConvergenceTest {
    private static final int STEPS = 250;

    static List<Long> seeds() {
        var seeds = new ArrayList<Long>();
        for (long seed = 1; seed <= 150; seed++) {
            seeds.add(seed);
        }
        return seeds;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_delta_proxy_ends_up_with_what_the_server_has(long seed) {
        var random = new Random(seed);
        var mesh = new RandomMesh(random);
        var proxy = new DeltaProxy();
        var link = new Link<>(new DeltaProtocol(), mesh.next(false), proxy);
        for (int i = 0; i < STEPS; i++) {
            link.anything(random, mesh);
            if (random.nextInt(60) == 0) {
                link = new Link<>(new DeltaProtocol(), mesh.next(random.nextInt(4) == 0), proxy);
            }
            proxy.assertNothingDangles();
        }
        link.finish(mesh);
        proxy.assertHas(mesh.current, true);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_state_of_the_world_proxy_ends_up_with_what_the_server_has(long seed) {
        var random = new Random(seed);
        var mesh = new RandomMesh(random);
        var proxy = new SotwProxy();
        var link = new Link<>(new SotwProtocol(), mesh.next(false), proxy);
        for (int i = 0; i < STEPS; i++) {
            link.anything(random, mesh);
            if (random.nextInt(60) == 0) {
                link = new Link<>(new SotwProtocol(), mesh.next(random.nextInt(4) == 0), proxy);
            }
            proxy.assertNothingDangles();
        }
        link.finish(mesh);
        proxy.assertHas(mesh.current, false);
    }

    /** A mesh that changes at random; a listener or a route of version "bad…" is refused by every proxy. */
    private static final class RandomMesh {
        private final Random random;
        private Resources currentResources = Resources.none();
        Offer current = Offer.NOTHING;

        RandomMesh(Random random) {
            this.random = random;
        }

        Offer next(boolean poison) {
            currentResources = Resources.none();
            var clusters = new TreeSet<String>();
            for (char name = 'a'; name <= 'g'; name++) {
                if (random.nextBoolean()) {
                    clusters.add(String.valueOf(name));
                }
            }
            for (String name : clusters) {
                currentResources.with(CLUSTER, name + "@" + random.nextInt(3));
                currentResources.with(ENDPOINT, name + "@" + random.nextInt(3));
                String route = poison && random.nextInt(4) == 0 ? "bad" : "ok";
                currentResources.with(ROUTE, name + "@" + route + random.nextInt(3));
            }
            String listener = poison && random.nextBoolean() ? "bad" : String.join(",", clusters);
            currentResources.with(LISTENER, "out@" + listener, "in@" + random.nextInt(3));
            current = currentResources.offer();
            return current;
        }
    }

    /** Messages in both directions that arrive in order, but whenever they like. */
    private static final class Link<R> {
        private final Protocol<R> protocol;
        private final Proxy<R> proxy;
        private final ArrayDeque<R> up = new ArrayDeque<>();
        private final ArrayDeque<Effect> down = new ArrayDeque<>();
        private SessionState state;

        Link(Protocol<R> protocol, Offer offer, Proxy<R> proxy) {
            this.protocol = protocol;
            this.proxy = proxy;
            state = SessionState.start(offer);
            up.addAll(proxy.connect());
        }

        void anything(Random random, RandomMesh mesh) {
            switch (random.nextInt(5)) {
                case 0 -> step(new Event.NewResources<>(mesh.next(random.nextInt(4) == 0)));
                case 1, 2 -> deliverUp();
                default -> deliverDown();
            }
        }

        void finish(RandomMesh mesh) {
            step(new Event.NewResources<>(mesh.next(false)));
            int messages = 0;
            while (!up.isEmpty() || !down.isEmpty()) {
                deliverUp();
                deliverDown();
                assertThat(++messages).as("the exchange comes to an end").isLessThan(10_000);
            }
            assertThat(state.settled()).as("%s", state.types()).isTrue();
        }

        private void deliverUp() {
            if (!up.isEmpty()) {
                step(new Event.Received<>(up.poll()));
            }
        }

        private void deliverDown() {
            Effect effect = down.poll();
            if (effect != null) {
                up.addAll(proxy.receive(effect));
            }
        }

        private void step(Event<R> event) {
            Step step = protocol.step(state, event);
            state = step.state();
            for (Effect effect : step.effects()) {
                if (effect instanceof Effect.SendDelta || effect instanceof Effect.SendSotw) {
                    down.add(effect);
                } else {
                    assertThat(effect).isNotInstanceOf(Effect.Close.class);
                }
            }
        }
    }

    /** What a proxy holds, and what it does with a response: refuse the whole of it when one part is bad. */
    private abstract static class Proxy<R> {
        final Map<ResourceType, TreeMap<String, String>> held = new EnumMap<>(ResourceType.class);
        final Set<String> named = new TreeSet<>();

        Proxy() {
            for (ResourceType type : ResourceType.values()) {
                held.put(type, new TreeMap<>());
            }
        }

        abstract List<R> connect();

        abstract List<R> receive(Effect effect);

        Map<String, String> of(ResourceType type) {
            return Objects.requireNonNull(held.get(type));
        }

        static boolean isBad(List<EncodedResource> resources) {
            return resources.stream().anyMatch(r -> r.version().startsWith("bad"));
        }

        void assertNothingDangles() {
            String clusters = of(LISTENER).getOrDefault("out", "");
            if (!clusters.isEmpty() && !reconnected) {
                assertThat(of(CLUSTER).keySet()).containsAll(List.of(clusters.split(",")));
            }
        }

        /** After a reconnect the first answer to the subscription of clusters removes what vanished, at once. */
        boolean reconnected;

        void assertHas(Offer offer, boolean exactly) {
            for (ResourceType type : List.of(CLUSTER, ENDPOINT, LISTENER, ROUTE)) {
                var expected = new TreeMap<String, String>();
                offer.resources(type).forEach(resource -> expected.put(resource.name(), resource.version()));
                if (exactly || type == CLUSTER || type == LISTENER) {
                    assertThat(of(type)).as("%s", type).isEqualTo(expected);
                } else {
                    assertThat(of(type)).as("%s", type).containsAllEntriesOf(expected);
                }
            }
        }
    }

    private static final class DeltaProxy extends Proxy<DeltaRequest> {
        private boolean connectedBefore;

        @Override
        List<DeltaRequest> connect() {
            reconnected = connectedBefore;
            connectedBefore = true;
            var requests = new ArrayList<DeltaRequest>();
            for (ResourceType type : List.of(CLUSTER, ENDPOINT, LISTENER, ROUTE)) {
                boolean byName = type == ENDPOINT || type == ROUTE;
                if (!byName || !named.isEmpty()) {
                    requests.add(new DeltaRequest(
                            type,
                            byName ? List.copyOf(named) : List.of(),
                            List.of(),
                            Map.copyOf(of(type)),
                            "",
                            Optional.empty()));
                }
            }
            return requests;
        }

        @Override
        List<DeltaRequest> receive(Effect effect) {
            var response = (Effect.SendDelta) effect;
            ResourceType type = response.type();
            if (isBad(response.resources())) {
                return List.of(
                        new DeltaRequest(type, List.of(), List.of(), Map.of(), response.nonce(), Optional.of("bad")));
            }
            response.resources().forEach(r -> of(type).put(r.name(), r.version()));
            response.removed().forEach(of(type)::remove);
            var requests = new ArrayList<DeltaRequest>();
            var more = new TreeSet<String>();
            var less = new TreeSet<String>();
            if (type == CLUSTER) {
                more.addAll(of(CLUSTER).keySet());
                more.removeAll(named);
                less.addAll(named);
                less.removeAll(of(CLUSTER).keySet());
                named.addAll(more);
                named.removeAll(less);
                less.forEach(of(ENDPOINT)::remove);
                less.forEach(of(ROUTE)::remove);
            }
            requests.add(new DeltaRequest(type, List.of(), List.of(), Map.of(), response.nonce(), Optional.empty()));
            if (!more.isEmpty() || !less.isEmpty()) {
                for (ResourceType dependent : List.of(ENDPOINT, ROUTE)) {
                    requests.add(new DeltaRequest(
                            dependent, List.copyOf(more), List.copyOf(less), Map.of(), "", Optional.empty()));
                }
            }
            return requests;
        }
    }

    private static final class SotwProxy extends Proxy<SotwRequest> {
        private final Map<ResourceType, String> versions = new EnumMap<>(ResourceType.class);
        private final Map<ResourceType, String> nonces = new EnumMap<>(ResourceType.class);

        @Override
        List<SotwRequest> connect() {
            nonces.clear();
            var requests = new ArrayList<SotwRequest>();
            for (ResourceType type : List.of(CLUSTER, ENDPOINT, LISTENER, ROUTE)) {
                if (type == CLUSTER || type == LISTENER || !named.isEmpty()) {
                    requests.add(request(type, Optional.empty()));
                }
            }
            reconnected = !versions.isEmpty();
            return requests;
        }

        private SotwRequest request(ResourceType type, Optional<String> error) {
            boolean byName = type == ENDPOINT || type == ROUTE;
            return new SotwRequest(
                    type,
                    byName ? List.copyOf(named) : List.of(),
                    versions.getOrDefault(type, ""),
                    nonces.getOrDefault(type, ""),
                    error);
        }

        @Override
        List<SotwRequest> receive(Effect effect) {
            var response = (Effect.SendSotw) effect;
            ResourceType type = response.type();
            nonces.put(type, response.nonce());
            if (isBad(response.resources())) {
                return List.of(request(type, Optional.of("bad")));
            }
            versions.put(type, response.version());
            if (type == CLUSTER || type == LISTENER) {
                of(type).clear();
            }
            response.resources().forEach(r -> of(type).put(r.name(), r.version()));
            var requests = new ArrayList<SotwRequest>();
            requests.add(request(type, Optional.empty()));
            if (type == CLUSTER && !named.equals(of(CLUSTER).keySet())) {
                named.clear();
                named.addAll(of(CLUSTER).keySet());
                of(ENDPOINT).keySet().retainAll(named);
                of(ROUTE).keySet().retainAll(named);
                requests.add(request(ENDPOINT, Optional.empty()));
                requests.add(request(ROUTE, Optional.empty()));
            }
            return requests;
        }
    }
}
