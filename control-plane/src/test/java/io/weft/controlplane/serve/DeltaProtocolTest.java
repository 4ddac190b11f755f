package io.weft.controlplane.serve;

import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.ENDPOINT;
import static io.weft.controlplane.generate.ResourceType.LISTENER;
import static io.weft.controlplane.generate.ResourceType.ROUTE;
import static io.weft.controlplane.generate.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeltaProtocolTest {
    private final DeltaProtocol protocol = new DeltaProtocol();
    private SessionState state = SessionState.start(Offer.NOTHING);

    @Test
    void a_first_request_without_names_is_for_all_clusters() {
        start(Resources.none().with(CLUSTER, "a@1", "b@1"));
        assertThat(told(subscribe(CLUSTER))).containsExactly("CLUSTER 1 +a@1 +b@1");
    }

    @Test
    void a_first_request_without_names_is_for_nothing_where_no_implicit_wildcard_exists() {
        start(Resources.none().with(ENDPOINT, "a@1"));
        assertThat(told(subscribe(ENDPOINT))).isEmpty();
    }

    @Test
    void an_explicit_star_is_for_all_and_can_be_given_back() {
        start(Resources.none().with(LISTENER, "in@1", "out@1"));
        assertThat(told(subscribe(LISTENER, "*"))).containsExactly("LISTENER 1 +in@1 +out@1");
        assertThat(told(unsubscribe(LISTENER, "*"))).isEmpty();
        assertThat(told(offer(Resources.none().with(LISTENER, "in@2", "out@2"))))
                .isEmpty();
    }

    @Test
    void a_first_request_is_answered_even_when_there_is_nothing() {
        assertThat(told(subscribe(LISTENER))).containsExactly("LISTENER 1");
    }

    @Test
    void only_what_changed_is_sent_and_what_vanished_is_named() {
        start(Resources.none().with(ROUTE, "a@1", "b@1", "c@1"));
        told(subscribe(ROUTE, "a", "b", "c"));
        assertThat(told(offer(Resources.none().with(ROUTE, "a@1", "b@2", "d@1"))))
                .containsExactly("ROUTE 2 +b@2 -c");
    }

    @Test
    void an_equal_offer_sends_nothing() {
        start(Resources.none().with(CLUSTER, "a@1"));
        told(subscribe(CLUSTER));
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@1")))).isEmpty();
    }

    @Test
    void a_name_that_does_not_exist_is_answered_as_removed() {
        assertThat(told(subscribe(ROUTE, "a"))).containsExactly("ROUTE 1 -a");
        assertThat(told(offer(Resources.none().with(ROUTE, "a@1")))).containsExactly("ROUTE 2 +a@1");
    }

    @Test
    void the_key_of_a_workload_is_never_there_to_be_served() {
        start(Resources.none().with(SECRET, "ROOTCA@1"));
        assertThat(told(subscribe(SECRET, "ROOTCA", "default"))).containsExactly("SECRET 1 +ROOTCA@1 -default");
    }

    @Test
    void what_is_subscribed_again_is_sent_again() {
        start(Resources.none().with(ENDPOINT, "a@1", "b@1"));
        told(subscribe(ENDPOINT, "a", "b"));
        assertThat(told(subscribe(ENDPOINT, "a"))).containsExactly("ENDPOINT 2 +a@1");
    }

    @Test
    void what_is_unsubscribed_is_not_sent_any_more() {
        start(Resources.none().with(ROUTE, "a@1", "b@1"));
        told(subscribe(ROUTE, "a", "b"));
        told(unsubscribe(ROUTE, "a"));
        assertThat(told(offer(Resources.none().with(ROUTE, "a@2", "b@2")))).containsExactly("ROUTE 2 +b@2");
    }

    @Test
    void a_name_given_back_under_a_wildcard_is_sent_again() {
        start(Resources.none().with(CLUSTER, "a@1"));
        told(subscribe(CLUSTER, "*", "a"));
        assertThat(told(unsubscribe(CLUSTER, "a"))).containsExactly("CLUSTER 2 +a@1");
    }

    @Test
    @DisplayName("X-02: a change to everything arrives as clusters, endpoints, listeners, routes, secrets")
    void a_change_to_everything_arrives_in_the_order_of_make_before_break() {
        subscribe(ROUTE, "a");
        subscribe(LISTENER);
        subscribe(SECRET, "ROOTCA");
        subscribe(ENDPOINT, "a");
        subscribe(CLUSTER);
        List<String> told = told(offer(Resources.none()
                .with(ROUTE, "a@1")
                .with(LISTENER, "out@1")
                .with(SECRET, "ROOTCA@1")
                .with(ENDPOINT, "a@1")
                .with(CLUSTER, "a@1")));
        assertThat(told)
                .containsExactly(
                        "CLUSTER 6 +a@1",
                        "ENDPOINT 7 +a@1",
                        "LISTENER 8 +out@1",
                        "ROUTE 9 +a@1",
                        "SECRET 10 +ROOTCA@1");
    }

    @Test
    @DisplayName("R5: a cluster goes only when the listeners that named it are gone")
    void a_cluster_is_removed_only_after_the_listener_that_let_go_of_it_was_taken() {
        start(Resources.none()
                .with(CLUSTER, "a@1", "b@1")
                .with(ENDPOINT, "a@1", "b@1")
                .with(LISTENER, "out@ab"));
        subscribe(CLUSTER);
        subscribe(ENDPOINT, "a", "b");
        subscribe(LISTENER);
        ackAll();

        assertThat(told(offer(Resources.none()
                        .with(CLUSTER, "b@1")
                        .with(ENDPOINT, "b@1")
                        .with(LISTENER, "out@b"))))
                .containsExactly("LISTENER 4 +out@b");
        assertThat(told(ack(LISTENER, "4"))).containsExactly("CLUSTER 5 -a", "ENDPOINT 6 -a");
    }

    @Test
    void a_cluster_stays_as_long_as_the_proxy_refuses_the_listener_that_lets_go_of_it() {
        start(Resources.none().with(CLUSTER, "a@1").with(LISTENER, "out@a"));
        subscribe(CLUSTER);
        subscribe(LISTENER);
        ackAll();
        assertThat(told(offer(Resources.none().with(LISTENER, "out@bad")))).containsExactly("LISTENER 3 +out@bad");
        assertThat(told(nack(LISTENER, "3", "no"))).isEmpty();
        assertThat(told(offer(Resources.none().with(LISTENER, "out@good")))).containsExactly("LISTENER 4 +out@good");
        assertThat(told(ack(LISTENER, "4"))).containsExactly("CLUSTER 5 -a");
    }

    @Test
    void a_cluster_that_comes_back_before_it_was_removed_is_not_removed() {
        start(Resources.none().with(CLUSTER, "a@1").with(LISTENER, "out@a"));
        subscribe(CLUSTER);
        subscribe(LISTENER);
        ackAll();
        told(offer(Resources.none().with(LISTENER, "out@none")));
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@1").with(LISTENER, "out@a"))))
                .containsExactly("LISTENER 4 +out@a");
        ack(LISTENER, "3");
        assertThat(told(ack(LISTENER, "4"))).isEmpty();
    }

    @Test
    @DisplayName("X-03: a cluster sent again warms, and needs its endpoints again")
    void a_changed_cluster_brings_its_unchanged_endpoints_along() {
        start(Resources.none().with(CLUSTER, "a@1", "b@1").with(ENDPOINT, "a@1", "b@1"));
        subscribe(CLUSTER);
        subscribe(ENDPOINT, "a", "b");
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@2", "b@1").with(ENDPOINT, "a@1", "b@1"))))
                .containsExactly("CLUSTER 3 +a@2", "ENDPOINT 4 +a@1");
    }

    @Test
    @DisplayName("R2, X-12: a proxy that comes back gets the difference, and no more")
    void a_proxy_that_comes_back_gets_only_what_differs_and_loses_what_vanished() {
        start(Resources.none().with(CLUSTER, "a@1", "b@2", "d@1"));
        assertThat(told(resume(CLUSTER, Map.of("a", "1", "b", "1", "c", "1"))))
                .containsExactly("CLUSTER 1 +b@2 +d@1 -c");
    }

    @Test
    void a_proxy_that_comes_back_to_an_unchanged_mesh_gets_no_resource() {
        start(Resources.none().with(CLUSTER, "a@1"));
        assertThat(told(resume(CLUSTER, Map.of("a", "1")))).containsExactly("CLUSTER 1");
    }

    @Test
    @DisplayName("X-04: a refusal is kept with its words, the version that is in force stays")
    void a_nack_keeps_the_version_in_force_and_the_error() {
        start(Resources.none().with(CLUSTER, "a@1"));
        subscribe(CLUSTER);
        ack(CLUSTER, "1");
        String good = status(CLUSTER).ackedVersion();
        offer(Resources.none().with(CLUSTER, "a@bad"));
        Step step = nack(CLUSTER, "2", "clusters[a].lb_policy: not supported");

        assertThat(step.effects()).hasSize(1).first().isInstanceOf(Effect.Nacked.class);
        assertThat(status(CLUSTER).ackedVersion()).isEqualTo(good);
        assertThat(status(CLUSTER).nack().orElseThrow().error()).isEqualTo("clusters[a].lb_policy: not supported");
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@bad"))))
                .as("the same bad content is not sent in a loop")
                .isEmpty();
        offer(Resources.none().with(CLUSTER, "a@2"));
        ack(CLUSTER, "3");
        assertThat(status(CLUSTER).nack()).isEmpty();
    }

    @Test
    @DisplayName("R4: one bad resource does not keep the good ones of its response away for ever")
    void a_good_version_after_a_refusal_brings_what_was_refused_with_it() {
        start(Resources.none().with(CLUSTER, "a@1", "b@1", "c@1"));
        subscribe(CLUSTER);
        ack(CLUSTER, "1");
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@bad", "b@2", "c@1"))))
                .containsExactly("CLUSTER 2 +a@bad +b@2");
        nack(CLUSTER, "2", "a is bad");
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@3", "b@2", "c@1"))))
                .containsExactly("CLUSTER 3 +a@3 +b@2");
    }

    @Test
    void an_answer_with_an_unknown_nonce_counts_as_no_answer_but_its_subscription_counts() {
        start(Resources.none().with(ROUTE, "a@1", "b@1"));
        subscribe(ROUTE, "a");
        Step step = step(new DeltaRequest(ROUTE, List.of("b"), List.of(), Map.of(), "77", Optional.empty()));
        assertThat(told(step)).containsExactly("ROUTE 2 +b@1");
        assertThat(step.effects()).noneMatch(Effect.Acked.class::isInstance);
    }

    @Test
    void a_large_answer_is_cut_into_responses_below_the_limit_of_clients() {
        var many = new ArrayList<String>();
        String megabyte = "x".repeat(1 << 20);
        for (int i = 0; i < 5; i++) {
            many.add("c" + i + "@" + megabyte);
        }
        start(Resources.none().with(CLUSTER, many.toArray(String[]::new)));
        List<Integer> sizes = subscribe(CLUSTER).effects().stream()
                .map(effect -> ((Effect.SendDelta) effect).resources().size())
                .toList();
        assertThat(sizes).containsExactly(2, 2, 1);
    }

    @Test
    void a_proxy_that_never_answers_costs_a_bounded_amount() {
        subscribe(CLUSTER);
        for (int i = 0; i < 1000; i++) {
            offer(Resources.none().with(CLUSTER, "a@" + i));
        }
        assertThat(state.type(CLUSTER).orElseThrow().unanswered()).hasSize(TypeState.MOST_UNANSWERED);
    }

    @Test
    void a_subscription_to_more_names_than_any_mesh_has_ends_the_stream() {
        Step step = subscribe(ROUTE, Collections.nCopies(20_001, "a").toArray(String[]::new));
        assertThat(step.effects())
                .singleElement()
                .isInstanceOfSatisfying(
                        Effect.Close.class,
                        close -> assertThat(close.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
        assertThat(offer(Resources.none().with(CLUSTER, "a@1")).effects()).isEmpty();
    }

    @Test
    void nothing_is_sent_on_a_closed_stream() {
        subscribe(CLUSTER);
        take(new Event.Closed<>());
        assertThat(offer(Resources.none().with(CLUSTER, "a@1")).effects()).isEmpty();
    }

    private void start(Resources resources) {
        state = SessionState.start(resources.offer());
    }

    private Step subscribe(ResourceType type, String... names) {
        return step(new DeltaRequest(type, List.of(names), List.of(), Map.of(), "", Optional.empty()));
    }

    private Step unsubscribe(ResourceType type, String... names) {
        return step(new DeltaRequest(type, List.of(), List.of(names), Map.of(), "", Optional.empty()));
    }

    private Step resume(ResourceType type, Map<String, String> versions) {
        return step(new DeltaRequest(type, List.of(), List.of(), versions, "", Optional.empty()));
    }

    private Step ack(ResourceType type, String nonce) {
        return step(new DeltaRequest(type, List.of(), List.of(), Map.of(), nonce, Optional.empty()));
    }

    private Step nack(ResourceType type, String nonce, String error) {
        return step(new DeltaRequest(type, List.of(), List.of(), Map.of(), nonce, Optional.of(error)));
    }

    private void ackAll() {
        state.types()
                .forEach((type, typeState) ->
                        List.copyOf(typeState.unanswered().keySet()).forEach(nonce -> ack(type, nonce)));
    }

    private Step offer(Resources resources) {
        return take(new Event.NewResources<>(resources.offer()));
    }

    private Step step(DeltaRequest request) {
        return take(new Event.Received<>(request));
    }

    private Step take(Event<DeltaRequest> event) {
        Step step = protocol.step(state, event);
        state = step.state();
        return step;
    }

    private SyncStatus status(ResourceType type) {
        return state.type(type).orElseThrow().status();
    }

    private static List<String> told(Step step) {
        var lines = new ArrayList<String>();
        for (Effect effect : step.effects()) {
            if (effect instanceof Effect.SendDelta send) {
                StringBuilder line = new StringBuilder(send.type() + " " + send.nonce());
                for (EncodedResource resource : send.resources()) {
                    line.append(" +").append(resource.name()).append('@').append(resource.version());
                }
                send.removed().forEach(name -> line.append(" -").append(name));
                lines.add(line.toString());
            }
        }
        return lines;
    }
}
