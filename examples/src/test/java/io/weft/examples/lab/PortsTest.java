package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void a_port_is_given_once_and_is_none_that_an_outgoing_connection_takes() {
        var ports = new Ports();
        assertThat(IntStream.range(0, 2_000).map(_ -> ports.next()))
                .doesNotHaveDuplicates()
                .allMatch(port -> port < 32_768);
    }
}
