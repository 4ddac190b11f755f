package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import io.weft.proxy.testing.Svids;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Handshakes that take for ever hold up no more than the two requests that they were begun for. */
class SlowDialTest {

    private static final int REQUESTS = 5;

    @Test
    void where_handshakes_hang_each_request_that_waits_soon_has_one_of_its_own() throws Exception {
        Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            silent.setSoTimeout(10_000);
            Cluster cluster = Fixture.cluster(
                    "a",
                    Cluster.Protocol.HTTP1,
                    new UpstreamTls(Svids.mutual(List.of()), "", false, false),
                    List.of(new Cluster.Endpoint(
                            new Address.Socket("127.0.0.1", silent.getLocalPort()),
                            1,
                            Cluster.Health.HEALTHY,
                            "",
                            Map.of())));
            Snapshot plain = Fixture.http(cluster);
            Snapshot snapshot = new Snapshot(
                    1, plain.listeners(), plain.clusters(), plain.routes(), Svids.secrets(authority, "cart"));
            List<AutoCloseable> open = new ArrayList<>();
            try (RunningProxy proxy = new RunningProxy(snapshot)) {
                for (int i = 0; i < REQUESTS; i++) {
                    Client client = proxy.connect();
                    open.add(client);
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                }
                List<Socket> dialled = new ArrayList<>();
                for (int i = 0; i < REQUESTS; i++) {
                    Socket socket = silent.accept(); // and says nothing
                    open.add(socket);
                    dialled.add(socket);
                }
                assertThat(dialled).hasSize(REQUESTS);
            } finally {
                for (AutoCloseable each : open) {
                    each.close();
                }
            }
        }
    }
}
