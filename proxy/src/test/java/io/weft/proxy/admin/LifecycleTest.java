package io.weft.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.admin.Lifecycle.Condition;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class LifecycleTest {

    private final AtomicBoolean certificates = new AtomicBoolean();
    private final AtomicBoolean configuration = new AtomicBoolean();
    private final AtomicBoolean idle = new AtomicBoolean();
    private final List<String> drains = Collections.synchronizedList(new ArrayList<>());
    private final Lifecycle lifecycle = new Lifecycle(
            InstantSource.system(),
            List.of(
                    new Condition("certificates", certificates::get),
                    new Condition("configuration", configuration::get)),
            (inboundOnly, close) -> drains.add((inboundOnly ? "inbound" : "all") + (close ? " closed" : "")),
            idle::get);

    @ParameterizedTest
    @CsvSource({
        "INITIALIZING, CONDITIONS_MET, LIVE",
        "INITIALIZING, DRAIN, DRAINING",
        "INITIALIZING, STOP, STOPPED",
        "LIVE, CONDITIONS_MET, LIVE",
        "LIVE, DRAIN, DRAINING",
        "DRAINING, CONDITIONS_MET, DRAINING",
        "DRAINING, DRAIN, DRAINING",
        "DRAINING, STOP, STOPPED",
        "STOPPED, DRAIN, STOPPED",
        "STOPPED, CONDITIONS_MET, STOPPED",
    })
    void no_way_leads_back(Stage before, Stage.Event event, Stage after) {
        assertThat(before.after(event)).isEqualTo(after);
    }

    @Test
    void it_is_ready_only_with_certificates_and_configuration() {
        assertThat(lifecycle.isReady()).isFalse();
        assertThat(lifecycle.unmet()).containsExactly("certificates", "configuration");
        certificates.set(true);
        assertThat(lifecycle.isReady()).isFalse();
        configuration.set(true);
        assertThat(lifecycle.isReady()).isTrue();
        assertThat(lifecycle.stage()).isEqualTo(Stage.LIVE);
    }

    @Test
    void certificates_that_are_over_make_it_unready_but_not_new() {
        certificates.set(true);
        configuration.set(true);
        assertThat(lifecycle.isReady()).isTrue();
        certificates.set(false);
        assertThat(lifecycle.isReady()).isFalse();
        assertThat(lifecycle.stage()).isEqualTo(Stage.LIVE);
    }

    @Test
    void inbound_ends_first_and_the_rest_when_nothing_is_carried_any_more() throws InterruptedException {
        Thread waits = Thread.ofVirtual().start(() -> {
            try {
                lifecycle.drain(Duration.ofMinutes(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        while (drains.isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(drains).containsExactly("inbound closed");
        assertThat(lifecycle.stage()).isEqualTo(Stage.DRAINING);
        assertThat(lifecycle.isReady()).isFalse();
        idle.set(true);
        waits.join();
        assertThat(drains).containsExactly("inbound closed", "all closed");
        assertThat(lifecycle.stage()).isEqualTo(Stage.STOPPED);
    }

    @Test
    void the_deadline_ends_what_does_not_end_by_itself() throws InterruptedException {
        lifecycle.drain(Duration.ofMillis(120));

        assertThat(drains).containsExactly("inbound closed", "all closed");
        assertThat(lifecycle.stage()).isEqualTo(Stage.STOPPED);
    }

    @Test
    void asked_twice_there_is_no_more_waiting() throws InterruptedException {
        lifecycle.terminate();
        lifecycle.awaitEnd();
        lifecycle.terminate();
        lifecycle.drain(Duration.ofHours(1));

        assertThat(drains).containsExactly("all closed");
    }

    @Test
    void to_quit_is_to_end_without_waiting() throws InterruptedException {
        lifecycle.quit();
        lifecycle.awaitEnd();
        lifecycle.drain(Duration.ofHours(1));

        assertThat(drains).containsExactly("all closed");
    }
}
