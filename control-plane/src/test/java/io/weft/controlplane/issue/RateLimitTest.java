package io.weft.controlplane.issue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long SECOND = 1_000_000_000L;
    private final RateLimit limit = new RateLimit(3, 1);

    @Test
    void a_burst_is_let_through_and_then_so_many_per_second() {
        assertThat(limit.admit("a", 0)).isTrue();
        assertThat(limit.admit("a", 0)).isTrue();
        assertThat(limit.admit("a", 0)).isTrue();
        assertThat(limit.admit("a", 0)).isFalse();
        assertThat(limit.admit("a", SECOND / 2)).isFalse();
        assertThat(limit.admit("a", SECOND)).isTrue();
        assertThat(limit.admit("a", SECOND)).isFalse();
    }

    @Test
    void one_caller_does_not_use_up_another_one_s_share() {
        for (int i = 0; i < 100; i++) {
            limit.admit("a", 0);
        }
        assertThat(limit.admit("b", 0)).isTrue();
    }
}
