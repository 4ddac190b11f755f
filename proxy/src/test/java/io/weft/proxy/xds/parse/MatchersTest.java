package io.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.bootstrap.YamlFixture;
import io.weft.proxy.config.Cidr;
import io.weft.proxy.config.FilterChain.NetworkFilter.NetworkRbac;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Rbac;
import io.weft.proxy.config.Rbac.Permission;
import io.weft.proxy.config.Rbac.Principal;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.HeaderMatch.Condition;
import io.weft.proxy.config.StringMatch;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MatchersTest {

    private static final FieldPath PATH = FieldPath.root("m");

    @ParameterizedTest
    @CsvSource({
        "'exact: Ab',true,false",
        "'exact: ab, ignore_case: true',true,true",
        "'prefix: A',true,false",
        "'suffix: b, ignore_case: true',true,true",
        "'contains: b',true,true",
        "'safe_regex: { google_re2: {}, regex: A. }',true,false"
    })
    void every_form_of_a_string_matcher_is_understood(String yaml, boolean upper, boolean lower) {
        StringMatch match =
                MatcherParser.string(YamlFixture.read("{ " + yaml + " }", "envoy.type.matcher.v3.StringMatcher"), PATH);
        assertThat(match.matches("Ab")).isEqualTo(upper);
        assertThat(match.matches("ab")).isEqualTo(lower);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                header("exact_match: v", new Condition.Value(new StringMatch.Exact("v", false))),
                header("prefix_match: v", new Condition.Value(new StringMatch.Prefix("v", false))),
                header("suffix_match: v", new Condition.Value(new StringMatch.Suffix("v", false))),
                header("contains_match: v", new Condition.Value(new StringMatch.Contains("v", false))),
                header(
                        "string_match: { prefix: v, ignore_case: true }",
                        new Condition.Value(new StringMatch.Prefix("v", true))),
                header("range_match: { start: -1, end: 9 }", new Condition.Range(-1, 9)),
                header("present_match: false", new Condition.Present(false)));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void every_form_of_a_header_matcher_is_understood(String yaml, Condition condition) {
        Route.HeaderMatch match = MatcherParser.header(
                YamlFixture.read(
                        "{ name: \":Path\", invert_match: true, treat_missing_header_as_empty: true, " + yaml + " }",
                        "envoy.config.route.v3.HeaderMatcher"),
                PATH);
        assertThat(match).isEqualTo(new Route.HeaderMatch(":path", condition, true, true));
    }

    @Test
    void a_header_matcher_without_a_condition_asks_for_presence_and_a_regex_for_the_whole_value() {
        assertThat(header("name: a").condition()).isEqualTo(new Condition.Present(true));
        Condition regex = header("name: a\nsafe_regex_match: { regex: \"a+\" }").condition();
        StringMatch match = ((Condition.Value) regex).match();
        assertThat(match.matches("aaa")).isTrue();
        assertThat(match.matches("aaab")).isFalse();
    }

    @Test
    void every_principal_is_understood() {
        Rbac.Policy policy = policy(
                "[{ any: true }]",
                "[{ authenticated: {} }, { authenticated: { principal_name: { suffix: /sa/web } } },"
                        + " { source_ip: { address_prefix: 10.0.0.0, prefix_len: 8 } },"
                        + " { direct_remote_ip: { address_prefix: \"2001:db8::\", prefix_len: 32 } },"
                        + " { remote_ip: { address_prefix: \"::ffff:10.0.0.0\", prefix_len: 104 } },"
                        + " { remote_ip: { address_prefix: 0.0.0.0 } },"
                        + " { header: { name: Host, present_match: true } },"
                        + " { url_path: { path: { exact: /a } } }, { not_id: { any: true } }]");
        assertThat(policy.principals())
                .containsExactly(
                        new Principal.Authenticated(),
                        new Principal.AuthenticatedName(new StringMatch.Suffix("/sa/web", false)),
                        new Principal.DirectRemoteIp(Cidr.parse("10.0.0.0/8")),
                        new Principal.DirectRemoteIp(Cidr.parse("2001:db8::/32")),
                        new Principal.RemoteIp(Cidr.parse("10.0.0.0/8")),
                        new Principal.RemoteIp(Cidr.parse("0.0.0.0/0")),
                        new Principal.Header(new Route.HeaderMatch("host", new Condition.Present(true), false, false)),
                        new Principal.UrlPath(new StringMatch.Exact("/a", false)),
                        new Principal.Not(new Principal.Any()));
    }

    @Test
    void every_permission_is_understood() {
        Rbac.Policy policy = policy(
                "[{ any: true }, { destination_port: 0 }, { destination_ip: { address_prefix: 10.1.1.1, prefix_len: 32 } },"
                        + " { destination_port_range: { start: 1, end: 65536 } },"
                        + " { requested_server_name: { exact: a.b } }, { url_path: { path: { prefix: /a } } },"
                        + " { header: { name: \":method\", exact_match: GET } }, { not_rule: { any: true } },"
                        + " { and_rules: { rules: [{ any: true }] } }, { or_rules: { rules: [{ any: true }] } }]",
                "[{ any: true }]");
        assertThat(policy.permissions())
                .containsExactly(
                        new Permission.Any(),
                        new Permission.DestinationPort(0),
                        new Permission.DestinationIp(Cidr.parse("10.1.1.1")),
                        new Permission.DestinationPortRange(1, 65536),
                        new Permission.RequestedServerName(new StringMatch.Exact("a.b", false)),
                        new Permission.UrlPath(new StringMatch.Prefix("/a", false)),
                        new Permission.Header(new Route.HeaderMatch(
                                ":method", new Condition.Value(new StringMatch.Exact("GET", false)), false, false)),
                        new Permission.Not(new Permission.Any()),
                        new Permission.AllOf(List.of(new Permission.Any())),
                        new Permission.AnyOf(List.of(new Permission.Any())));
    }

    private static Rbac.Policy policy(String permissions, String principals) {
        Listener listener = new Parsers(UnsupportedFields.rejected())
                .listener(Written.listener(Written.rbac(permissions, principals)));
        NetworkRbac rbac = (NetworkRbac) listener.chains().getFirst().network().getFirst();
        return Objects.requireNonNull(
                Objects.requireNonNull(rbac.rules()).policies().get("p"));
    }

    private static Route.HeaderMatch header(String yaml) {
        return MatcherParser.header(YamlFixture.read(yaml, "envoy.config.route.v3.HeaderMatcher"), PATH);
    }

    private static Arguments header(String yaml, Condition condition) {
        return Arguments.of(yaml, condition);
    }
}
