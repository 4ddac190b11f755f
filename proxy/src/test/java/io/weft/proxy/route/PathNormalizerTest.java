package io.weft.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.HttpConnectionManager.PathRules;
import io.weft.proxy.config.HttpConnectionManager.PathRules.EscapedSlashes;
import io.weft.proxy.route.PathNormalizer.Result;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathNormalizerTest {

    /** Istio's four modes, from weakest to strongest, and what escaped slashes may become. */
    private static PathNormalizer mode(String mode) {
        return switch (mode) {
            case "none" -> normalizer(false, false, EscapedSlashes.KEEP);
            case "base" -> normalizer(true, false, EscapedSlashes.KEEP);
            case "merge" -> normalizer(true, true, EscapedSlashes.KEEP);
            case "decode" -> normalizer(true, true, EscapedSlashes.UNESCAPE_AND_FORWARD);
            case "redirect" -> normalizer(true, true, EscapedSlashes.UNESCAPE_AND_REDIRECT);
            case "reject" -> normalizer(true, true, EscapedSlashes.REJECT);
            default -> throw new IllegalArgumentException(mode);
        };
    }

    private static PathNormalizer normalizer(boolean normalize, boolean merge, EscapedSlashes escaped) {
        return new PathNormalizer(new PathRules(normalize, merge, escaped), false);
    }

    /** The canonical path, or what became of it as a word. The bytes lie within a larger buffer that must not matter. */
    private static String result(PathNormalizer normalizer, String path) {
        byte[] buffer = ("%2?" + path + "/..%2e").getBytes(ISO_8859_1);
        return switch (normalizer.normalize(buffer, 3, path.length())) {
            case Result.Unchanged unchanged -> path;
            case Result.Rewritten(byte[] bytes) -> new String(bytes, ISO_8859_1);
            case Result.Redirect(byte[] bytes) -> "to " + new String(bytes, ISO_8859_1);
            case Result.Rejected rejected -> rejected.details();
        };
    }

    @ParameterizedTest(name = "{0} {1} becomes {2}")
    @DisplayName("E1, E2, E3, H-13: the same path for every way to write it")
    @CsvSource({
        "base,     /admin,                  /admin",
        "base,     /,                       /",
        "base,     /public/../admin,        /admin",
        "base,     /./admin,                /admin",
        "base,     /public/..,              /",
        "base,     /admin/.,                /admin/",
        "base,     /admin/,                 /admin/",
        "base,     /../../admin,            /admin",
        "base,     /a/b/c/../../d?x=/../y,  /a/d?x=/../y",
        "base,     /a/..?q,                 /?q",
        "base,     //admin,                 //admin",
        "merge,    //admin,                 /admin",
        "merge,    /a///b//,                /a/b/",
        "merge,    /a//../b,                /a/b",
        "merge,    /a?b=//c,                /a?b=//c",
        "none,     /public/../admin//x,     /public/../admin//x",
        "base,     /%61dmin,                /admin",
        "base,     /public/%2e%2e/admin,    /admin",
        "base,     /public/%2E./admin,      /admin",
        "base,     /public/.%2e?x,          /?x",
        "base,     /public\\..\\admin,      /admin",
        "base,     \\admin,                 /admin",
        "none,     /a\\b,                   /a\\b",
        "base,     /a%2fb%5Cc,              /a%2fb%5Cc",
        "base,     /a/..%2fadmin,           /a/..%2fadmin",
        "decode,   /public%2f..%2fadmin,    /admin",
        "decode,   /public%5c..%5Cadmin,    /admin",
        "decode,   /public%2F%2e%2e%2Fadmin,/admin",
        "decode,   /a%2F/b,                 /a/b",
        "redirect, /public%2f..%2fadmin?q,  to /admin?q",
        "redirect, /public/../admin?q,      /admin?q",
        "reject,   /public%2f..%2fadmin,    escaped_slash_in_path",
        "reject,   /public%5Cadmin,         escaped_slash_in_path",
        "reject,   /a?b=%2f,                /a?b=%2f",
        "decode,   /%252fadmin,             /%252fadmin",
        "decode,   /%252e%252e/admin,       /%252e%252e/admin",
        "base,     /%00,                    nul_in_path",
        "base,     /a%7b%7Db%20c,           /a%7b%7Db%20c",
        "base,     /%2%46admin,             /%2%46admin",
        "decode,   /%%32Fadmin,             /%%32Fadmin",
        "base,     /100%,                   /100%",
        "base,     /%zz/%61,                /%zz/a",
        "base,     /%/%61dmin,              /%/admin",
        "base,     /.well-known/..x/...,    /.well-known/..x/...",
        "base,     /a;x=y/../b,             /b",
        "base,     /..;/admin,              /..;/admin",
        "base,     admin,                   path_without_leading_slash",
        "base,     %2fadmin,                path_without_leading_slash",
        "base,     http://a/b,              path_without_leading_slash",
        "base,     *,                       *",
        "base,     '',                      ''",
        "base,     /admin#x,                fragment_in_path",
        "none,     /admin?x#y,              fragment_in_path",
        "none,     #,                       fragment_in_path",
        "base,     '/a b',                  control_character_in_path",
        "none,     '/a?b c',                control_character_in_path",
    })
    void e1_e2_e3_canonical_paths(String mode, String path, String expected) {
        assertThat(result(mode(mode), path)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "merge", "decode", "reject"})
    @DisplayName("E3: of the 256 encodings exactly the unreserved ones are decoded")
    void e3_unreserved_encodings_are_decoded_and_others_kept(String mode) {
        for (int c = 0; c < 256; c++) {
            for (String encoded : new String[] {"%%%02x".formatted(c), "%%%02X".formatted(c)}) {
                String expected = Character.toString(c).matches("[A-Za-z0-9._~-]")
                        ? "/admin" + (char) c
                        : switch (c) {
                            case 0 -> "nul_in_path";
                            case '/', '\\' ->
                                mode.equals("decode")
                                        ? "/admin/"
                                        : mode.equals("reject") ? "escaped_slash_in_path" : "/admin" + encoded;
                            default -> "/admin" + encoded;
                        };
                assertThat(result(mode(mode), "/admin" + encoded)).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/admin;x=y/action, semicolon_in_path",
        "/..;/admin,        semicolon_in_path",
        "/a?b;c,            /a?b;c",
        "/a%3Bx,            /a%3Bx",
        "/a/../b,           /b",
    })
    @DisplayName("E4: where a policy reads the path, no path parameter can make the server see another one")
    void e4_path_parameters_are_refused_where_a_policy_reads_the_path(String path, String expected) {
        assertThat(result(new PathNormalizer(new PathRules(true, true, EscapedSlashes.REJECT), true), path))
                .isEqualTo(expected);
    }

    @Test
    void bytes_above_ascii_stay_as_they_came_and_every_control_character_is_refused() {
        assertThat(result(mode("base"), "/\u0080\u00ff/../caf\u00e9")).isEqualTo("/caf\u00e9");
        for (int c = 0; c <= 0x20; c++) {
            assertThat(result(mode("none"), "/a" + (char) c)).isEqualTo("control_character_in_path");
            assertThat(result(mode("none"), "/a?" + (char) c)).isEqualTo("control_character_in_path");
        }
        assertThat(result(mode("none"), "/\u007f")).isEqualTo("control_character_in_path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a/b/c?d=e", "/.well-known/x", "/a%20b%2Fc", "/a;b", "/a.b/c..d/.e", "/%", "/a%25"})
    void ordinary_paths_are_told_unchanged_without_a_copy(String path) {
        byte[] bytes = path.getBytes(ISO_8859_1);
        assertThat(mode("merge").normalize(bytes, 0, bytes.length)).isSameAs(Result.Unchanged.UNCHANGED);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("E14: 100,000 random paths: what was normalized once stays as it is")
    void e14_normalizing_twice_is_normalizing_once(EscapedSlashes escaped) {
        String[] pieces = {
            "/", "/", "/", ".", "..", "%2e", "%2E", "%", "%2", "2", "F", "f", "5", "c", "e", "%2f", "%5C", "\\", "%46",
            "%32", "%25", "%65", "a", "?", ";", "%00", "%c3", "\u00e9", "//", "/./", "/../"
        };
        Random random = new Random(14);
        for (int flags = 0; flags < 4; flags++) {
            PathNormalizer normalizer = normalizer((flags & 1) != 0, (flags & 2) != 0, escaped);
            for (int i = 0; i < 25_000; i++) {
                StringBuilder text = new StringBuilder("/");
                for (int n = random.nextInt(12); n > 0; n--) {
                    text.append(pieces[random.nextInt(pieces.length)]);
                }
                String once = result(normalizer, text.toString());
                if (once.startsWith("to ")) {
                    once = once.substring(3);
                }
                if (once.startsWith("/")) {
                    assertThat(result(normalizer, once)).as("%s", text).isEqualTo(once);
                    String path = once.contains("?") ? once.substring(0, once.indexOf('?')) : once;
                    if ((flags & 1) != 0) {
                        assertThat(path + "/").doesNotContain("/../", "/./", "\\");
                    }
                    if ((flags & 2) != 0) {
                        assertThat(path).doesNotContain("//");
                    }
                }
            }
        }
    }
}
