package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;
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

    @Test
    void a_port_that_somebody_listens_on_at_any_address_is_not_given() throws IOException {
        int first = new Ports(new Random(1)).next();
        try (var _ = new ServerSocket(first, 1, InetAddress.ofLiteral("127.0.0.2"))) {
            assertThat(new Ports(new Random(1)).next()).isNotEqualTo(first);
        }
    }
}
