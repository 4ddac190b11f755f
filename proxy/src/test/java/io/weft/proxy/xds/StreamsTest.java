package io.weft.proxy.xds;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The order in which streams are opened and closed, on a transport in memory. */
class StreamsTest {

    private final ScheduledThreadPoolExecutor xds = new ScheduledThreadPoolExecutor(1);
    private final Wires wires = new Wires();
    private volatile Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final List<String> heard = new ArrayList<>();
    // A certificate that cannot be read ended long ago: its stream moves as soon as there is another one.
    private final Map<String, Secret> secrets =
            new HashMap<>(Map.of("default", new Secret.Certificate("first", ""), "ROOTCA", new Secret.Trust("roots")));
    private final Streams streams = new Streams(
            xds, () -> 0, () -> now, wires, Set.of("default", "ROOTCA"), () -> secrets, new Streams.Listener() {
                @Override
                public void connected() {
                    heard.add("connected");
                }

                @Override
                public void received(Event event) {
                    heard.add("received");
                }

                @Override
                public void lost(String reason, Ending ending) {
                    heard.add("lost " + reason + " " + ending);
                }
            });

    @AfterEach
    void close() throws Exception {
        run(() -> {
            streams.close();
        });
        xds.shutdownNow();
    }

    @Test
    void the_next_stream_is_connected_before_the_one_in_use_is_closed() throws Exception {
        AdsTransport.Receiver first = opened();
        AdsTransport.Receiver second = renewed("second");
        assertThat(wires.log).containsExactly("open 1", "open 2");
        run(() -> {
            first.received(new Event.Tick(0));
            second.connected();
            first.received(new Event.Tick(0));
            first.closed("late", Ending.GONE);
            second.received(new Event.Tick(0));
        });
        assertThat(wires.log).containsExactly("open 1", "open 2", "close 1");
        assertThat(heard).containsExactly("connected", "received", "connected", "received");
    }

    @Test
    void a_next_stream_that_fails_is_tried_again_and_the_one_in_use_goes_on() throws Exception {
        AdsTransport.Receiver first = opened();
        AdsTransport.Receiver second = renewed("second");
        run(() -> {
            second.closed("refused", Ending.GONE);
            first.received(new Event.Tick(0));
        });
        AdsTransport.Receiver third = wires.next();
        run(() -> {
            third.connected();
        });
        assertThat(wires.log).containsExactly("open 1", "open 2", "open 3", "close 1");
        assertThat(heard).containsExactly("connected", "received", "connected");
    }

    @Test
    void when_the_stream_in_use_is_lost_the_next_one_is_given_up_too_and_the_loss_is_told() throws Exception {
        AdsTransport.Receiver first = opened();
        AdsTransport.Receiver second = renewed("second");
        run(() -> {
            first.closed("gone", Ending.GONE);
            second.connected();
            streams.openAfter(Duration.ZERO);
        });
        wires.next();
        assertThat(wires.log).containsExactly("open 1", "open 2", "close 2", "open 3");
        assertThat(heard)
                .as("with the second certificate it is a first attempt")
                .containsExactly("connected", "lost gone FRESH");
    }

    @Test
    void a_stream_that_was_in_use_for_a_while_says_nothing_about_the_next_one() throws Exception {
        AdsTransport.Receiver first = opened();
        run(() -> {
            first.closed("denied", Ending.BUSY);
            streams.openAfter(Duration.ZERO);
        });
        AdsTransport.Receiver second = wires.next();
        run(second::connected);
        now = now.plusSeconds(5);
        run(() -> second.closed("denied", Ending.BUSY));
        run(() -> streams.openAfter(Duration.ZERO));
        AdsTransport.Receiver third = wires.next();
        run(() -> third.closed("refused", Ending.GONE));

        assertThat(heard)
                .containsExactly(
                        "connected", "lost denied BUSY", "connected", "lost denied FRESH", "lost refused GONE");
    }

    @Test
    void what_is_withdrawn_ends_the_stream_and_what_does_not_concern_it_does_not() throws Exception {
        opened();
        assertThat(on(() -> {
                    secrets.put("other", new Secret.Trust("x"));
                    return streams.credentialsChanged();
                }))
                .isFalse();
        assertThat(on(() -> {
                    secrets.remove("default");
                    return streams.credentialsChanged();
                }))
                .isTrue();
        assertThat(wires.log).containsExactly("open 1");
    }

    @Test
    void while_it_is_not_connected_only_other_credentials_make_it_try_again_at_once() throws Exception {
        run(() -> {
            streams.open();
        });
        assertThat(on(streams::credentialsChanged)).isFalse();
        secrets.put("default", new Secret.Certificate("second", ""));
        assertThat(on(streams::credentialsChanged)).isTrue();
    }

    private AdsTransport.Receiver opened() throws Exception {
        run(() -> {
            streams.open();
        });
        AdsTransport.Receiver first = wires.next();
        run(() -> {
            first.connected();
        });
        return first;
    }

    private AdsTransport.Receiver renewed(String chain) throws Exception {
        assertThat(on(() -> {
                    secrets.put("default", new Secret.Certificate(chain, ""));
                    return streams.credentialsChanged();
                }))
                .isFalse();
        return wires.next();
    }

    private void run(Runnable task) throws Exception {
        xds.submit(task).get(20, TimeUnit.SECONDS);
    }

    private <T> T on(Callable<T> task) throws Exception {
        return xds.submit(task).get(20, TimeUnit.SECONDS);
    }

    private static final class Wires implements AdsTransport {
        final List<String> log = new ArrayList<>();
        private final BlockingQueue<Receiver> receivers = new LinkedBlockingQueue<>();
        private int count;

        Receiver next() throws InterruptedException {
            return requireNonNull(receivers.poll(20, TimeUnit.SECONDS), "no stream was opened");
        }

        @Override
        public Stream open(Receiver receiver) {
            int number = ++count;
            log.add("open " + number);
            receivers.add(receiver);
            return new Stream() {
                @Override
                public void send(Request request) {}

                @Override
                public void close() {
                    log.add("close " + number);
                }
            };
        }

        @Override
        public void close() {}
    }
}
