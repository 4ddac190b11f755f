package io.weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many TCP connections a cluster takes, and how old one gets. */
@Timeout(60)
class TcpLimitsTest {

    private static ServerSocket echo() throws IOException {
        ServerSocket socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try {
                    Socket accepted = socket.accept();
                    Thread.ofVirtual().start(() -> {
                        try (accepted) {
                            accepted.getInputStream().transferTo(accepted.getOutputStream());
                        } catch (IOException e) {
                            // the test sees what came of it
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
        return socket;
    }

    private static Snapshot tcp(ServerSocket server, int maxConnections, Duration maxDuration) {
        TcpProxy terminal = new TcpProxy(
                "test", new ClusterChoice.Single("app"), TcpProxy.DEFAULT_IDLE_TIMEOUT, 1, maxDuration, List.of());
        return Fixture.snapshot(
                Fixture.listener(Listener.Inspection.NONE, Fixture.chain(terminal, null)),
                Fixture.bounded(
                        Fixture.cluster("app", server.getLocalPort()),
                        new Cluster.Limits(maxConnections, 1024, 1024),
                        Cluster.DEFAULT_IDLE_TIMEOUT));
    }

    private static boolean works(Client client) throws IOException {
        try {
            return client.send("x").read(1).equals("x");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void a_connection_beyond_the_limit_is_closed_with_UO_and_one_that_ended_makes_room_R_04() throws Exception {
        try (ServerSocket server = echo();
                RunningProxy proxy = new RunningProxy(tcp(server, 1, Duration.ZERO))) {
            try (Client first = proxy.connect();
                    Client second = proxy.connect()) {
                assertThat(works(first)).isTrue();
                assertThat(works(second)).isFalse();
                Connection refused = proxy.ended();
                assertThat(RunningProxy.flags(refused)).containsExactly(ResponseFlag.UO);
                assertThat(refused.details()).isEqualTo("max_connections");
            }
            assertThat(RunningProxy.flags(proxy.ended())).isEmpty();
            try (Client third = proxy.connect()) {
                assertThat(works(third)).isTrue();
            }
        }
    }

    @Test
    void the_limit_is_the_clusters_and_not_each_event_loops_R_04() throws Exception {
        List<Client> clients = new ArrayList<>();
        try (ServerSocket server = echo();
                RunningProxy proxy = new RunningProxy(tcp(server, 3, Duration.ZERO), 2)) {
            int served = 0;
            for (int i = 0; i < 24; i++) {
                Client client = proxy.connect();
                clients.add(client);
                served += works(client) ? 1 : 0;
            }
            assertThat(served).isEqualTo(3);
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void a_connection_ends_at_its_greatest_age_though_bytes_move_L4_08() throws Exception {
        try (ServerSocket server = echo();
                RunningProxy proxy = new RunningProxy(tcp(server, 10, Duration.ofMillis(300)));
                Client client = proxy.connect()) {
            int exchanged = 0;
            while (works(client)) {
                exchanged++;
            }
            assertThat(exchanged).isPositive();
            Connection ended = proxy.ended();
            assertThat(RunningProxy.flags(ended)).containsExactly(ResponseFlag.DT);
            assertThat(ended.details()).isEqualTo("max_connection_duration_reached");
        }
    }
}
