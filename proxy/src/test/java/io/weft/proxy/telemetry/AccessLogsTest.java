package io.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.AccessLog;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.runtime.Proxy;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.NoLeaks;
import io.weft.proxy.tls.TlsContexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Through a real proxy, on real sockets. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class AccessLogsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private List<AccessLog> logs(String format) {
        return List.of(new AccessLog(
                new AccessLog.Sink.File(folder.resolve("access.log").toString()), new AccessLog.Format.Text(format)));
    }

    private HttpConnectionManager manager(String cluster, String format) {
        HttpConnectionManager made = Fixture.manager(Fixture.routes(Fixture.forwardTo(cluster)));
        return new HttpConnectionManager(
                made.statPrefix(),
                made.codec(),
                made.routes(),
                made.filters(),
                made.timeouts(),
                made.limits(),
                made.path(),
                made.forwarded(),
                made.serverHeader(),
                made.serverName(),
                made.http1(),
                made.http2(),
                made.generateRequestId(),
                made.preserveExternalRequestId(),
                made.stripPort(),
                made.upgrades(),
                logs(format));
    }

    /** A proxy whose access log is read once it has ended. */
    private final class Logged implements AutoCloseable {
        private final TlsContexts tls;
        private final Telemetry telemetry;
        private final Proxy proxy;

        Logged(Snapshot snapshot) {
            tls = TlsContexts.of(snapshot);
            telemetry = new Telemetry(
                    new AccessLogs(1, InstantSource.system()), new Stats(1, 100, Workload.UNKNOWN_WORKLOAD));
            proxy = new Proxy(1, tls, telemetry, telemetry);
            assertThat(proxy.apply(snapshot)).isEmpty();
        }

        Client connect() throws IOException {
            return new Client(proxy.bound().getFirst().addresses().getFirst().getPort());
        }

        List<String> lines(int wanted) throws IOException {
            Path log = folder.resolve("access.log");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (System.nanoTime() < end) {
                if (Files.exists(log) && Files.readAllLines(log).size() >= wanted) {
                    return Files.readAllLines(log);
                }
                Thread.onSpinWait();
            }
            throw new AssertionError("no " + wanted + " lines in " + log);
        }

        String stats(String filter) {
            return new StatsReader(List.of(telemetry.stats(), new ClusterMetrics(proxy::current, proxy::reports)))
                    .plain(new StatsReader.Choice(com.google.re2j.Pattern.compile(filter), true));
        }

        @Override
        public void close() {
            proxy.close();
            telemetry.logs().close();
            tls.close();
        }
    }

    @Test
    void an_answered_request_has_a_line_with_the_endpoints_facts() throws IOException {
        String format = "%REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% "
                + "%BYTES_RECEIVED% %BYTES_SENT% %RESP(X-KIND)% %UPSTREAM_HOST% %UPSTREAM_CLUSTER% %ROUTE_NAME% "
                + "%FILTER_CHAIN_NAME% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %UPSTREAM_PROTOCOL%";
        try (Endpoint endpoint = new Endpoint(request ->
                        Endpoint.bytes("HTTP/1.1 200 OK\r\nX-Kind: shop\r\nContent-Length: 5\r\n\r\nhello"));
                Logged proxy = new Logged(Fixture.snapshot(
                        Fixture.listener(Listener.Inspection.NONE, Fixture.chain(manager("c", format), null)),
                        Fixture.cluster("c", endpoint.port())));
                Client client = proxy.connect()) {
            client.send("POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
                    .answer();
            client.send("GET /c HTTP/1.1\r\nHost: x\r\n\r\n").answer();

            String tail = "200 - via_upstream %d 5 shop 127.0.0.1:" + endpoint.port() + " c all all 1 HTTP/1.1";
            assertThat(proxy.lines(2))
                    .containsExactly("POST /a?b " + String.format(tail, 3), "GET /c " + String.format(tail, 0));
            assertThat(proxy.stats("cluster\\.c\\."))
                    .contains("cluster.c.upstream_cx_total: 1\n")
                    .contains("cluster.c.upstream_cx_active: 1\n")
                    .contains("cluster.c.upstream_rq_total: 2\n")
                    .contains("cluster.c.upstream_rq_active: 0\n")
                    .contains("cluster.c.membership_healthy: 1\n");
            assertThat(proxy.stats("http\\.test\\."))
                    .contains("http.test.downstream_cx_active: 1\n")
                    .contains("http.test.downstream_rq_total: 2\n");
        }
    }

    @Test
    void an_endpoint_that_cannot_be_reached_is_flagged() throws IOException {
        int nowhere;
        try (Endpoint gone = Endpoint.saying("")) {
            nowhere = gone.port();
        }
        try (Logged proxy = new Logged(Fixture.snapshot(
                        Fixture.listener(
                                Listener.Inspection.NONE,
                                Fixture.chain(manager("c", "%RESPONSE_CODE% %RESPONSE_FLAGS%"), null)),
                        Fixture.cluster("c", nowhere)));
                Client client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer();

            assertThat(proxy.lines(1)).containsExactly("503 UF");
            assertThat(proxy.stats("connect_fail")).isEqualTo("cluster.c.upstream_cx_connect_fail: 1\n");
        }
    }

    @Test
    void a_tcp_connection_has_a_line_when_it_has_ended() throws Exception {
        TcpProxy plain = Fixture.tcp("c");
        FilterChain chain = Fixture.chain(
                new TcpProxy(
                        plain.statPrefix(),
                        plain.cluster(),
                        plain.idleTimeout(),
                        plain.maxConnectAttempts(),
                        plain.maxDuration(),
                        logs("%PROTOCOL% %RESPONSE_CODE% %BYTES_RECEIVED% %BYTES_SENT% %UPSTREAM_CLUSTER% "
                                + "%UPSTREAM_HOST%")),
                null);
        try (Endpoint endpoint = Endpoint.saying("hello");
                Logged proxy = new Logged(Fixture.snapshot(
                        Fixture.listener(Listener.Inspection.NONE, chain), Fixture.cluster("c", endpoint.port())))) {
            String request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
            int answered = Endpoint.ok("hello").length;
            try (Client client = proxy.connect()) {
                client.send(request).answer();
            }

            assertThat(proxy.lines(1))
                    .containsExactly("- 0 " + request.length() + " " + answered + " c 127.0.0.1:" + endpoint.port());
            assertThat(proxy.stats("tcp"))
                    .contains("tcp.test.downstream_cx_total: 1\n")
                    .contains("tcp.test.downstream_cx_rx_bytes_total: " + request.length() + "\n")
                    .contains("istio_tcp_connections_opened_total")
                    .contains("istio_tcp_connections_closed_total");
        }
    }

    @Test
    void the_connections_that_are_open_are_known_and_inbound_ones_drain_alone() throws Exception {
        Listener plain =
                Fixture.listener(Listener.Inspection.NONE, Fixture.chain(manager("c", "%RESPONSE_CODE%"), null));
        Listener outbound = new Listener(
                plain.name(),
                plain.address(),
                plain.additional(),
                Listener.Direction.OUTBOUND,
                plain.originalDestination(),
                plain.inspection(),
                plain.chains(),
                plain.defaultChain(),
                plain.bufferLimit(),
                plain.accessLogs());
        try (Endpoint endpoint = Endpoint.saying("hello");
                Logged proxy = new Logged(Fixture.snapshot(outbound, Fixture.cluster("c", endpoint.port())));
                Client client = proxy.connect()) {
            String request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
            client.send(request).answer();
            assertThat(proxy.telemetry.stats().activeConnections()).isOne();

            proxy.proxy.drain(true, true);
            assertThat(client.send(request).answer().status()).isEqualTo(200);
            try (Client another = proxy.connect()) {
                assertThat(another.send(request).answer().status()).isEqualTo(200);
            }

            proxy.proxy.drain(false, true);
            assertThat(client.isClosed()).isTrue();
        }
    }
}
