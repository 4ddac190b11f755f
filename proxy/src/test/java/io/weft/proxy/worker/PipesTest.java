package io.weft.proxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PipesTest {

    private final Pipes pipes = new Pipes();

    private Pipe taken() {
        return Objects.requireNonNull(pipes.take());
    }

    @Test
    void no_more_than_the_bound_are_in_use_and_a_returned_one_can_be_had_again() {
        List<Pipe> taken = new ArrayList<>();
        for (int i = 0; i < Pipes.MAX_IN_USE; i++) {
            taken.add(taken());
        }
        assertThat(pipes.take()).isNull();
        pipes.giveBack(taken.removeLast(), true);
        taken.add(taken());
        taken.forEach(pipe -> pipes.giveBack(pipe, true));
        assertThat(pipes.inUse()).isZero();
        pipes.close();
    }

    @Test
    void a_pipe_with_something_left_in_it_is_never_used_again() {
        Pipe left = taken();
        pipes.giveBack(left, false);
        Pipe next = taken();
        assertThat(next).isNotSameAs(left);
        pipes.giveBack(next, true);
        pipes.close();
    }

    @Test
    void after_the_end_none_can_be_had_and_those_that_come_back_are_closed() {
        Pipe pipe = taken();
        pipes.close();
        assertThat(pipes.take()).isNull();
        pipes.giveBack(pipe, true);
        assertThat(pipes.inUse()).isZero();
    }
}
