package io.weft.proxy.exchange;

import static io.weft.proxy.testing.Endpoint.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How HTTP/1 connections end on either side, and that nothing which was said before is lost by it. */
@Timeout(60)
class ConnectionEndsTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

    private static void pass(long millis) throws InterruptedException {
        assertThat(new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)).isFalse();
    }

    private static String chunks(int count) {
        return ("400\r\n" + "x".repeat(0x400) + "\r\n").repeat(count) + "0\r\n\r\n";
    }

    @Test
    void an_answer_in_chunks_is_whole_though_the_endpoint_has_left_and_the_client_is_slow() throws Exception {
        String answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(8 * 1024);
        try (Endpoint app = new Endpoint(request -> bytes(answer));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            app.closeAfter(1);
            client.send(GET);
            pass(300); // by then the client's socket is full, and so are the proxy's buffers
            assertThat(client.answer().body()).hasSize(8 * 1024 * 1024);
        }
    }

    @Test
    void a_client_may_take_its_time_for_the_last_answer() throws Exception {
        String large = "0123456789abcdef".repeat(1024 * 1024); // 16 MiB, more than the sockets between us hold
        try (Endpoint app = Endpoint.saying(large);
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(client.read(15 * 1024 * 1024)).hasSize(15 * 1024 * 1024);
            proxy.logged(); // all of it was handed over
            pass(1_300);
            assertThat(client.rest()).endsWith("0123456789abcdef").hasSizeGreaterThan(1024 * 1024);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void requests_that_were_sent_before_the_client_ended_its_speech_are_all_answered() throws Exception {
        try (Endpoint app = new Endpoint(request -> Endpoint.ok(request.line()));
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())));
                Client client = proxy.connect()) {
            client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
            client.endSpeech();
            for (int i = 1; i <= 3; i++) {
                assertThat(client.answer().body()).isEqualTo("GET /" + i + " HTTP/1.1");
            }
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void half_a_head_and_the_end_of_the_endpoints_speech_is_an_answer_that_never_comes() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", server.getLocalPort())));
                Client client = proxy.connect()) {
            client.send(GET);
            try (Socket accepted = server.accept()) {
                accepted.getOutputStream().write(bytes("HTTP/1.1 200 OK\r\nX-Half"));
                accepted.shutdownOutput();
                assertThat(client.answer().status()).isEqualTo(503);
                assertThat(proxy.logged().details())
                        .isEqualTo("upstream_reset_before_response_started{connection_termination}");
            }
        }
    }

    @Test
    void a_head_that_trickles_in_has_no_more_time_than_one_that_stops() throws Exception {
        var timeouts = new HttpConnectionManager.Timeouts(
                Duration.ofHours(1),
                Duration.ofMillis(300),
                Duration.ZERO,
                Duration.ofMinutes(5),
                Duration.ofSeconds(5),
                Duration.ZERO);
        var manager = Fixture.manager(Fixture.routes(Fixture.forwardTo("app")), timeouts, List.of());
        var snapshot = Fixture.snapshot(
                Fixture.listener(Listener.Inspection.NONE, Fixture.chain(manager, null)), Fixture.cluster("app"));
        try (RunningProxy proxy = new RunningProxy(snapshot);
                Client client = proxy.connect();
                ScheduledExecutorService drip = Executors.newSingleThreadScheduledExecutor()) {
            client.send("GET / HTTP/1.1\r\n");
            drip.scheduleAtFixedRate(
                    () -> {
                        try {
                            client.send("X: y\r\n");
                        } catch (java.io.IOException e) {
                            drip.shutdown();
                        }
                    },
                    50,
                    50,
                    TimeUnit.MILLISECONDS);
            assertThat(client.answer().status()).isEqualTo(408);
            drip.shutdownNow();
        }
    }
}
