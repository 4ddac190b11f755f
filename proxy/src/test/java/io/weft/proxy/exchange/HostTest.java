package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.HeaderChanges;
import io.weft.proxy.config.HttpConnectionManager.Forwarded;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.RetryPolicy.On;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Http2Client;
import io.weft.proxy.testing.Http2Endpoint;
import io.weft.proxy.testing.RunningProxy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a request's host (feature H-16), on traffic. */
@Timeout(60)
class HostTest {

    /** One virtual host by name, which forwards; all others are answered 404. */
    private static Snapshot named(int port, boolean stripPort, Route.HostRewrite rewrite) {
        Route.Forward plain = Fixture.forwardTo("app");
        Route.Forward action = new Route.Forward(plain.cluster(), plain.timeout(), null, null, rewrite, plain.retry());
        RouteTable.VirtualHost all = Fixture.routes(action).hosts().getFirst();
        RouteTable.VirtualHost host = new RouteTable.VirtualHost(
                "shop", List.of("shop.example", "[2001:db8::1]"), all.routes(), HeaderChanges.NONE, HeaderChanges.NONE);
        RouteTable table = new RouteTable("routes", List.of(host), HeaderChanges.NONE, HeaderChanges.NONE);
        return Fixture.http(Fixture.manager(table, Forwarded.DEFAULT, stripPort), Fixture.cluster("app", port));
    }

    private static String host(Endpoint.Seen seen) {
        return seen.head()
                .lines()
                .filter(line -> line.regionMatches(true, 0, "host:", 0, 5))
                .map(line -> line.substring(5).strip())
                .reduce("", (before, line) -> before.isEmpty() ? line : before + " and " + line);
    }

    @ParameterizedTest
    @CsvSource({
        "shop.example,         true,  shop.example",
        "shop.example:8080,    true,  shop.example",
        "Shop.Example:8080,    true,  Shop.Example",
        "[2001:db8::1]:80,     true,  [2001:db8::1]",
        "[2001:db8::1],        true,  [2001:db8::1]",
        "shop.example,         false, shop.example",
        "shop.example:8080,    false, 404",
    })
    void a_host_with_and_without_its_port_is_the_same_where_ports_are_stripped(String sent, boolean strip, String seen)
            throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(named(app.port(), strip, new Route.HostRewrite.Keep()));
                Client client = proxy.connect()) {
            Client.Answer answer =
                    client.send("GET / HTTP/1.1\r\nHost: " + sent + "\r\n\r\n").answer();
            if (seen.equals("404")) {
                assertThat(answer.status()).isEqualTo(404);
            } else {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(host(app.seen().getFirst())).isEqualTo(seen);
            }
        }
    }

    @Test
    void the_endpoint_sees_the_host_that_the_route_names_and_only_that() throws Exception {
        var rewrite = new Route.HostRewrite.Literal("inner.example:81");
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(named(app.port(), false, rewrite));
                Client client = proxy.connect();
                Http2Client second = new Http2Client(proxy.port())) {
            client.send("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").answer();
            client.send("GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n")
                    .answer();
            second.wire()
                    .headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "shop.example");
            assertThat(second.answer(1).status()).isEqualTo(200);
            assertThat(app.seen()).hasSize(3).allSatisfy(seen -> {
                assertThat(host(seen)).isEqualTo("inner.example:81");
                assertThat(seen.line()).isEqualTo("GET / HTTP/1.1");
            });
        }
    }

    @Test
    void over_http2_the_rewritten_host_is_the_authority() throws Exception {
        try (Http2Endpoint app = Http2Endpoint.saying("ok")) {
            Route.Forward plain = Fixture.forwardTo("app");
            Snapshot snapshot = Fixture.http(
                    Fixture.speaking(Fixture.cluster("app", app.port()), Cluster.Protocol.HTTP2),
                    forward -> new Route.Forward(
                            plain.cluster(),
                            plain.timeout(),
                            null,
                            null,
                            new Route.HostRewrite.Literal("inner.example"),
                            plain.retry()));
            try (RunningProxy proxy = new RunningProxy(snapshot);
                    Client client = proxy.connect()) {
                client.send("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").answer();
                assertThat(app.seen().getFirst().head().field(":authority")).isEqualTo("inner.example");
                assertThat(app.seen().getFirst().head().field("host")).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // what the header says, whether the host before is told; the host, x-forwarded-host
        "inner.example:81, true,  inner.example:81, 'first.example,shop.example'",
        "inner.example,    false, inner.example,    first.example",
        ",                 true,  shop.example,     first.example",
        "'two words',      true,  shop.example,     first.example",
        "user@inner,       true,  shop.example,     first.example",
    })
    void the_host_is_what_a_header_says_if_that_is_a_host(
            @Nullable String said, boolean appends, String host, String forwarded) throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy =
                        new RunningProxy(named(app.port(), false, new Route.HostRewrite.Header("x-host", appends)));
                Client client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-Host: first.example\r\n"
                            + (said == null ? "" : "X-Host: " + said + "\r\n") + "\r\n")
                    .answer();
            Endpoint.Seen seen = app.seen().getFirst();
            assertThat(host(seen)).isEqualTo(host);
            assertThat(seen.head().toLowerCase(Locale.ROOT)).contains("x-forwarded-host: " + forwarded + "\r\n");
        }
    }

    @Test
    void each_endpoint_is_asked_by_its_own_name_and_the_host_before_is_told_once() throws Exception {
        try (Endpoint bad = new Endpoint(request -> Endpoint.bytes("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"));
                Endpoint good = Endpoint.saying("ok")) {
            Route.Forward plain = Fixture.forwardTo("app");
            var retries = new Route.RetryPolicy(Set.of(On.SERVER_ERROR), 3, Duration.ZERO);
            Cluster cluster = Fixture.cluster(
                    "app",
                    Cluster.Protocol.HTTP1,
                    null,
                    List.of(endpoint(bad.port(), "bad.example"), endpoint(good.port(), "good.example")));
            Snapshot snapshot = Fixture.http(
                    cluster,
                    forward -> new Route.Forward(
                            plain.cluster(),
                            plain.timeout(),
                            null,
                            null,
                            new Route.HostRewrite.OfEndpoint(true),
                            retries));
            try (RunningProxy proxy = new RunningProxy(snapshot);
                    Client client = proxy.connect()) {
                for (int i = 0; i < 4; i++) {
                    client.send("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").answer();
                }
            }
            assertThat(bad.seen()).isNotEmpty().allMatch(seen -> host(seen).equals("bad.example"));
            assertThat(good.seen()).hasSize(4).allMatch(seen -> host(seen).equals("good.example"));
            assertThat(good.seen())
                    .allMatch(seen ->
                            seen.head().toLowerCase(Locale.ROOT).contains("x-forwarded-host: shop.example\r\n"));
        }
    }

    private static Cluster.Endpoint endpoint(int port, String hostname) {
        return new Cluster.Endpoint(
                new Address.Socket("127.0.0.1", port), 1, Cluster.Health.HEALTHY, hostname, Map.of());
    }
}
