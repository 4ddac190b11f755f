package io.weft.controlplane.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("X-10")
class DebounceTest {
    private static final long MILLI = 1_000_000;
    private final Debounce debounce = new Debounce(Duration.ofMillis(10), Duration.ofMillis(100));

    @Test
    void a_change_after_a_rest_is_due_at_once() {
        assertThat(debounce.remaining(0, 100 * MILLI, 100 * MILLI, 100 * MILLI)).isZero();
        assertThat(debounce.remaining(0, 99 * MILLI, 99 * MILLI, 99 * MILLI)).isEqualTo(10 * MILLI);
    }

    @Test
    void a_change_soon_after_a_push_is_due_when_nothing_followed_for_the_quiet_time() {
        assertThat(debounce.remaining(0, 0, 0, 0)).isEqualTo(10 * MILLI);
        assertThat(debounce.remaining(0, 0, 0, 10 * MILLI)).isZero();
    }

    @Test
    void each_further_change_is_waited_for() {
        assertThat(debounce.remaining(0, 0, 8 * MILLI, 10 * MILLI)).isEqualTo(8 * MILLI);
    }

    @Test
    void changes_without_end_are_pushed_after_the_longest_time() {
        assertThat(debounce.remaining(0, 0, 99 * MILLI, 99 * MILLI)).isEqualTo(MILLI);
        assertThat(debounce.remaining(0, 0, 100 * MILLI, 100 * MILLI)).isZero();
    }
}
