package io.weft.controlplane.serve;

import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.ENDPOINT;
import static io.weft.controlplane.generate.ResourceType.LISTENER;
import static io.weft.controlplane.generate.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SotwProtocolTest {
    private final SotwProtocol protocol = new SotwProtocol();
    private SessionState state = SessionState.start(Offer.NOTHING);

    @Test
    void a_change_of_one_cluster_sends_all_clusters_but_a_change_of_one_route_only_that() {
        start(Resources.none().with(CLUSTER, "a@1", "b@1").with(ROUTE, "a@1", "b@1"));
        assertThat(told(request(CLUSTER, "", "", ""))).containsExactly("CLUSTER 1 a@1 b@1");
        assertThat(told(request(ROUTE, "", "", "a", "b"))).containsExactly("ROUTE 2 a@1 b@1");
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@2", "b@1").with(ROUTE, "a@2", "b@1"))))
                .containsExactly("CLUSTER 3 a@2 b@1", "ROUTE 4 a@2");
    }

    @Test
    void an_ack_is_not_answered() {
        start(Resources.none().with(CLUSTER, "a@1"));
        request(CLUSTER, "", "");
        Step ack = request(CLUSTER, "v", "1");
        assertThat(told(ack)).isEmpty();
        assertThat(ack.effects()).singleElement().isInstanceOf(Effect.Acked.class);
        assertThat(status(CLUSTER).ackedVersion()).isEqualTo(status(CLUSTER).sentVersion());
    }

    @Test
    void a_request_that_answers_an_older_response_is_not_heeded() {
        start(Resources.none().with(ROUTE, "a@1", "b@1"));
        request(ROUTE, "", "", "a");
        offer(Resources.none().with(ROUTE, "a@2", "b@1"));
        Step late = request(ROUTE, "v", "1", "a", "b");
        assertThat(told(late)).isEmpty();
        assertThat(late.effects()).anyMatch(Effect.ExpiredNonce.class::isInstance);
        assertThat(told(request(ROUTE, "v", "2", "a", "b"))).containsExactly("ROUTE 3 b@1");
    }

    @Test
    void an_empty_list_after_names_is_for_nothing_and_after_none_still_for_all() {
        start(Resources.none().with(CLUSTER, "a@1").with(LISTENER, "in@1", "out@1"));
        request(CLUSTER, "", "");
        request(LISTENER, "", "", "in");
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@2").with(LISTENER, "in@2", "out@2"))))
                .containsExactly("CLUSTER 3 a@2", "LISTENER 4 in@2");
        request(CLUSTER, "v", "3");
        request(LISTENER, "v", "4");
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@3").with(LISTENER, "in@3", "out@3"))))
                .containsExactly("CLUSTER 5 a@3");
    }

    @Test
    @DisplayName("R5: clusters go last, in a response of their own")
    void a_vanished_cluster_goes_along_until_the_listener_that_let_go_of_it_was_taken() {
        start(Resources.none().with(CLUSTER, "a@1", "b@1").with(LISTENER, "out@ab"));
        request(CLUSTER, "", "");
        request(CLUSTER, "v", "1");
        request(LISTENER, "", "");
        request(LISTENER, "v", "2");
        assertThat(told(offer(Resources.none().with(CLUSTER, "b@1", "c@1").with(LISTENER, "out@bc"))))
                .containsExactly("CLUSTER 3 b@1 c@1 a@1", "LISTENER 4 out@bc");
        assertThat(told(request(CLUSTER, "v", "3"))).isEmpty();
        assertThat(told(request(LISTENER, "v", "4"))).containsExactly("CLUSTER 5 b@1 c@1");
    }

    @Test
    @DisplayName("X-03: a cluster sent again warms, and needs its endpoints again")
    void a_changed_cluster_brings_its_unchanged_endpoints_along() {
        start(Resources.none().with(CLUSTER, "a@1", "b@1").with(ENDPOINT, "a@1", "b@1"));
        request(CLUSTER, "", "");
        request(ENDPOINT, "", "", "a", "b");
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@2", "b@1").with(ENDPOINT, "a@1", "b@1"))))
                .containsExactly("CLUSTER 3 a@2 b@1", "ENDPOINT 4 a@1");
    }

    @Test
    @DisplayName("R2: no duplicate full push to an unchanged proxy")
    void a_proxy_that_comes_back_with_the_version_of_now_gets_nothing_until_something_changes() {
        Resources same = Resources.none().with(CLUSTER, "a@1", "b@1");
        start(same);
        request(CLUSTER, "", "");
        String version = status(CLUSTER).sentVersion();

        start(same);
        assertThat(told(request(CLUSTER, version, ""))).isEmpty();
        assertThat(status(CLUSTER).ackedVersion()).isEqualTo(version);
        assertThat(told(offer(Resources.none().with(CLUSTER, "a@1")))).containsExactly("CLUSTER 1 a@1");

        start(Resources.none().with(CLUSTER, "a@1", "b@2"));
        assertThat(told(request(CLUSTER, version, ""))).containsExactly("CLUSTER 1 a@1 b@2");
    }

    @Test
    @DisplayName("X-04, R4: a refusal is kept, and a good version brings the rest with it")
    void a_nack_keeps_the_version_in_force_and_the_next_change_brings_what_was_refused() {
        start(Resources.none().with(ROUTE, "a@1", "b@1"));
        request(ROUTE, "", "", "a", "b");
        request(ROUTE, "v1", "1", "a", "b");
        String good = status(ROUTE).ackedVersion();
        offer(Resources.none().with(ROUTE, "a@bad", "b@2"));
        step(new SotwRequest(ROUTE, List.of("a", "b"), "v1", "2", Optional.of("a: no")));
        assertThat(status(ROUTE).ackedVersion()).isEqualTo(good);
        assertThat(status(ROUTE).nack().orElseThrow().error()).isEqualTo("a: no");
        assertThat(told(offer(Resources.none().with(ROUTE, "a@3", "b@2")))).containsExactly("ROUTE 3 a@3 b@2");
    }

    private void start(Resources resources) {
        state = SessionState.start(resources.offer());
    }

    private Step request(ResourceType type, String version, String nonce, String... names) {
        List<String> wanted = names.length == 1 && names[0].isEmpty() ? List.of() : List.of(names);
        return step(new SotwRequest(type, wanted, version, nonce, Optional.empty()));
    }

    private Step offer(Resources resources) {
        return take(new Event.NewResources<>(resources.offer()));
    }

    private Step step(SotwRequest request) {
        return take(new Event.Received<>(request));
    }

    private Step take(Event<SotwRequest> event) {
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
            if (effect instanceof Effect.SendSotw send) {
                StringBuilder line = new StringBuilder(send.type() + " " + send.nonce());
                for (EncodedResource resource : send.resources()) {
                    line.append(' ').append(resource.name()).append('@').append(resource.version());
                }
                lines.add(line.toString());
            }
        }
        return lines;
    }
}
