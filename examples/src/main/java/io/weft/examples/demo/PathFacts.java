package io.weft.examples.demo;

import io.weft.examples.lab.Capture;
import io.weft.examples.lab.Outcome;
import io.weft.examples.lab.Pod;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Captured, carried over mutual TLS, balanced. */
final class PathFacts {
    private static final Duration LOGGED = Duration.ofSeconds(10);
    private static final int REQUESTS = 60;
    private static final int MARKED = 20;
    private static final int CONNECTIONS = 3;

    /** In a ServerHello: extension supported_versions (43) that says TLS 1.3 (RFC 8446, 4.2.1). */
    private static final byte[] TLS_1_3 = HexFormat.of().parseHex("002b00020304");
    /** In a ServerHello: extension key_share (51), group X25519MLKEM768 (0x11ec), with its share of 1,120 bytes. */
    private static final byte[] HYBRID_KEY_SHARE = HexFormat.of().parseHex("0033046411ec0460");

    private static final Pattern CALLER = Pattern.compile("By=(spiffe:[^;\\s]+);.*URI=(spiffe:[^;\\s]+)");

    private PathFacts() {}

    static List<Fact> all() {
        return List.of(
                new Fact(
                        "captured",
                        "a call by an unmodified curl is captured, with its true destination",
                        PathFacts::captured),
                new Fact(
                        "identities",
                        "both ends of a request are known by SPIFFE id, over TLS 1.3 with a hybrid key exchange",
                        PathFacts::identities),
                new Fact("balanced", "requests of one connection are spread over the replicas", PathFacts::balanced),
                new Fact("encrypted", "what is said cannot be read on the bridge", PathFacts::encrypted),
                new Fact("init-again", "a second run of init changes nothing", PathFacts::initAgain));
    }

    private static Finding captured(Shop shop) {
        var seen = new StringBuilder();
        boolean holds = true;
        for (String vip : List.of(Shop.CATALOG_VIP, "[" + Shop.CATALOG_VIP6 + "]")) {
            String path = "/captured-" + unique();
            Outcome call = shop.curl("storefront", "-o", "/dev/null", "-w", "%{http_code}", "http://" + vip + path);
            String line = shop.sidecar("storefront").awaitLine(LOGGED, path);
            boolean destination = line.contains(vip + ":80 ");
            String upstream = firstOf(line, "\"([^\"]+:" + Shop.CATALOG_PORT + ")\"");
            holds &= call.text().equals("200") && destination && !upstream.isEmpty();
            seen.append(seen.isEmpty() ? "" : "; ")
                    .append("curl to %s:80 got %s, its sidecar logged %s and chose %s"
                            .formatted(
                                    vip,
                                    call.text(),
                                    destination ? "this destination" : "another destination (" + line + ")",
                                    upstream));
        }
        return new Finding(holds, seen.toString());
    }

    private static Finding identities(Shop shop) {
        Capture capture = shop.lab().capture(1, "identities", "tcp port 8080 or tcp port 6379");
        Outcome call = shop.curl("storefront", "http://catalog/identities");
        // Each of these is a connection of its own through the mesh, and so a handshake.
        for (int i = 0; i < CONNECTIONS; i++) {
            shop.pod("storefront").run(io.weft.examples.lab.Account.APPLICATION, "redis-cli", "-h", "cart", "ping");
        }
        Capture.Captured captured = capture.stop();
        int hellos = captured.count(TLS_1_3);
        int hybrid = captured.count(HYBRID_KEY_SHARE);
        Matcher ids = CALLER.matcher(call.text());
        boolean known = ids.find()
                && ids.group(2).equals("spiffe://cluster.local/ns/shop/sa/storefront")
                && ids.group(1).equals("spiffe://cluster.local/ns/shop/sa/catalog");
        return Finding.of(
                known && hellos >= CONNECTIONS && hybrid == hellos,
                "nginx was told %s; of %d server hellos on the wire %d chose TLS 1.3 with X25519MLKEM768",
                known ? ids.group(2) + " calls " + ids.group(1) : "\"" + call.text() + "\"",
                hellos,
                hybrid);
    }

    private static Finding balanced(Shop shop) {
        Outcome calls = shop.curl("storefront", "http://catalog/?n=[1-" + REQUESTS + "]");
        Map<String, Integer> counts = new TreeMap<>();
        calls.out().lines().forEach(line -> counts.merge(line.split(" ", 2)[0], 1, Integer::sum));
        int fair = REQUESTS / 4;
        boolean spread = counts.keySet().equals(java.util.Set.of("catalog-1", "catalog-2"))
                && counts.values().stream().allMatch(count -> count >= fair)
                && counts.values().stream().mapToInt(Integer::intValue).sum() == REQUESTS;
        return Finding.of(
                spread,
                "%d requests of one curl: %s",
                REQUESTS,
                counts.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", ")));
    }

    private static Finding encrypted(Shop shop) {
        String marker = "marker-" + unique();
        Seen with = seen(shop, "storefront", "http://catalog/", marker, "with-mesh");
        Pod plain = shop.pod("plain");
        Seen without =
                seen(shop, "outsider", "http://" + plain.v4() + ":" + Shop.CATALOG_PORT + "/", marker, "without-mesh");
        return Finding.of(
                with.answered() == MARKED && with.times() == 0 && without.answered() == MARKED && without.times() > 0,
                "%s in %d answered requests: seen %d times in %d packets with the mesh, %d times in %d without",
                marker,
                MARKED,
                with.times(),
                with.packets(),
                without.times(),
                without.packets());
    }

    private record Seen(int answered, int times, long packets) {}

    private static Seen seen(Shop shop, String from, String url, String marker, String as) {
        Capture capture = shop.lab().capture(1, as, "tcp");
        Outcome calls = shop.curl(
                from,
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}\\n",
                "-H",
                "x-secret: " + marker,
                url + marker + "?n=[1-" + MARKED + "]");
        Capture.Captured captured = capture.stop();
        int answered = (int) calls.out().lines().filter("200"::equals).count();
        return new Seen(answered, captured.count(marker), captured.packets());
    }

    private static Finding initAgain(Shop shop) {
        Pod pod = shop.pod("storefront");
        String before = rules(pod);
        Outcome again = pod.init();
        String after = rules(pod);
        long rules = before.lines().filter(line -> line.startsWith("-A ")).count();
        return Finding.of(
                again.ok() && rules > 0 && before.equals(after),
                "weft init said \"%s\"; %d rules before, %s after",
                again.text().lines().findFirst().orElse(""),
                rules,
                before.equals(after) ? "the same" : "others");
    }

    /** All rules of both families and all back ends, without counters. */
    private static String rules(Pod pod) {
        Outcome rules = pod.look(
                "sh",
                "-c",
                "for t in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do"
                        + " command -v $t-save >/dev/null && $t-save; done; nft -a -s list ruleset");
        return rules.out()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll("\\[\\d+:\\d+]", ""))
                .collect(Collectors.joining("\n"));
    }

    static String unique() {
        return HexFormat.of().toHexDigits(RandomGenerator.getDefault().nextInt());
    }

    private static String firstOf(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }
}
