package io.weft.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RequestLimitTest {

    @Test
    void requests_of_all_loops_count_for_one_limit() {
        RequestLimit.Counts counts = new RequestLimit.Counts(3);
        RequestLimit first = RequestLimit.of(counts, 0, 3);
        RequestLimit last = RequestLimit.of(counts, 2, 3);
        first.began();
        last.began();
        assertThat(first.isReached()).isFalse();
        last.began();
        assertThat(first.isReached()).isTrue();
        assertThat(last.isReached()).isTrue();
        last.ended();
        assertThat(first.isReached()).isFalse();
    }

    @Test
    void no_limit_counts_nothing() {
        RequestLimit limit = RequestLimit.of(new RequestLimit.Counts(1), 0, 0xffff_ffffL);
        limit.began();
        assertThat(limit).isSameAs(RequestLimit.NONE);
        assertThat(limit.isReached()).isFalse();
    }

    @Test
    void a_limit_of_nothing_is_always_reached() {
        assertThat(RequestLimit.of(new RequestLimit.Counts(1), 0, 0).isReached())
                .isTrue();
    }
}
