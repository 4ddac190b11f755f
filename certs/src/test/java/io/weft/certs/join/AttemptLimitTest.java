package io.weft.certs.join;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AttemptLimitTest {
    // System.nanoTime may be negative and may wrap.
    private static final long START = Long.MAX_VALUE - 500_000_000L;

    @Test
    @DisplayName("6.1: of 1,000 tries in a second five are looked at, and no more than five in any second after")
    void a_guesser_gets_five_tries_a_second() {
        var limit = new AttemptLimit();
        long admitted = 0;
        for (int i = 0; i < 1000; i++) {
            admitted += limit.admit("10.0.0.1", after(i)) ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(5);
        assertThat(limit.admit("10.0.0.1", after(1000))).isTrue();
        assertThat(limit.admit("10.0.0.1", after(1000))).isFalse();
    }

    @Test
    void one_source_does_not_hold_back_another_and_success_costs_nothing() {
        var limit = new AttemptLimit();
        for (int i = 0; i < 5; i++) {
            limit.admit("10.0.0.1", after(0));
        }
        assertThat(limit.admit("10.0.0.1", after(0))).isFalse();
        for (int i = 0; i < 100; i++) {
            assertThat(limit.admit("10.0.0.2", after(0))).isTrue();
            limit.forgive("10.0.0.2");
        }
    }

    @Test
    void the_table_is_bounded_and_refuses_when_full() {
        var limit = new AttemptLimit(5, 3);
        for (String source : new String[] {"a", "b", "c"}) {
            assertThat(limit.admit(source, after(0))).isTrue();
        }
        assertThat(limit.admit("d", after(10))).isFalse();
        assertThat(limit.admit("a", after(10))).isTrue();
        assertThat(limit.admit("d", after(1000))).isTrue();
    }

    private static long after(long millis) {
        return START + millis * 1_000_000L;
    }
}
