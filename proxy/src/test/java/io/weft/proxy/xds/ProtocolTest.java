package io.weft.proxy.xds;

import static io.weft.proxy.xds.Samples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.wire.Bytes;
import io.weft.proxy.xds.Effect.Deliver;
import io.weft.proxy.xds.Effect.Purpose;
import io.weft.proxy.xds.Effect.Reconnect;
import io.weft.proxy.xds.Effect.Send;
import io.weft.proxy.xds.Judged.Accepted;
import io.weft.proxy.xds.Judged.Heartbeat;
import io.weft.proxy.xds.Judged.Rejected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ProtocolTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final long SECOND = 1_000_000_000L;

    private State state = State.initial(true, TIMEOUT, true, true);
    private List<Effect> effects = List.of();

    @Test
    void a_new_stream_asks_for_clusters_first_then_listeners_with_wildcards() {
        after(new Event.Connected(0));

        assertThat(sent())
                .extracting(Request::typeUrl)
                .containsExactly(ResourceType.CLUSTERS.url(), ResourceType.LISTENERS.url());
        assertThat(sent().getFirst())
                .isEqualTo(new Request.Delta(ResourceType.CLUSTERS.url(), "", Set.of(), Set.of(), Map.of(), null));
    }

    @Test
    void a_good_delta_response_is_delivered_and_then_acknowledged_by_its_nonce() {
        after(new Event.Connected(0));
        after(clusters("n1", accepted("v1", Samples.eds("a", "a", 0))));

        assertThat(delivered().accepted()).extracting(Accepted::name).containsExactly("a");
        assertThat(effects.getLast())
                .isEqualTo(new Send(
                        Purpose.ACK,
                        new Request.Delta(ResourceType.CLUSTERS.url(), "n1", Set.of(), Set.of(), Map.of(), null)));
    }

    @Test
    @DisplayName("X-04: a bad resource is rejected alone, with its field's path")
    void a_bad_resource_is_rejected_alone() {
        after(new Event.Connected(0));
        after(clusters(
                "n1", accepted("v1", Samples.eds("a", "a", 0)), new Rejected("b", "v1", "lb_policy: not supported")));

        assertThat(delivered().accepted()).extracting(Accepted::name).containsExactly("a");
        assertThat(delivered().rejected()).extracting(Rejected::name).containsExactly("b");
        assertThat(nack().nonce()).isEqualTo("n1");
        assertThat(nack().error()).isEqualTo("b: lb_policy: not supported");
    }

    @Test
    @DisplayName("R4: the version of the state of the world stays where it was after a NACK")
    void a_nack_in_state_of_the_world_carries_the_last_good_version() {
        stateOfTheWorld();
        after(new Event.Connected(0));
        after(clusters("n1", accepted("1", Samples.eds("a", "a", 0))));
        after(response(ResourceType.CLUSTERS, "2", "n2", List.of(new Rejected("a", "2", "name: bad")), List.of()));

        assertThat(nack())
                .isEqualTo(
                        new Request.StateOfTheWorld(ResourceType.CLUSTERS.url(), "v", "n2", Set.of(), "a: name: bad"));
        assertThat(delivered().removed()).as("last good kept").isEmpty();

        after(clusters("n3", accepted("3", Samples.eds("a", "a", 1))));
        assertThat(((Request.StateOfTheWorld) sent().getLast()).version()).isEqualTo("v");
    }

    @Test
    void state_of_the_world_clusters_that_are_not_listed_any_more_are_gone() {
        stateOfTheWorld();
        after(new Event.Connected(0));
        after(clusters("n1", accepted("1", Samples.eds("a", "a", 0)), accepted("1", Samples.eds("b", "b", 0))));
        after(clusters("n2", accepted("2", Samples.eds("b", "b", 0))));

        assertThat(delivered().removed()).containsExactly("a");
    }

    @Test
    void endpoints_that_a_state_of_the_world_response_leaves_out_stay() {
        stateOfTheWorld();
        after(new Event.Connected(0));
        after(wanting(0, "a", "b"));
        after(endpoints("n1", "a", "b"));
        after(endpoints("n2", "b"));

        assertThat(delivered().removed()).isEmpty();
        assertThat(state.of(ResourceType.ENDPOINTS).held()).containsOnlyKeys("a", "b");
    }

    @Test
    void nothing_is_removed_by_a_response_with_a_resource_that_could_not_be_named() {
        stateOfTheWorld();
        after(new Event.Connected(0));
        after(clusters("n1", accepted("1", Samples.eds("a", "a", 0))));
        after(clusters("n2", new Rejected("", "2", "resources[0]: not a Cluster")));

        assertThat(delivered().removed()).isEmpty();
    }

    @Test
    @DisplayName("R4: duplicate names")
    void two_resources_of_one_name_are_both_rejected() {
        after(new Event.Connected(0));
        after(clusters("n1", accepted("1", Samples.eds("a", "a", 0)), accepted("2", Samples.eds("a", "a", 1))));

        assertThat(delivered().accepted()).isEmpty();
        assertThat(nack().error()).isEqualTo("a: more than one resource of this name in one response");
    }

    @Test
    @DisplayName("R4: empty nonce")
    void a_response_without_a_nonce_is_refused_whole() {
        after(new Event.Connected(0));
        after(clusters("", accepted("1", Samples.eds("a", "a", 0))));

        assertThat(effects).hasSize(1);
        assertThat(nack().error()).startsWith("nonce is empty");
        assertThat(state.of(ResourceType.CLUSTERS).held()).isEmpty();
    }

    @Test
    @DisplayName("R4: wrong type_url")
    void a_response_of_a_type_never_asked_for_is_refused() {
        after(new Event.Connected(0));
        after(new Event.UnknownType("type.googleapis.com/other", "n"));
        assertThat(nack().error()).isEqualTo("type URL type.googleapis.com/other: not subscribed");

        after(endpoints("n1", "a"));
        assertThat(nack().error()).startsWith("not subscribed to");
    }

    @Test
    void new_names_are_subscribed_and_old_ones_unsubscribed_by_their_difference() {
        after(new Event.Connected(0));
        after(wanting(0, "a", "b"));
        assertThat(sent().getLast())
                .isEqualTo(new Request.Delta(
                        ResourceType.ENDPOINTS.url(), "", Set.of("a", "b"), Set.of(), Map.of(), null));

        after(wanting(0, "b", "c"));
        assertThat(sent().getLast())
                .isEqualTo(
                        new Request.Delta(ResourceType.ENDPOINTS.url(), "", Set.of("c"), Set.of("a"), Map.of(), null));
    }

    @Test
    @DisplayName("P14: what was unsubscribed is forgotten, so that a new subscription waits for a new answer")
    void what_was_unsubscribed_is_not_claimed_as_held() {
        after(new Event.Connected(0));
        after(wanting(0, "a"));
        after(endpoints("n1", "a"));
        after(wanting(0));
        after(wanting(0, "a"));

        assertThat(state.of(ResourceType.ENDPOINTS).deadlines()).containsKey("a");
        after(new Event.StreamClosed(0, Ending.GONE));
        after(new Event.Connected(0));
        assertThat(((Request.Delta) sent().get(1)).held()).isEmpty();
    }

    @Test
    void a_resource_that_arrives_after_it_was_unsubscribed_is_ignored() {
        after(new Event.Connected(0));
        after(wanting(0, "a", "b"));
        after(wanting(0, "b"));
        after(endpoints("n1", "a"));

        assertThat(delivered().accepted()).isEmpty();
        assertThat(sent().getLast().error()).isNull();
    }

    @Test
    void a_new_stream_resumes_with_the_versions_that_are_held() {
        after(new Event.Connected(0));
        after(clusters("n1", accepted("v1", Samples.eds("a", "a", 0))));
        after(new Event.StreamClosed(0, Ending.GONE));
        after(new Event.Connected(0));

        assertThat(((Request.Delta) sent().getFirst()).held()).isEqualTo(Map.of("a", "v1"));
        assertThat(sent().getFirst().nonce()).isEmpty();
    }

    @Test
    void state_of_the_world_resumes_with_its_version_unless_a_name_was_never_answered() {
        stateOfTheWorld();
        after(new Event.Connected(0));
        after(wanting(0, "a"));
        after(endpoints("n1", "a"));
        after(new Event.StreamClosed(0, Ending.GONE));
        after(new Event.Connected(0));
        assertThat(((Request.StateOfTheWorld) sent().get(1)).version()).isEqualTo("v");

        after(new Event.StreamClosed(0, Ending.GONE));
        after(wanting(0, "a", "b"));
        after(new Event.Connected(0));
        assertThat(((Request.StateOfTheWorld) sent().get(1)).version()).isEmpty();
    }

    @Test
    @DisplayName("R5: initial fetch timeout 15 s")
    void a_name_without_an_answer_counts_as_absent_after_the_fetch_timeout() {
        after(new Event.Connected(0));
        after(wanting(SECOND, "a"));
        assertThat(state.nextDeadline()).isEqualTo(15 * SECOND);
        after(new Event.Tick(15 * SECOND));
        assertThat(deliveries()).allSatisfy(d -> assertThat(d.absent()).containsExactly("*"));

        after(new Event.Tick(16 * SECOND));
        assertThat(delivered().type()).isEqualTo(ResourceType.ENDPOINTS);
        assertThat(delivered().absent()).containsExactly("a");
        assertThat(state.nextDeadline()).isEqualTo(Subscription.NEVER);
    }

    @Test
    void the_fetch_timeout_does_not_run_while_there_is_nobody_to_ask() {
        after(wanting(0, "a"));
        after(new Event.Connected(0));
        after(new Event.StreamClosed(0, Ending.GONE));
        after(new Event.Tick(100 * SECOND));

        assertThat(effects).isEmpty();
    }

    @Test
    void that_a_name_never_existed_is_believed_only_after_the_timeout() {
        after(new Event.Connected(0));
        after(wanting(0, "a"));
        after(response(ResourceType.ENDPOINTS, "", "n1", List.of(), List.of("a")));

        assertThat(delivered().removed()).isEmpty();
        assertThat(state.of(ResourceType.ENDPOINTS).deadlines()).containsKey("a");
    }

    @Test
    @DisplayName("X-05: a resource with a time to live expires, a heartbeat keeps it")
    void a_time_to_live_ends_unless_a_heartbeat_comes() {
        after(new Event.Connected(0));
        var cluster = new Resource.OfCluster(Samples.eds("a", "a", 0));
        after(clusters("n1", new Accepted("a", "1", cluster, Bytes.EMPTY, Duration.ofSeconds(2))));
        after(response(
                ResourceType.CLUSTERS, "", "n2", List.of(new Heartbeat("a", "1", Duration.ofSeconds(4))), List.of()));
        after(new Event.Tick(3 * SECOND));
        assertThat(effects).isEmpty();

        after(new Event.Tick(4 * SECOND));
        assertThat(delivered().expired()).containsExactly("a");
    }

    @Test
    @DisplayName("R1: back-off grows with every stream without an answer, and begins anew after one")
    void reconnecting_backs_off_until_the_control_plane_answers() {
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            after(new Event.Connected(0));
            after(new Event.StreamClosed(0.999999, Ending.GONE));
            delays.add(((Reconnect) effects.getFirst()).delay().toMillis());
        }
        assertThat(delays).containsExactly(250L, 400L, 640L, 1024L, 1638L, 2000L, 2000L, 2000L, 2000L);
        after(new Event.StreamClosed(0.999999, Ending.BUSY));
        assertThat(effects).containsExactly(new Reconnect(Duration.ofSeconds(30)));

        after(new Event.Connected(0));
        after(clusters("n1"));
        after(new Event.StreamClosed(0, Ending.GONE));
        assertThat(effects).containsExactly(new Reconnect(Duration.ofMillis(25)));
    }

    @Test
    void a_stream_that_was_good_for_a_while_without_a_word_ends_the_row_of_failures() {
        for (int i = 0; i < 9; i++) {
            after(new Event.StreamClosed(0.999999, Ending.GONE));
        }
        after(new Event.Connected(0));
        after(new Event.StreamClosed(0.999999, Ending.FRESH));
        assertThat(effects).containsExactly(new Reconnect(Duration.ofMillis(250)));
    }

    @Test
    void new_credentials_open_a_new_stream_at_once_and_keep_what_is_held() {
        after(new Event.Connected(0));
        after(clusters("n1", accepted("v1", Samples.eds("a", "a", 0))));
        after(new Event.CredentialsChanged());
        assertThat(effects).containsExactly(new Reconnect(Duration.ZERO));

        after(new Event.Connected(0));
        assertThat(((Request.Delta) sent().getFirst()).held()).containsOnlyKeys("a");
    }

    @Test
    void the_reason_of_a_nack_is_bounded() {
        assertThat(ErrorDetail.of(List.of(new Rejected("a", "1", "x".repeat(100_000)))))
                .hasSize(ErrorDetail.MAX_LENGTH);
    }

    private void stateOfTheWorld() {
        state = State.initial(false, TIMEOUT, true, true);
    }

    private void after(Event event) {
        Step step = Protocol.step(state, event);
        state = step.state();
        effects = step.effects();
    }

    private static Event.Response clusters(String nonce, Judged... judged) {
        return response(ResourceType.CLUSTERS, "v", nonce, List.of(judged), List.of());
    }

    private static Event.Response endpoints(String nonce, String... names) {
        List<Judged> judged = new ArrayList<>();
        for (String name : names) {
            judged.add(accepted("1", new Resource.OfEndpoints(name, Samples.at(1))));
        }
        return response(ResourceType.ENDPOINTS, "v", nonce, judged, List.of());
    }

    private static Event.Response response(
            ResourceType type, String version, String nonce, List<Judged> judged, List<String> removed) {
        return new Event.Response(type, version, nonce, judged, removed, 0);
    }

    private static Event.SubscriptionsChanged wanting(long now, String... services) {
        return new Event.SubscriptionsChanged(Map.of(ResourceType.ENDPOINTS, Set.of(services)), now);
    }

    private List<Request> sent() {
        return effects.stream()
                .filter(Send.class::isInstance)
                .map(effect -> ((Send) effect).request())
                .toList();
    }

    private Request nack() {
        assertThat(effects.getLast())
                .isInstanceOfSatisfying(
                        Send.class, send -> assertThat(send.purpose()).isEqualTo(Purpose.NACK));
        return sent().getLast();
    }

    private List<Deliver> deliveries() {
        return effects.stream()
                .filter(Deliver.class::isInstance)
                .map(Deliver.class::cast)
                .toList();
    }

    private Deliver delivered() {
        return deliveries().getFirst();
    }
}
