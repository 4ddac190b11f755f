package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.http.Request;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Http2Endpoint;
import io.weft.proxy.testing.RunningProxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a stream may last by its route or connection manager (feature R-08). */
@Timeout(60)
class StreamDurationTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private static @Nullable Duration millis(@Nullable Long value) {
        return value == null ? null : Duration.ofMillis(value);
    }

    @ParameterizedTest
    @CsvSource({
        // the route's limit, its limit for gRPC's deadline and the offset, the manager's limit; grpc-timeout; limit in
        // ms, what the server is told
        ",     ,      ,   0,    1S,  0,     1S",
        ",     ,      ,   700,  1S,  700,   1S",
        "500,  ,      ,   700,  1S,  500,   500m",
        "0,    ,      ,   700,  1S,  0,     1S",
        "500,  ,      ,   0,    ,    500,   500m",
        "500,  0,     ,   0,    ,    500,   500m",
        "500,  0,     ,   0,    9S,  9000,  9000m",
        "500,  2000,  ,   0,    9S,  2000,  2000m",
        "500,  2000,  ,   0,    1S,  1000,  1000m",
        "500,  2000,  100,0,    1S,  900,   900m",
        "500,  2000,  100,0,    50m, 50,    50m",
        ",     0,     ,   700,  1H,  3600000, 3600000m",
        ",     0,     ,   700,  99999999H, 31536000000, 31536000S",
        ",     0,     ,   700,  2M,  120000, 120000m",
        ",     0,     ,   700,  5000u, 5,   5m",
        ",     0,     ,   700,  5000000n, 5, 5m",
        "500,  0,     ,   0,    soon,500,   500m",
        "500,  0,     ,   0,    -1S, 500,   500m",
        "500,  0,     ,   0,    123456789S, 500, 500m",
        "500,  0,     ,   0,    S,   500,   500m",
    })
    void the_limit_is_the_routes_and_a_grpc_server_is_told_of_it(
            @Nullable Long most,
            @Nullable Long grpcMost,
            @Nullable Long offset,
            long manager,
            @Nullable String asked,
            long limit,
            @Nullable String told) {
        Request request = new Request();
        request.headers().add("content-type", "application/grpc");
        if (asked != null) {
            request.headers().add("grpc-timeout", asked);
        }
        var route = most == null && grpcMost == null
                ? null
                : new Route.StreamDuration(
                        millis(most), millis(grpcMost), Duration.ofMillis(offset == null ? 0 : offset));
        assertThat(StreamDurations.nanos(route, Duration.ofMillis(manager), request))
                .isEqualTo(Duration.ofMillis(limit).toNanos());
        assertThat(request.header("grpc-timeout")).isEqualTo(told);
    }

    @Test
    void what_is_not_grpc_is_told_nothing() {
        Request request = new Request();
        var route = new Route.StreamDuration(Duration.ofSeconds(1), null, Duration.ZERO);
        assertThat(StreamDurations.nanos(route, Duration.ZERO, request)).isPositive();
        assertThat(request.header("grpc-timeout")).isNull();
    }

    private static Snapshot limited(int port, Duration most) {
        return Fixture.http(
                Fixture.cluster("app", port),
                forward -> new Route.Forward(
                        forward.cluster(),
                        Duration.ZERO,
                        null,
                        null,
                        forward.host(),
                        forward.retry(),
                        new Route.StreamDuration(most, null, Duration.ZERO)));
    }

    @Test
    void a_server_that_is_late_is_a_504_and_a_client_that_is_late_a_408() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                RunningProxy proxy = new RunningProxy(limited(silent.getLocalPort(), Duration.ofMillis(100)));
                Client client = proxy.connect();
                Client late = proxy.connect();
                Client grpc = proxy.connect()) {
            Client.Answer answer = client.send(GET).answer();
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.body()).isEqualTo("downstream duration timeout");
            RunningProxy.Logged logged = proxy.logged();
            assertThat(logged.details()).isEqualTo("max_duration_timeout");
            assertThat(logged.flags()).containsExactly(ResponseFlag.DT);
            assertThat(late.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel")
                            .answer()
                            .status())
                    .isEqualTo(408);
            assertThat(grpc.send(
                                    "POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/grpc\r\nContent-Length: 0\r\n\r\n")
                            .answer()
                            .has("grpc-status: 4"))
                    .isTrue();
        }
    }

    @Test
    void an_answer_that_goes_on_is_broken_off() throws Exception {
        try (Http2Endpoint endless =
                        new Http2Endpoint((request, wire) -> wire.headers(request.stream(), false, ":status", "200"));
                RunningProxy proxy = new RunningProxy(Fixture.http(
                        Fixture.speaking(Fixture.cluster("app", endless.port()), Cluster.Protocol.HTTP2),
                        forward -> new Route.Forward(
                                forward.cluster(),
                                Duration.ZERO,
                                null,
                                null,
                                forward.host(),
                                forward.retry(),
                                new Route.StreamDuration(Duration.ofSeconds(1), null, Duration.ZERO))));
                Client client = proxy.connect()) {
            client.send(GET);
            assertThat(client.rest()).startsWith("HTTP/1.1 200").doesNotEndWith("0\r\n\r\n");
            assertThat(proxy.logged().details()).isEqualTo("max_duration_timeout");
        }
    }

    @Test
    void the_connection_managers_limit_holds_where_the_route_has_none_and_an_answer_in_time_is_untouched()
            throws Exception {
        var timeouts = new HttpConnectionManager.Timeouts(
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ZERO,
                Duration.ofMinutes(5),
                Duration.ofSeconds(1),
                Duration.ZERO,
                Duration.ofSeconds(1));
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                Endpoint app = Endpoint.saying("ok")) {
            for (boolean answers : new boolean[] {false, true}) {
                try (RunningProxy proxy = new RunningProxy(Fixture.http(
                                Fixture.manager(Fixture.routes(Fixture.forwardTo("app")), timeouts, List.of()),
                                Fixture.cluster("app", answers ? app.port() : silent.getLocalPort())));
                        Client client = proxy.connect()) {
                    assertThat(client.send(GET).answer().status()).isEqualTo(answers ? 200 : 504);
                }
            }
        }
    }
}
