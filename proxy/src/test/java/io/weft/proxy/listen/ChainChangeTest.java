package io.weft.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cidr;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener of which a chain changes, as the capture listener does with every service that comes or goes. */
@Timeout(60)
class ChainChangeTest {

    private static final String ONE = "127.0.0.1";
    private static final String OTHER = "127.0.0.2";
    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private static FilterChain chain(String from, String cluster) {
        FilterChainMatch match = new FilterChainMatch(
                null,
                List.of(),
                List.of(),
                null,
                List.of(),
                List.of(),
                FilterChainMatch.SourceType.ANY,
                List.of(Cidr.parse(from + "/32")),
                List.of());
        Route.Forward route = Fixture.forwardTo(cluster);
        return new FilterChain(from, match, null, List.of(), Fixture.manager(Fixture.routes(route)));
    }

    /** Each time made anew, as a parser does. */
    private static Snapshot snapshot(Endpoint app, String clusterOfOther, Listener.Inspection inspection) {
        return Fixture.snapshot(
                Fixture.listener(inspection, chain(ONE, "a"), chain(OTHER, clusterOfOther)),
                Fixture.cluster("a", app.port()),
                Fixture.cluster("b", app.port()));
    }

    private static Snapshot snapshot(Endpoint app, String clusterOfOther) {
        return snapshot(app, clusterOfOther, Listener.Inspection.NONE);
    }

    private static Client from(RunningProxy proxy, String address) throws Exception {
        return new Client(proxy.port(), InetAddress.getByName(address));
    }

    @Test
    void a_connection_on_an_untouched_chain_is_served_on_and_one_on_a_changed_chain_drains() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Endpoint app = new Endpoint(request -> {
                    if (request.line().contains("/slow")) {
                        begun.countDown();
                        await(go);
                    }
                    return Endpoint.ok("ok");
                });
                RunningProxy proxy = new RunningProxy(snapshot(app, "a"));
                Client untouched = from(proxy, ONE);
                Client idle = from(proxy, OTHER);
                Client silent = from(proxy, OTHER);
                Client busy = from(proxy, OTHER)) {
            assertThat(untouched.send(GET).answer().status()).isEqualTo(200);
            assertThat(idle.send(GET).answer().status()).isEqualTo(200);
            busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            proxy.apply(snapshot(app, "b"));
            assertThat(idle.isClosed()).isTrue();
            assertThat(silent.isClosed()).isTrue();
            go.countDown();
            Client.Answer last = busy.answer();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.head()).containsIgnoringCase("connection: close");
            assertThat(busy.isClosed()).isTrue();
            for (int i = 0; i < 3; i++) {
                Client.Answer answer = untouched.send(GET).answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.head()).doesNotContainIgnoringCase("connection: close");
                proxy.apply(snapshot(app, i % 2 == 0 ? "a" : "b"));
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_listener_that_says_the_same_as_before_drains_nobody() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(snapshot(app, "a"));
                Client client = from(proxy, OTHER)) {
            assertThat(client.send(GET).answer().status()).isEqualTo(200);
            Listener before = proxy.listener();
            proxy.apply(snapshot(app, "a"));
            assertThat(proxy.listener()).isSameAs(before);
            assertThat(client.send(GET).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void where_more_than_chains_changes_all_connections_drain() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(snapshot(app, "a"));
                Client client = from(proxy, ONE)) {
            assertThat(client.send(GET).answer().status()).isEqualTo(200);
            proxy.apply(snapshot(
                    app, "a", new Listener.Inspection(false, true, Listener.Inspection.DEFAULT_TIMEOUT, true)));
            assertThat(client.isClosed()).isTrue();
        }
    }
}
