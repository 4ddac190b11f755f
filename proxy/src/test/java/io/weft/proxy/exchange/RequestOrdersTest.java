package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cidr;
import io.weft.proxy.config.HttpConnectionManager.Forwarded;
import io.weft.proxy.config.HttpConnectionManager.Forwarded.ClientCert;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.RetryPolicy;
import io.weft.proxy.config.Route.RetryPolicy.On;
import io.weft.proxy.http.Request;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that say by {@code x-envoy-*} headers how they want to be treated (feature R-05). */
@Timeout(60)
class RequestOrdersTest {

    private static final String SOME = "x-envoy-retry-on: 5xx\r\nx-envoy-max-retries: 2\r\n";

    private static Route.Forward asked(Route.Forward action, String... headers) {
        Request request = new Request();
        for (String header : headers) {
            int colon = header.indexOf(": ");
            request.headers().add(header.substring(0, colon), header.substring(colon + 2));
        }
        Route.Forward result = RequestOrders.apply(action, request.headers());
        assertThat(request.headers().toString())
                .as("what was heard goes no further")
                .doesNotContain("retr");
        return result;
    }

    private static RetryPolicy retry(String... headers) {
        return asked(Fixture.forwardTo("app"), headers).retry();
    }

    private static String text(Set<?> all) {
        return all.stream().map(Object::toString).sorted().collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5xx                          |                     |   | SERVER_ERROR    |     |     | 1",
                "'gateway-error, reset'       |                     | 3 | GATEWAY_ERROR RESET |  |    | 3",
                "gateway-error                | unavailable,internal| 0 | GATEWAY_ERROR   |     | 13 14 | 0",
                "                             | cancelled           |   |                 |     | 1   | 1",
                "of-tomorrow,retriable-4xx    |                     | x |                 | 409 |     | 1",
                "of-tomorrow                  |                     | 9 |                 |     |     | 0",
                "reset                        |                     | 4000000000 | RESET  |     |     | 100",
            })
    void retries_are_those_that_the_request_asks_for_R_05(
            @Nullable String on,
            @Nullable String grpcOn,
            @Nullable String most,
            @Nullable String outcomes,
            @Nullable String statuses,
            @Nullable String grpcStatuses,
            int attempts) {
        List<String> headers = new ArrayList<>();
        if (on != null) {
            headers.add("x-envoy-retry-on: " + on);
        }
        if (grpcOn != null) {
            headers.add("x-envoy-retry-grpc-on: " + grpcOn);
        }
        if (most != null) {
            headers.add("x-envoy-max-retries: " + most);
        }
        RetryPolicy policy = retry(headers.toArray(String[]::new));
        assertThat(text(policy.on())).isEqualTo(outcomes == null ? "" : outcomes);
        assertThat(text(policy.statuses())).isEqualTo(statuses == null ? "" : statuses);
        assertThat(text(policy.grpcStatuses())).isEqualTo(grpcStatuses == null ? "" : grpcStatuses);
        assertThat(policy.attempts()).isEqualTo(attempts);
    }

    @Test
    void statuses_count_only_where_the_word_for_them_is_there() {
        assertThat(retry("x-envoy-retry-on: retriable-status-codes", "x-envoy-retriable-status-codes: 429, 503,x,99")
                        .statuses())
                .containsExactlyInAnyOrder(429, 503);
        assertThat(retry("x-envoy-retry-on: reset", "x-envoy-retriable-status-codes: 429")
                        .statuses())
                .isEmpty();
    }

    @Test
    void what_the_route_says_stays() {
        Route.Forward plain = Fixture.forwardTo("app");
        var policy = new RetryPolicy(Set.of(On.CONNECT_FAILURE), 5, Duration.ofSeconds(1));
        var action = new Route.Forward(plain.cluster(), Duration.ofSeconds(9), null, null, plain.host(), policy);
        Route.Forward same = asked(action);
        assertThat(same).isSameAs(action);
        RetryPolicy more = asked(action, "x-envoy-retry-on: 5xx").retry();
        assertThat(more.on()).containsExactlyInAnyOrder(On.CONNECT_FAILURE, On.SERVER_ERROR);
        assertThat(more.attempts()).isEqualTo(5);
        assertThat(more.perTryTimeout()).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource({
        // asked for the whole, for each try; the whole, each try in ms
        "300,  ,    300, 0",
        "0,    ,    0,   0",
        ",     200, 5000, 200",
        "300,  200, 300, 200",
        "300,  300, 300, 0",
        "x,    -1,  5000, 0",
    })
    void time_limits_are_those_that_the_request_asks_for_R_08(
            @Nullable String whole, @Nullable String each, long expected, long expectedEach) {
        List<String> headers = new ArrayList<>();
        if (whole != null) {
            headers.add("x-envoy-upstream-rq-timeout-ms: " + whole);
        }
        if (each != null) {
            headers.add("x-envoy-upstream-rq-per-try-timeout-ms: " + each);
        }
        Route.Forward action = asked(Fixture.forwardTo("app"), headers.toArray(String[]::new));
        assertThat(action.timeout()).isEqualTo(Duration.ofMillis(expected));
        assertThat(action.retry().perTryTimeout()).isEqualTo(Duration.ofMillis(expectedEach));
    }

    // ---- who may ----

    private static Forwarded trusting(boolean useRemote, int hops, String... blocks) {
        return new Forwarded(
                useRemote,
                hops,
                false,
                ClientCert.SANITIZE,
                false,
                false,
                false,
                false,
                false,
                List.of(blocks).stream().map(Cidr::parse).toList());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // who is internal, whether the peer is the client, hops, x-forwarded-for; whether the caller is heard
                "127.0.0.0/8, true,  0, -,                true",
                "-,           true,  0, -,                false",
                "10.0.0.0/8,  true,  0, -,                false",
                "127.0.0.0/8, true,  0, 127.0.0.1,        false",
                "10.0.0.0/8,  false, 0, 10.1.2.3,         true",
                "10.0.0.0/8,  false, 0, '1.1.1.1, 10.1.2.3', false",
                "10.0.0.0/8,  false, 0, 11.1.2.3,         false",
                "10.0.0.0/8,  false, 1, 10.1.2.3,         false",
                "127.0.0.0/8, false, 0, -,                false",
                "10.0.0.0/8,  false, 0, somebody,         false",
            })
    @DisplayName("E10: only an internal caller is heard; what anybody else asks for goes nowhere")
    void only_an_internal_caller_is_heard(
            @Nullable String internal, boolean useRemote, int hops, @Nullable String forwardedFor, boolean heard)
            throws Exception {
        Forwarded forwarded = internal == null ? trusting(useRemote, hops) : trusting(useRemote, hops, internal);
        try (Endpoint bad = new Endpoint(request -> Endpoint.bytes("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"));
                RunningProxy proxy = new RunningProxy(Fixture.http(
                        Fixture.manager(Fixture.routes(Fixture.forwardTo("app")), forwarded, false),
                        Fixture.cluster("app", bad.port())));
                Client client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n" + SOME + "X_Envoy_Retry_On: reset\r\n"
                            + "X-Envoy-Downstream-Service-Cluster: me\r\n"
                            + (forwardedFor == null ? "" : "X-Forwarded-For: " + forwardedFor + "\r\n") + "\r\n")
                    .answer();
            assertThat(proxy.logged().attempts()).isEqualTo(heard ? 3 : 1);
            assertThat(bad.seen()).allSatisfy(seen -> {
                String head = seen.head().toLowerCase(Locale.ROOT);
                assertThat(head).doesNotContain("retr");
                assertThat(head.contains("service-cluster")).isEqualTo(heard || !useRemote);
            });
        }
    }
}
