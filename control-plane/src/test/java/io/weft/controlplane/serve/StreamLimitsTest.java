package io.weft.controlplane.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamLimitsTest {
    private final StreamLimits.Open open = new StreamLimits.Open(new StreamLimits(2, 3, 4));

    @Test
    void each_limit_is_exact_and_says_what_it_limits() {
        assertThat(open.enter("cart", "0")).isEmpty();
        assertThat(open.enter("cart", "0")).isEmpty();
        assertThat(open.enter("cart", "0")).hasValue("cart has 2 streams with node id 0");
        assertThat(open.enter("cart", "1")).isEmpty();
        assertThat(open.enter("cart", "2")).hasValue("cart has 3 streams");
        assertThat(open.enter("pay", "0")).isEmpty();
        assertThat(open.enter("mail", "0")).hasValue("this control plane has 4 streams");
    }

    @Test
    void a_stream_that_ends_makes_room() {
        for (int i = 0; i < 10; i++) {
            assertThat(open.enter("cart", "0")).isEmpty();
            assertThat(open.enter("cart", "0")).isEmpty();
            open.leave("cart", "0");
            open.leave("cart", "0");
        }
    }
}
