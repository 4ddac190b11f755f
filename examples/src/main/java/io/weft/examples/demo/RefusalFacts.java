package io.weft.examples.demo;

import io.weft.examples.lab.Account;
import io.weft.examples.lab.Outcome;
import io.weft.examples.lab.Sidecar;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Who may not is refused, and it is said why. */
final class RefusalFacts {
    private static final Duration LOGGED = Duration.ofSeconds(10);

    private RefusalFacts() {}

    static List<Fact> all() {
        return List.of(
                new Fact(
                        "outsider",
                        "who has no certificate gets nothing, with and without TLS",
                        RefusalFacts::outsider),
                new Fact(
                        "forbidden-http",
                        "a caller without permission gets 403, and the log names the policy",
                        RefusalFacts::http),
                new Fact(
                        "forbidden-tcp",
                        "a connection without permission is closed, and the log names the policy",
                        RefusalFacts::tcp));
    }

    private static Finding outsider(Shop shop) {
        String address = shop.pod("catalog-1").v4();
        Outcome plain = shop.curl("outsider", "http://" + address + ":8080/");
        Outcome tls = shop.curl("outsider", "-k", "https://" + address + ":8080/");
        // That the way is open: the sidecar's health port is for everybody.
        Outcome health = shop.curl(
                "outsider", "-o", "/dev/null", "-w", "%{http_code}", "http://" + address + ":15021/healthz/ready");
        Outcome member = shop.curl("storefront", "-o", "/dev/null", "-w", "%{http_code}", "http://catalog/");
        boolean nothing = Stream.of(plain, tls)
                .allMatch(call -> !call.ok()
                        && call.status() != Outcome.TIMED_OUT
                        && !call.out().contains("catalog-1"));
        return Finding.of(
                nothing && health.text().equals("200") && member.text().equals("200"),
                "plain: %s; TLS without a certificate: %s; its health port meanwhile: %s, a member: %s",
                shown(plain),
                shown(tls),
                health.text(),
                member.text());
    }

    private static String shown(Outcome call) {
        return call.text().lines().reduce((_, last) -> last).orElse("exit " + call.status());
    }

    private static Finding http(Shop shop) {
        String path = "/forbidden-" + PathFacts.unique();
        Outcome visitor = status(shop, "visitor", "http://catalog" + path);
        Outcome post = status(shop, "storefront", "-X", "POST", "-d", "tea", "http://catalog/");
        Outcome member = status(shop, "storefront", "http://catalog/");
        String policy = "no-visitors-in-catalog";
        boolean named = Shop.soon(() -> Stream.of("catalog-1", "catalog-2")
                .map(shop::sidecar)
                .anyMatch(sidecar -> !sidecar.lines(path, policy, " 403 ").isEmpty()));
        return Finding.of(
                visitor.text().equals("403")
                        && post.text().equals("403")
                        && member.text().equals("200")
                        && named,
                "visitor: %s, and the catalog's access log %s %s; storefront: GET %s, POST %s",
                visitor.text(),
                named ? "names" : "does not name",
                policy,
                member.text(),
                post.text());
    }

    private static Outcome status(Shop shop, String pod, String... arguments) {
        var all = Stream.concat(Stream.of("-o", "/dev/null", "-w", "%{http_code}"), Stream.of(arguments));
        return shop.curl(pod, all.toArray(String[]::new));
    }

    private static Finding tcp(Shop shop) {
        Outcome visitor = ping(shop, "visitor");
        Outcome member = ping(shop, "storefront");
        String policy = "no-visitors-in-cart";
        Sidecar cart = shop.sidecar("cart-1");
        boolean named = Shop.soon(() -> !cart.lines(policy).isEmpty());
        return Finding.of(
                !visitor.out().contains("PONG")
                        && visitor.status() != Outcome.TIMED_OUT
                        && member.text().equals("PONG")
                        && named,
                "visitor: %s, and the cart's access log %s %s; storefront: %s",
                shown(visitor),
                named ? "names" : "does not name",
                policy,
                member.text());
    }

    private static Outcome ping(Shop shop, String pod) {
        return shop.pod(pod).run(LOGGED, Account.APPLICATION, List.of("redis-cli", "-h", "cart", "ping"));
    }
}
