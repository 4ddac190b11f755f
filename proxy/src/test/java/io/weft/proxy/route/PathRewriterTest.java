package io.weft.proxy.route;

import static io.weft.proxy.route.Routes.ROOT;
import static io.weft.proxy.route.Routes.forward;
import static io.weft.proxy.route.Routes.host;
import static io.weft.proxy.route.Routes.route;
import static io.weft.proxy.route.Routes.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.re2j.Pattern;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.Path;
import io.weft.proxy.config.Route.PathRewrite;
import io.weft.proxy.config.RouteTable.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a path on the way to the upstream, or in a redirect. */
class PathRewriterTest {

    @ParameterizedTest(name = "{0} {1} to {2}: {3} becomes {4}")
    @CsvSource({
        "prefix,    /a,          /b,     /a/x?q=/a,  /b/x?q=/a",
        "prefix,    /a/,         /,      /a/x,       /x",
        "prefix,    /a,          '',     /a,         /",
        "prefix,    /a,          '',     /a?q,       /?q",
        "separated, /a,          /,      /a/x,       //x",
        "exact,     /a,          /b/c,   /a?q,       /b/c?q",
        "regex,     /a.*,        /b,     /axy?q,     /b?q",
        "rewrite,   ^/v(\\d+)/,  /\\1-,  /v2/x?q,    /2-x?q",
        "rewrite,   a,           bb,     /aca?a,     /bbcbb?a",
        "rewrite,   /(x)|/(y),   /\\2,   /x,         /",
        "rewrite,   x,           \\\\0,  /x,         /\\0",
        "rewrite,   x,           $1,     /x,         /$1",
        "prefix,    /,           /b,     *,          *",
    })
    void what_the_upstream_sees(String kind, String match, String replacement, String path, String expected) {
        Path condition = switch (kind) {
            case "separated" -> new Path.SeparatedPrefix(match);
            case "exact" -> new Path.Exact(match);
            case "regex" -> new Path.Regex(Pattern.compile(match));
            default -> new Path.Prefix(match);
        };
        PathRewrite rewrite = kind.equals("rewrite")
                ? new PathRewrite.Regex(Pattern.compile(match), replacement)
                : new PathRewrite.Prefix(replacement);
        assertThat(PathRewriter.of(route("r", condition, forward(rewrite))).rewrite(path))
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("A21: a rewrite cannot put anything into the request line that ends it")
    void a21_a_rewrite_with_line_ends_or_spaces_is_refused() {
        List<PathRewrite> bad = new ArrayList<>();
        for (String text : new String[] {"/a\r\nX: y", "/a b", "/a#", "/\u007f", "/\n"}) {
            bad.add(new PathRewrite.Prefix(text));
            bad.add(new PathRewrite.Regex(Pattern.compile("a"), text));
        }
        bad.add(new PathRewrite.Regex(Pattern.compile("a(b)"), "\\2"));
        bad.add(new PathRewrite.Regex(Pattern.compile("a(b)"), "\\"));
        for (PathRewrite rewrite : bad) {
            assertThatIllegalArgumentException().isThrownBy(() -> PathRewriter.of(route("r", ROOT, forward(rewrite))));
        }
    }

    @ParameterizedTest(name = "{0} with scheme {1}, host {2}, port {3}, path {4}, prefix {5}, strip {6}")
    @CsvSource(
            nullValues = "-",
            value = {
                "http://a/x?q,      https, -, -,    -,      -,  false, https://a/x?q",
                "http://a:80/x,     https, -, -,    -,      -,  false, https://a/x",
                "http://a:8080/x,   https, -, -,    -,      -,  false, https://a:8080/x",
                "http://a:80/x,     -,     -, -,    -,      -,  false, http://a:80/x",
                "https://a:443/x,   http,  -, -,    -,      -,  false, http://a/x",
                "http://a:8080/x,   -,     -, 9090, -,      -,  false, http://a:9090/x",
                "http://a/x,        https, -, 443,  -,      -,  false, https://a:443/x",
                "http://a:8080/x,   -,     b, -,    -,      -,  false, http://b/x",
                "http://a:8080/x,   -,     b, 81,   -,      -,  false, http://b:81/x",
                "http://[::1]:80/x, https, -, -,    -,      -,  false, https://[::1]/x",
                "http://[::1]/x,    https, -, -,    -,      -,  false, https://[::1]/x",
                "http://a/x?q,      -,     -, -,    /y,     -,  false, http://a/y?q",
                "http://a/x?q,      -,     -, -,    /y,     -,  true,  http://a/y",
                "http://a/x?q,      -,     -, -,    /y?z,   -,  false, http://a/y?z",
                "http://a/x?q,      -,     -, -,    /y?z,   -,  true,  http://a/y?z",
                "http://a/x/z?q,    -,     -, -,    -,      /y, false, http://a/y/z?q",
                "http://a/x/z?q,    -,     -, -,    -,      /y, true,  http://a/y/z",
                "http://a/x?q,      -,     -, -,    -,      -,  true,  http://a/x",
            })
    void redirects(
            String from,
            @Nullable String scheme,
            @Nullable String host,
            @Nullable Integer port,
            @Nullable String path,
            @Nullable String prefix,
            boolean strip,
            String expected) {
        Route.Redirect redirect = new Route.Redirect(301, scheme, host, port, path, prefix, strip);
        Route route = route("r", new Path.Prefix("/x"), redirect);
        VirtualHost virtualHost = host("h", List.of("*"), route);
        assertThat(RedirectLocation.of(
                        redirect, Matched.of(route, virtualHost, table(virtualHost)), Head.of("GET " + from)))
                .isEqualTo(expected);
    }
}
