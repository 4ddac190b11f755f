package io.weft.controlplane.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllowanceTest {
    private final Allowance allowance = new Allowance(10);
    private final List<String> granted = new ArrayList<>();

    private void ask(String who, long amount) {
        allowance.ask(amount, () -> granted.add(who));
    }

    @Test
    void no_more_is_given_out_than_there_is() {
        ask("a", 6);
        ask("b", 4);
        ask("c", 1);
        assertThat(granted).containsExactly("a", "b");
        assertThat(allowance.used()).isEqualTo(10);
        assertThat(allowance.waiting()).isEqualTo(1);
    }

    @Test
    void what_is_given_back_goes_to_those_who_asked_first() {
        ask("a", 10);
        ask("large", 8);
        ask("small", 1);
        assertThat(granted).containsExactly("a");
        allowance.giveBack(10);
        assertThat(granted).containsExactly("a", "large", "small");
    }

    @Test
    void a_small_one_does_not_pass_a_large_one_that_asked_before() {
        ask("a", 5);
        ask("large", 8);
        ask("small", 1);
        assertThat(granted).containsExactly("a");
    }

    @Test
    void more_than_there_ever_is_gets_its_turn_alone() {
        ask("a", 1);
        ask("huge", 100);
        assertThat(granted).containsExactly("a");
        allowance.giveBack(1);
        assertThat(granted).containsExactly("a", "huge");
        ask("b", 1);
        assertThat(granted).hasSize(2);
        allowance.giveBack(100);
        assertThat(granted).containsExactly("a", "huge", "b");
    }
}
