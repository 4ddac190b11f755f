package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectTimeoutTest {

    private static final int MORE_THAN_WAIT = 4;

    @Test
    void an_endpoint_that_does_not_take_the_connection_is_a_503_after_the_connect_timeout_R_08() throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), full.getLocalPort());
            // Nobody accepts: what comes once these have filled the queue is not answered by the kernel.
            for (int i = 0; i < MORE_THAN_WAIT; i++) {
                SocketChannel one = SocketChannel.open();
                waiting.add(one);
                one.configureBlocking(false);
                one.connect(address);
            }
            try (RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", full.getLocalPort())));
                    Client client = proxy.connect()) {
                Client.Answer answer =
                        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.body()).endsWith("reset reason: connection timeout");
                RunningProxy.Logged logged = proxy.logged();
                assertThat(logged.flags()).containsExactly(ResponseFlag.UF);
                assertThat(logged.details()).contains("connection_timeout");
            }
        } finally {
            for (SocketChannel one : waiting) {
                one.close();
            }
        }
    }
}
