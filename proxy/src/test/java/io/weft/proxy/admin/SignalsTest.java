package io.weft.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignalsTest {

    @Test
    void a_signal_runs_its_action_and_not_the_end_of_the_process() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        assertThat(Signals.on("USR1", heard::countDown)).isTrue();

        int kill = new ProcessBuilder(
                        "kill", "-USR1", Long.toString(ProcessHandle.current().pid()))
                .start()
                .waitFor();

        assertThat(kill).isZero();
        assertThat(heard.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_signal_that_does_not_exist_cannot_be_had() {
        assertThat(Signals.on("NOSUCH", () -> {})).isFalse();
    }
}
