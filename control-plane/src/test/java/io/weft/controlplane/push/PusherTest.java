package io.weft.controlplane.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.generate.Generator;
import io.weft.controlplane.generate.ProxyNode;
import io.weft.controlplane.generate.ResourceSet;
import io.weft.controlplane.generate.ResourceType;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshObject;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.model.MtlsMode;
import io.weft.controlplane.model.PeerAuthentication;
import io.weft.controlplane.telemetry.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("X-10")
class PusherTest {
    private final Metrics metrics = new Metrics();
    private final Pusher pusher =
            new Pusher(new Generator(1 << 24), new Debounce(Duration.ofMillis(10), Duration.ofMillis(100)), metrics);

    @AfterEach
    void stop() throws InterruptedException {
        pusher.close();
        assertThat(pusher.awaitEnd(5_000)).isTrue();
    }

    @Test
    void a_proxy_that_connects_before_the_first_mesh_gets_its_resources_when_there_is_one() throws Exception {
        Proxy cart = connect("shop", "cart");
        pusher.change(mesh(MtlsMode.PERMISSIVE));
        assertThat(cart.next().resources(ResourceType.LISTENER)).isNotEmpty();
    }

    @Test
    void replicas_share_the_very_same_resources() throws Exception {
        pusher.change(mesh(MtlsMode.PERMISSIVE));
        Proxy one = connect("shop", "cart");
        Proxy two = connect("shop", "cart");
        assertThat(one.next()).isSameAs(two.next());
    }

    @Test
    void only_a_proxy_whose_view_changed_is_told() throws Exception {
        pusher.change(mesh(MtlsMode.PERMISSIVE));
        Proxy cart = connect("shop", "cart");
        Proxy pay = connect("bank", "pay");
        ResourceSet before = cart.next();
        pay.next();
        pusher.change(mesh(MtlsMode.STRICT));
        assertThat(cart.next()).isNotEqualTo(before);
        // The next change comes after that round, so whatever the round sent is here by then.
        pusher.change(mesh(MtlsMode.PERMISSIVE));
        assertThat(cart.next()).isEqualTo(before);
        assertThat(pay.offers).isEmpty();
    }

    @Test
    void a_burst_of_changes_is_pushed_as_its_last_one() throws Exception {
        pusher.change(mesh(MtlsMode.PERMISSIVE));
        Proxy cart = connect("shop", "cart");
        ResourceSet before = cart.next();
        for (int i = 0; i < 100; i++) {
            pusher.change(mesh(i % 2 == 0 ? MtlsMode.STRICT : MtlsMode.PERMISSIVE));
        }
        pusher.change(mesh(MtlsMode.DISABLE));
        ResourceSet last = cart.next();
        while (!last.equals(expected(MtlsMode.DISABLE))) {
            last = cart.next();
        }
        assertThat(last).isNotEqualTo(before);
        assertThat(metrics.histogram("pilot_debounce_time", "", new double[0]).count())
                .as("pushes for 102 changes")
                .isLessThan(20);
    }

    @Test
    void a_proxy_that_has_left_is_told_nothing_more() throws Exception {
        pusher.change(mesh(MtlsMode.PERMISSIVE));
        Proxy gone = connect("shop", "cart");
        gone.next();
        gone.leave.run();
        Proxy here = connect("shop", "cart");
        here.next();
        pusher.change(mesh(MtlsMode.STRICT));
        here.next();
        assertThat(gone.offers).isEmpty();
    }

    @Test
    void a_subscriber_that_throws_stops_nobody_else() throws Exception {
        pusher.change(mesh(MtlsMode.PERMISSIVE));
        pusher.connect(node("shop", "bad"), new Subscriber() {
            @Override
            public void offer(ResourceSet resources, long changedAt) {
                throw new IllegalStateException("thrown by the test");
            }

            @Override
            public void failed() {}
        });
        Proxy cart = connect("shop", "cart");
        cart.next();
        pusher.change(mesh(MtlsMode.STRICT));
        cart.next();
    }

    private ResourceSet expected(MtlsMode mode) {
        return new Generator(1 << 24).generate(io.weft.controlplane.generate.View.of(mesh(mode), node("shop", "cart")));
    }

    private Proxy connect(String namespace, String account) {
        var proxy = new Proxy();
        proxy.leave = pusher.connect(node(namespace, account), proxy);
        return proxy;
    }

    private static ProxyNode node(String namespace, String account) {
        return new ProxyNode(
                account + "-0",
                namespace,
                account,
                List.of(IpAddress.of("10.0.0.1")),
                Map.of(),
                ProxyNode.Reader.SIDECAR);
    }

    private static Mesh mesh(MtlsMode mode) {
        MeshObject rule = new PeerAuthentication("shop", "default", Map.of(), mode, Map.of());
        return Mesh.of(MeshSettings.DEFAULT, List.of(rule));
    }

    private static final class Proxy implements Subscriber {
        final LinkedBlockingQueue<ResourceSet> offers = new LinkedBlockingQueue<>();
        Runnable leave = () -> {};

        @Override
        public void offer(ResourceSet resources, long changedAt) {
            offers.add(resources);
        }

        @Override
        public void failed() {
            throw new IllegalStateException("no resources");
        }

        ResourceSet next() throws InterruptedException {
            ResourceSet next = offers.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("an offer within 10 s").isNotNull();
            return next;
        }
    }
}
