package io.weft.proxy.route;

import static io.weft.proxy.route.Routes.ROOT;
import static io.weft.proxy.route.Routes.forward;
import static io.weft.proxy.route.Routes.host;
import static io.weft.proxy.route.Routes.route;
import static io.weft.proxy.route.Routes.table;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.google.re2j.Pattern;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.HeaderMatch;
import io.weft.proxy.config.Route.HeaderMatch.Condition;
import io.weft.proxy.config.Route.Path;
import io.weft.proxy.config.Route.QueryMatch;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.RouteTable.VirtualHost;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.http.RequestHead;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteMatcherTest {
    private static String matched(RouteMatcher matcher, RequestHead head) {
        Matched matched = matcher.match(head, 0);
        return matched == null ? "none" : matched.route().name();
    }

    private static String matched(Route.Match match, RequestHead head) {
        return matched(
                new RouteMatcher(table(host("h", List.of("*"), route("yes", match, forward(null)))), false), head);
    }

    @ParameterizedTest(name = "{0} with ignored port {1}: {2}")
    @DisplayName("H-16: which virtual host")
    @CsvSource({
        "a.example.com,        false, exact",
        "A.Example.COM,        false, exact",
        "a.example.com:80,     false, any",
        "a.example.com:80,     true,  exact",
        "a.example.com:8080,   false, port",
        "b.example.com,        false, suffix",
        "x.b.example.com,      false, longer",
        "c-b.example.com,      false, dash",
        ".example.com,         false, any",
        "www.other,            false, prefix",
        "www.example.net,      false, prefix2",
        "www.example.com,      false, suffix",
        "www.,                 false, any",
        "[::1],                false, six",
        "[::1]:80,             true,  six",
        "[::1]:80,             false, any",
        "'',                   false, any",
        "'',                   true,  any",
        ":80,                  true,  any",
        "gone.example.org,     false, none",
    })
    void h16_virtual_hosts(String authority, boolean ignorePort, String expected) {
        RouteMatcher matcher = new RouteMatcher(
                table(
                        host("1", List.of("*"), route("any", ROOT, forward(null))),
                        host("2", List.of("*.example.com"), route("suffix", ROOT, forward(null))),
                        host("3", List.of("*-b.example.com"), route("dash", ROOT, forward(null))),
                        host("4", List.of("*.b.example.com"), route("longer", ROOT, forward(null))),
                        host("5", List.of("www.*"), route("prefix", ROOT, forward(null))),
                        host("6", List.of("www.example.*"), route("prefix2", ROOT, forward(null))),
                        host("7", List.of("a.example.com"), route("exact", ROOT, forward(null))),
                        host("8", List.of("a.example.com:8080"), route("port", ROOT, forward(null))),
                        host("9", List.of("[::1]"), route("six", ROOT, forward(null))),
                        host("10", List.of("gone.example.org"))),
                ignorePort);
        assertThat(matched(matcher, new Head("GET", "/", authority, "http", java.util.Map.of())))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} with {1} ignoring case {2} takes {3}: {4}")
    @CsvSource({
        "prefix,    /a,     false, /a,      yes",
        "prefix,    /a,     false, /ab?c,   yes",
        "prefix,    /a,     false, /A,      none",
        "prefix,    /a,     true,  /A,      yes",
        "prefix,    /a?b,   false, /a?b,    none",
        "prefix,    /,      false, /*,      none",
        "prefix,    '',     false, /*,      yes",
        "exact,     /a,     false, /a,      yes",
        "exact,     /a,     false, /a?x=/b, yes",
        "exact,     /a,     false, /a/,     none",
        "exact,     /a,     true,  /A?x,    yes",
        "exact,     /a?x,   false, /a?x,    none",
        "separated, /a,     false, /a,      yes",
        "separated, /a,     false, /a?x,    yes",
        "separated, /a,     false, /a/b,    yes",
        "separated, /a,     false, /ab,     none",
        "separated, /a,     true,  /A/b,    yes",
        "regex,     /a.*z,  false, /abz,    yes",
        "regex,     /a.*z,  false, /abz?q,  yes",
        "regex,     /a.*z,  false, /abzq,   none",
        "regex,     /a\\*b, false, /a*b,    yes",
    })
    @DisplayName("E5 and Envoy's path matching: the whole path without its query")
    void paths(String kind, String text, boolean ignoreCase, String path, String expected) {
        Path condition = switch (kind) {
            case "prefix" -> new Path.Prefix(text);
            case "exact" -> new Path.Exact(text);
            case "separated" -> new Path.SeparatedPrefix(text);
            default -> new Path.Regex(Pattern.compile(text));
        };
        assertThat(matched(
                        new Route.Match(condition, ignoreCase, List.of(), List.of(), Route.Match.ALL, false),
                        Head.of("OPTIONS http://h" + path)))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} of [{1}] with invert {2}, missing as empty {3}: {4}")
    @DisplayName("E6 and Envoy's header matching: joined values, absent headers, inversion")
    @CsvSource({
        "exact b,    a: b,       false, false, yes",
        "exact b,    a: c,       false, false, none",
        "exact b,    a: c,       true,  false, yes",
        "exact b,    a: b,       true,  false, none",
        "exact b,    '',         false, false, none",
        "exact b,    '',         true,  false, none",
        "exact b,    '',         true,  true,  yes",
        "'exact ',   '',         false, true,  yes",
        "exact b,    a: b|a: c,  false, false, none",
        "'exact b,c', a: b|a: c,  false, false, yes",
        "present,    a: x,       false, false, yes",
        "present,    '',         false, false, none",
        "present,    '',         true,  false, yes",
        "present,    a: x,       true,  false, none",
        "absent,     '',         false, false, yes",
        "absent,     a: x,       false, false, none",
        "range,      a: 10,      false, false, yes",
        "range,      a: 20,      false, false, none",
        "range,      a: -1,      false, false, none",
        "range,      a: 10x,     false, false, none",
        "range,      a: 10x,     true,  false, yes",
        "range,      a: 99999999999999999999, false, false, none",
        ":method,    '',         false, false, yes",
        ":authority, '',         false, false, yes",
        "host,       '',         false, false, yes",
        ":path,      '',         false, false, yes",
        ":scheme,    '',         false, false, yes",
    })
    void headers(String kind, String given, boolean invert, boolean missingAsEmpty, String expected) {
        String name = kind.startsWith(":") || kind.equals("host") ? kind : "a";
        Condition condition = switch (kind) {
            case "present" -> new Condition.Present(true);
            case "absent" -> new Condition.Present(false);
            case "range" -> new Condition.Range(1, 20);
            case ":method" -> exact("GET");
            case ":authority", "host" -> exact("h:80");
            case ":path" -> exact("/p?q=1");
            case ":scheme" -> exact("http");
            default -> exact(kind.substring(6).replace("'", ""));
        };
        assertThat(matched(
                        new Route.Match(
                                ROOT,
                                false,
                                List.of(new HeaderMatch(name, condition, invert, missingAsEmpty)),
                                List.of(),
                                Route.Match.ALL,
                                false),
                        Head.of("GET http://h:80/p?q=1", given.isEmpty() ? new String[0] : given.split("\\|"))))
                .isEqualTo(expected);
    }

    private static Condition exact(String text) {
        return new Condition.Value(new StringMatch.Exact(text, false));
    }

    @ParameterizedTest(name = "{0}={1} of {2}: {3}")
    @CsvSource({
        "a, 1, /?a=1,      yes",
        "a, 1, /?b=1&a=1,  yes",
        "a, 1, /?a=2&a=1,  none",
        "a, 1, /?aa=1,     none",
        "a, 1, /?a=12,     none",
        "a, 1, /a=1,       none",
        "a,  , /?a,        yes",
        "a,  , /?b&a=3,    yes",
        "a,  , /?ab,       none",
        "a, '', /?a,       yes",
    })
    void query_parameters(String name, @Nullable String value, String path, String expected) {
        QueryMatch query = new QueryMatch(name, value == null ? null : new StringMatch.Exact(value, false));
        assertThat(matched(
                        new Route.Match(ROOT, false, List.of(), List.of(query), Route.Match.ALL, false),
                        Head.of("GET http://h" + path)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "application/grpc,       yes",
        "application/grpc+proto, yes",
        "application/grpc-web,   none",
        "text/plain,             none",
    })
    void grpc_routes_take_grpc_only(String type, String expected) {
        assertThat(matched(
                        new Route.Match(ROOT, false, List.of(), List.of(), Route.Match.ALL, true),
                        Head.of("POST http://h/s/m", "content-type: " + type)))
                .isEqualTo(expected);
    }

    @Test
    void the_first_route_wins_and_a_share_leaves_the_rest_to_the_next() {
        Route.Match some = new Route.Match(ROOT, false, List.of(), List.of(), 250_000, false);
        RouteMatcher matcher = new RouteMatcher(
                table(host(
                        "h",
                        List.of("*"),
                        route("some", some, forward(null)),
                        route("rest", ROOT, forward(null)),
                        route("never", ROOT, forward(null)))),
                false);
        SplittableRandom random = new SplittableRandom(5);
        int first = 0;
        for (int i = 0; i < 40_000; i++) {
            Matched matched = requireNonNull(matcher.match(Head.of("GET http://h/"), random.nextLong()));
            assertThat(matched.route().name()).isIn("some", "rest");
            first += matched.route().name().equals("some") ? 1 : 0;
        }
        assertThat(first / 40_000.0).isCloseTo(0.25, within(0.01));
    }

    @Test
    void a_table_that_takes_everything_is_answered_without_reading_authority_or_path() {
        VirtualHost host = host("h", List.of("*"), route("all", ROOT, forward(null)), route("x", ROOT, forward(null)));
        RouteTable table = table(host);
        RouteMatcher matcher = new RouteMatcher(table, true);
        RequestHead closed = new RequestHead() {
            @Override
            public boolean isRepeated(String lowerCaseName) {
                throw new AssertionError(lowerCaseName);
            }

            @Override
            public String method() {
                return "GET";
            }

            @Override
            public String path() {
                throw new AssertionError("read the path");
            }

            @Override
            public String authority() {
                throw new AssertionError("read the authority");
            }

            @Override
            public String scheme() {
                throw new AssertionError("read the scheme");
            }

            @Override
            public @Nullable String header(String lowerCaseName) {
                throw new AssertionError("read a header");
            }
        };
        Matched matched = requireNonNull(matcher.match(closed, 0));
        assertThat(matched).isSameAs(matcher.unconditional());
        assertThat(matched.host()).isSameAs(host);
        assertThat(matched.table()).isSameAs(table);
        assertThat(matched(matcher, Head.of("OPTIONS http://h/*"))).isEqualTo("none");
        assertThat(matched(matcher, Head.of("CONNECT http://h:443"))).isEqualTo("none");
        assertThat(new RouteMatcher(table(host("h", List.of("h"), route("all", ROOT, forward(null)))), true)
                        .unconditional())
                .isNull();
    }

    @Test
    void a_domain_in_two_virtual_hosts_or_with_a_star_inside_is_refused_by_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RouteMatcher(table(host("one", List.of("a")), host("two", List.of("A"))), false))
                .withMessageContainingAll("\"one\"", "\"two\"", "\"t\"", "\"A\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RouteMatcher(table(host("one", List.of("a.*.b"))), false))
                .withMessageContaining("a.*.b");
    }
}
