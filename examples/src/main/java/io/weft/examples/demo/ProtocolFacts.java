package io.weft.examples.demo;

import io.weft.examples.lab.Account;
import io.weft.examples.lab.Outcome;
import io.weft.examples.lab.Pod;
import java.time.Duration;
import java.util.List;

/** Not only HTTP/1. */
final class ProtocolFacts {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Duration LOGGED = Duration.ofSeconds(10);
    private static final int ORDERS = 10;

    private ProtocolFacts() {}

    static List<Fact> all() {
        return List.of(
                new Fact("grpc", "gRPC goes through: calls, trailers, an error, a stream", ProtocolFacts::grpc),
                new Fact("http2", "curl speaks HTTP/2 to a server that knows only HTTP/1", ProtocolFacts::http2),
                new Fact("tcp", "Redis goes through, of which the mesh knows only that it is TCP", ProtocolFacts::tcp));
    }

    private static Finding grpc(Shop shop) {
        Pod storefront = shop.pod("storefront");
        Outcome client = storefront.run(
                LIMIT,
                Account.APPLICATION,
                storefront.java(
                        "examples",
                        "io.weft.examples.apps.OrdersClient",
                        List.of("orders", "9000", String.valueOf(ORDERS))));
        long placed = client.out()
                .lines()
                .filter("order for tea taken by orders-1; trailer x-clerk: orders-1"::equals)
                .count();
        boolean refused = client.out().contains("status NOT_FOUND: nothing is not for sale");
        long streamed =
                client.out().lines().filter(line -> line.startsWith("stream: ")).count();
        if (!client.ok()) {
            return Finding.of(false, "the client ended with %s", client);
        }
        String line = shop.sidecar("orders-1").awaitLine(LOGGED, "/shop.Orders/Place", "HTTP/2");
        return Finding.of(
                placed == ORDERS && refused && streamed == 4 && !line.isEmpty(),
                "%d of %d orders taken, with trailers; %s; %d of 4 messages of a stream; the server's sidecar logged HTTP/2",
                placed,
                ORDERS,
                refused ? "NOT_FOUND arrived as such" : "an error got lost",
                streamed);
    }

    private static Finding http2(Shop shop) {
        Outcome call = shop.curl(
                "storefront", "--http2-prior-knowledge", "-w", "HTTP/%{http_version} %{http_code}", "http://catalog/");
        return Finding.of(
                call.text().endsWith("HTTP/2 200") && call.text().startsWith("catalog-"),
                "curl got \"%s\"",
                call.text().replaceAll("\\s+caller:.*\\n", ": "));
    }

    private static Finding tcp(Shop shop) {
        Pod storefront = shop.pod("storefront");
        String value = "tea-" + PathFacts.unique();
        Outcome set = storefront.run(Account.APPLICATION, "redis-cli", "-h", "cart", "set", "basket", value);
        Outcome get = storefront.run(Account.APPLICATION, "redis-cli", "-h", "cart", "get", "basket");
        String line = shop.sidecar("storefront").awaitLine(LOGGED, Shop.CART_VIP + ":6379");
        return Finding.of(
                set.text().equals("OK") && get.text().equals(value) && !line.isEmpty(),
                "redis-cli set: %s, get: %s; captured to %s:6379",
                set.text(),
                get.text(),
                Shop.CART_VIP);
    }
}
