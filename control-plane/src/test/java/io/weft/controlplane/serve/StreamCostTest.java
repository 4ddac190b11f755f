package io.weft.controlplane.serve;

import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.ENDPOINT;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What one stream costs when the mesh is large and there are a thousand streams. */
class StreamCostTest {
    private static final int SERVICES = 1_000;

    private final DeltaProtocol protocol = new DeltaProtocol();

    private static Offer offer(int movedTo) {
        var clusters = new ArrayList<String>();
        var endpoints = new ArrayList<String>();
        for (int i = 0; i < SERVICES; i++) {
            clusters.add("c" + i + "@1");
            endpoints.add("c" + i + "@" + (i == 500 ? movedTo : 1));
        }
        return Resources.none()
                .with(CLUSTER, clusters.toArray(String[]::new))
                .with(ENDPOINT, endpoints.toArray(String[]::new))
                .offer();
    }

    private static DeltaRequest request(ResourceType type, List<String> names, Map<String, String> kept, String nonce) {
        return new DeltaRequest(type, names, List.of(), kept, nonce, Optional.empty());
    }

    /** Names as they come over the wire: equal texts, but other objects. */
    private static List<String> names() {
        var names = new ArrayList<String>();
        for (int i = 0; i < SERVICES; i++) {
            names.add("c" + i);
        }
        return names;
    }

    private SessionState step(SessionState state, DeltaRequest request) {
        return protocol.step(state, new Event.Received<>(request)).state();
    }

    private SessionState synced(Offer offer, Map<String, String> kept) {
        SessionState state = SessionState.start(offer);
        state = step(state, request(CLUSTER, List.of(), kept, ""));
        state = step(state, request(ENDPOINT, names(), kept, ""));
        for (ResourceType type : List.of(CLUSTER, ENDPOINT)) {
            for (String nonce :
                    List.copyOf(state.type(type).orElseThrow().unanswered().keySet())) {
                state = step(state, request(type, List.of(), Map.of(), nonce));
            }
        }
        return state;
    }

    @Test
    void what_a_settled_stream_was_told_is_the_list_that_all_streams_share() {
        Offer offer = offer(1);
        for (Map<String, String> kept : List.of(Map.<String, String>of(), keptOf(offer))) {
            SessionState state = synced(offer, kept);
            for (ResourceType type : List.of(CLUSTER, ENDPOINT)) {
                TypeState ofType = state.type(type).orElseThrow();
                assertThat(ofType.told()).isSameAs(offer.resources(type));
                assertThat(ofType.unanswered()).isEmpty();
                assertThat(ofType.departing()).isEmpty();
            }
            assertThat(state.owedEndpoints()).isSameAs(Names.NONE);
        }
    }

    private static Map<String, String> keptOf(Offer offer) {
        var kept = new HashMap<String, String>();
        offer.resources(CLUSTER).forEach(resource -> kept.put(resource.name(), "0"));
        return kept;
    }

    @Test
    void the_names_that_a_proxy_asked_for_are_kept_as_the_texts_that_are_there_already() {
        Offer offer = offer(1);
        Names names = synced(offer, Map.of())
                .type(ENDPOINT)
                .orElseThrow()
                .subscription()
                .names();
        assertThat(names.size()).isEqualTo(SERVICES);
        for (String name : names) {
            EncodedResource resource = requireNonNull(offer.resources(ENDPOINT).get(name));
            assertThat(name).isSameAs(resource.name());
        }
    }

    @Test
    void one_changed_endpoint_is_all_that_is_sent_and_the_old_list_is_let_go() {
        SessionState state = synced(offer(1), Map.of());
        Offer next = offer(2);
        Step step = protocol.step(state, new Event.NewResources<>(next));
        assertThat(step.effects())
                .singleElement()
                .isInstanceOfSatisfying(
                        Effect.SendDelta.class,
                        send -> assertThat(send.resources())
                                .extracting(EncodedResource::name)
                                .containsExactly("c500"));
        for (ResourceType type : List.of(CLUSTER, ENDPOINT)) {
            assertThat(step.state().type(type).orElseThrow().told()).isSameAs(next.resources(type));
        }
        Names sent = step.state()
                .type(ENDPOINT)
                .orElseThrow()
                .unanswered()
                .values()
                .iterator()
                .next()
                .names();
        assertThat(sent.list()).isEqualTo(Arrays.asList("c500"));
    }
}
