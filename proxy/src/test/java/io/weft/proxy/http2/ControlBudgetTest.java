package io.weft.proxy.http2;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ControlBudgetTest {

    private static void spend(ControlBudget budget, int count, long now) throws Http2Exception {
        for (int i = 0; i < count; i++) {
            budget.spend(now);
        }
    }

    @Test
    void the_frame_after_the_last_allowed_one_asks_for_calm() throws Http2Exception {
        ControlBudget budget = new ControlBudget(0);
        spend(budget, ControlBudget.CAPACITY, 1);
        assertThatThrownBy(() -> budget.spend(2))
                .isInstanceOfSatisfying(
                        Http2Exception.class,
                        calm -> org.assertj.core.api.Assertions.assertThat(calm.error())
                                .isEqualTo(Http2Error.ENHANCE_YOUR_CALM));
    }

    @Test
    void after_a_window_of_time_all_is_forgotten() throws Http2Exception {
        ControlBudget budget = new ControlBudget(0);
        spend(budget, ControlBudget.CAPACITY, 1);
        assertThatCode(() -> spend(budget, ControlBudget.CAPACITY, ControlBudget.WINDOW))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> budget.spend(ControlBudget.WINDOW + 1)).isInstanceOf(Http2Exception.class);
    }

    @Test
    @DisplayName("D12")
    void work_earns_frames_but_never_more_than_there_were_at_the_start() throws Http2Exception {
        ControlBudget budget = new ControlBudget(0);
        spend(budget, 100, 1);
        budget.earn(100_000);
        spend(budget, ControlBudget.CAPACITY, 1);
        assertThatThrownBy(() -> budget.spend(1)).isInstanceOf(Http2Exception.class);
    }
}
