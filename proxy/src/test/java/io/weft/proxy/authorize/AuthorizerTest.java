package io.weft.proxy.authorize;

import static io.weft.proxy.authorize.Rules.rbac;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.authorize.Caller.Peer;
import io.weft.proxy.chain.Ip;
import io.weft.proxy.config.Rbac;
import io.weft.proxy.config.Rbac.Action;
import io.weft.proxy.http.RequestHead;
import io.weft.proxy.route.Head;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AuthorizerTest {
    private static final String ALICE = "spiffe://cluster.local/ns/a/sa/alice";
    private static final Caller CALLER = caller(new Peer.Certified(List.of(ALICE), List.of("a.dns"), "CN=alice"));

    private static Caller caller(Peer peer) {
        return Caller.of(
                        new InetSocketAddress(InetAddress.ofLiteral("10.1.2.3"), 4000),
                        new InetSocketAddress(InetAddress.ofLiteral("10.9.0.1"), 8080),
                        "outbound_.80_._.web.local",
                        peer)
                .withRemote(Ip.of(InetAddress.ofLiteral("192.0.2.7")));
    }

    private static String decision(@Nullable Decision decision) {
        return switch (decision) {
            case null -> "no shadow";
            case Decision.Allowed(String policy) -> "allowed" + (policy == null ? "" : " by " + policy);
            case Decision.Denied(String policy) -> "denied by " + policy;
        };
    }

    private static boolean matches(
            Action action, String permission, String principal, Caller caller, @Nullable RequestHead head) {
        String decision = decision(new Authorizer(rbac(action, "p", permission, principal), null).decide(caller, head));
        return decision.endsWith(" by p");
    }

    @ParameterizedTest(name = "{0} | {1}: {2}")
    @DisplayName("AZ-01: what a policy can ask for")
    @CsvSource({
        "any,                            any,                                    true",
        "port 8080,                      any,                                    true",
        "port 80,                        any,                                    false",
        "ports 8000-8081,                any,                                    true",
        "ports 8000-8080,                any,                                    false",
        "not ports 1-100,                any,                                    true",
        "ip 10.9.0.0/16,                 any,                                    true",
        "ip 10.8.0.0/16,                 any,                                    false",
        "ip ::/0,                        any,                                    false",
        "sni exact:outbound_.80_._.web.local, any,                               true",
        "sni suffix:.other,              any,                                    false",
        "path exact:/admin,              any,                                    true",
        "path prefix:/adm,               any,                                    true",
        "path suffix:min,                any,                                    true",
        "path exact:/admin?q=/x,         any,                                    false",
        "path contains:q=,               any,                                    false",
        "path regex:/a.*n,               any,                                    true",
        "path regex:/a,                  any,                                    false",
        "header :path~contains:q=,       any,                                    true",
        "header :method~exact:GET,       any,                                    true",
        "header :method~exact:get,       any,                                    false",
        "header :authority~exact:web,    any,                                    true",
        "header x-role~exact:admin,      any,                                    true",
        "header x-none~present,          any,                                    false",
        "header x-none~absent,           any,                                    true",
        "header !x-role~exact:user,      any,                                    true",
        "header !x-none~exact:user,      any,                                    false",
        "not header x-none~exact:user,   any,                                    true",
        "port 8080 & path exact:/admin,  any,                                    true",
        "port 8080 & path exact:/x,      any,                                    false",
        "port 80 or path exact:/admin,   any,                                    true",
        "port 80 or path exact:/x,       any,                                    false",
        "not port 80 & path exact:/admin,any,                                    true",
        "any,                            authenticated,                          true",
        "any,                            name exact:spiffe://cluster.local/ns/a/sa/alice, true",
        "any,                            name prefix:spiffe://cluster.local/ns/a/, true",
        "any,                            name suffix:/sa/alice,                  true",
        "any,                            name exact:a.dns,                       false",
        "any,                            name exact:CN=alice,                    false",
        "any,                            not name suffix:/sa/bob,                true",
        "any,                            direct 10.1.0.0/16,                     true",
        "any,                            direct 192.0.2.0/24,                    false",
        "any,                            remote 192.0.2.0/24,                    true",
        "any,                            remote 10.1.0.0/16,                     false",
        "any,                            not remote 192.0.2.7,                   false",
        "any,                            header x-role~exact:admin,              true",
        "any,                            path exact:/admin,                      true",
        "port 8080,                      name suffix:/sa/bob,                    false",
        "port 80,                        authenticated,                          false",
        "any,                            name suffix:/sa/bob or direct 10.1.2.3, true",
        "any,                            authenticated & direct 10.1.2.4,        false",
    })
    void az01_what_a_policy_can_ask_for(String permission, String principal, boolean expected) {
        Head head = Head.of("GET http://web/admin?q=/x", "x-role: admin");
        assertThat(matches(Action.ALLOW, permission, principal, CALLER, head)).isEqualTo(expected);
        assertThat(matches(Action.DENY, permission, principal, CALLER, head)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "URI {0}, DNS {1}, subject {2}, asked for {3}: {4}")
    @CsvSource({
        "u:1|u:2, d,    CN=s, exact:u:2,  true",
        "u:1,     d,    CN=s, exact:d,    false",
        "'',      d|e,  CN=s, exact:e,    true",
        "'',      d,    CN=s, exact:CN=s, false",
        "'',      '',   CN=s, exact:CN=s, true",
        "'',      '',   '',   exact:x,    false",
    })
    void a_certificate_is_compared_by_the_first_kind_of_name_it_has(
            String uris, String dns, String subject, String asked, boolean expected) {
        Caller caller = caller(new Peer.Certified(names(uris), names(dns), subject));
        assertThat(matches(Action.ALLOW, "any", "name " + asked, caller, null)).isEqualTo(expected);
    }

    private static List<String> names(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split("\\|"));
    }

    @Test
    @DisplayName("E8: the account a.b is not the account axb")
    void e8_names_are_compared_literally() {
        for (String other : new String[] {"axb", "a.bc", "A.B", "a.b/", "%61.b"}) {
            Caller caller = caller(new Peer.Certified(List.of("spiffe://td/ns/n/sa/" + other), List.of(), ""));
            assertThat(matches(Action.ALLOW, "any", "name exact:spiffe://td/ns/n/sa/a.b", caller, null))
                    .as(other)
                    .isFalse();
        }
    }

    @Test
    void a_caller_without_certificate_has_no_name_at_all() {
        Caller anonymous = caller(new Peer.Anonymous());
        for (String principal : new String[] {"authenticated", "name prefix:", "name regex:.*", "name exact:"}) {
            assertThat(matches(Action.ALLOW, "any", principal, anonymous, null))
                    .as(principal)
                    .isFalse();
        }
        assertThat(matches(Action.DENY, "any", "not authenticated", anonymous, null))
                .isTrue();
    }

    @ParameterizedTest(name = "{0} | {1}: allowing policy met {2}, refusing policy met {3}")
    @DisplayName("AZ-01: on plain TCP rules about HTTP open no hole, negated or not")
    @CsvSource({
        "path exact:/admin,                      any, false, false",
        "not path exact:/admin,                  any, false, true",
        "not not path exact:/admin,              any, false, false",
        "header x~present,                       any, false, false",
        "not header x~present,                   any, false, true",
        "header x~absent,                        any, false, false",
        "header !x~present,                      any, false, false",
        "header :method~exact:GET,               any, false, false",
        "not header :method~exact:GET,           any, false, true",
        "port 8080 & not path exact:/admin,      any, false, true",
        "port 8080 or not path exact:/admin,     any, true,  true",
        "port 80 or path exact:/admin,           any, false, false",
        "not port 80,                            any, true,  true",
        "any,               header x~absent,          false, false",
        "any,               not header x~present,     false, true",
        "any,               not path exact:/admin,    false, true",
        "any,               authenticated & not path exact:/admin, false, true",
    })
    void az01_not_fields_on_plain_tcp(String permission, String principal, boolean allow, boolean deny) {
        assertThat(matches(Action.ALLOW, permission, principal, CALLER, null)).isEqualTo(allow);
        assertThat(matches(Action.DENY, permission, principal, CALLER, null)).isEqualTo(deny);
    }

    @Test
    @DisplayName("B11: CONNECT has no path, and meets no allowing rule by that")
    void b11_connect_has_no_path() {
        Head connect = Head.of("CONNECT http://web:443");
        assertThat(matches(Action.ALLOW, "not path exact:/admin", "any", CALLER, connect))
                .isFalse();
        assertThat(matches(Action.ALLOW, "path prefix:", "any", CALLER, connect))
                .isFalse();
        assertThat(matches(Action.DENY, "not path exact:/public", "any", CALLER, connect))
                .isTrue();
        assertThat(matches(Action.ALLOW, "header :method~exact:CONNECT", "any", CALLER, connect))
                .isTrue();
    }

    @ParameterizedTest(name = "{0} with [{1}]: allowing policy met {2}, refusing policy met {3}")
    @DisplayName("E6: several values of a header: refused if any is, allowed only if all are")
    @CsvSource({
        "header x-role~exact:admin,     x-role: user|x-role: admin, false, true",
        "header x-role~exact:admin,     'x-role: user, admin',      false, true",
        "header x-role~exact:admin,     x-role: admin|x-role: user, false, true",
        "header x-role~exact:admin,     x-role: admin,              true,  true",
        "header x-role~exact:admin,     x-role: administrator,      false, false",
        "header x-role~prefix:adm,      x-role: user|x-role: admin, false, true",
        "header x-role~suffix:user,     x-role: user|x-role: admin, false, true",
        "header x-role~regex:adm.*,     x-role: user|x-role: admin, false, true",
        "header x-role~exact:user,      x-role: user|x-role: admin, false, true",
        "not header x-role~exact:admin, x-role: user|x-role: admin, false, true",
        "not header x-role~exact:user,  x-role: user|x-role: admin, false, true",
        "not header x-role~exact:admin, x-role: user,               true,  true",
        "not header x-role~exact:admin, x-role: admin,              false, false",
        "header x-role~exact:,          'x-role: user,',            false, true",
        "header x-role~prefix:adm,      x-role: admin|x-role: user, false, true",
        "header x-role~prefix:adm,      'x-role: admin, user',      false, true",
        "header x-role~prefix:adm,      x-role: adm1|x-role: adm2,  true,  true",
        "header x-role~suffix:in,       x-role: user|x-role: admin, false, true",
        "header x-role~contains:dm,     x-role: admin|x-role: user, false, true",
        "header x-role~regex:adm.*,     x-role: admin|x-role: user, false, true",
        "header x-role~regex:adm.*,     x-role: adm1|x-role: adm2,  true,  true",
        "'header x-role~exact:a,b',     x-role: a|x-role: b,        true,  true",
        "not header x-role~prefix:adm,  x-role: user|x-role: admin, false, true",
        "header !x-role~prefix:adm,     x-role: user|x-role: admin, false, true",
        "header !x-role~exact:admin,    x-role: user|x-role: admin, false, true",
        "header !x-role~exact:admin,    x-role: user,               true,  true",
        "header !x-role~exact:admin,    x-role: admin,              false, false",
        "'header !x-role~exact:a,b',    x-role: a|x-role: b,        false, false",
        "header user-agent~prefix:Moz,  'user-agent: Mozilla (KHTML, like Gecko)', true, true",
        "header user-agent~prefix:Moz,  user-agent: Mozilla|user-agent: evil, false, true",
    })
    void e6_several_values(String permission, String headers, boolean allow, boolean deny) {
        Head head = Head.of("GET http://web/", headers.split("\\|"));
        assertThat(matches(Action.ALLOW, permission, "any", CALLER, head)).isEqualTo(allow);
        assertThat(matches(Action.DENY, permission, "any", CALLER, head)).isEqualTo(deny);
    }

    @Test
    @DisplayName("E7: bytes that are no UTF-8 do not get a value past an expression")
    void e7_bytes_that_are_no_utf8() {
        for (String value :
                new String[] {"\u0080admin\u00ff", "\u00c3(admin", "\ud800admin", "admin\ufffd", "\u00ff\nadmin"}) {
            for (String rule : new String[] {"regex:.*admin.*", "contains:admin"}) {
                Head head = new Head("GET", "/", "web", "http", java.util.Map.of("x", value));
                assertThat(matches(Action.DENY, "header x~" + rule, "any", CALLER, head))
                        .as(rule)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @DisplayName("E1, E2: DENY path=/admin and ALLOW prefix=/public, on canonical paths")
    @CsvSource({
        "/admin,       denied by admins, denied by none",
        "/admin?x,     denied by admins, denied by none",
        "/admin/,      allowed,          denied by none",
        "/public/x,    allowed,          allowed by open",
        "/publicity,   allowed,          allowed by open",
        "/,            allowed,          denied by none",
    })
    void e1_the_policy_under_test(String path, String deny, String allow) {
        Head head = Head.of("GET http://web" + path);
        assertThat(decision(new Authorizer(rbac(Action.DENY, "admins", "path exact:/admin", "any"), null)
                        .decide(CALLER, head)))
                .isEqualTo(deny);
        assertThat(decision(new Authorizer(rbac(Action.ALLOW, "open", "path prefix:/public", "any"), null)
                        .decide(CALLER, head)))
                .isEqualTo(allow);
    }

    @Test
    void the_first_matching_policy_by_name_is_the_one_named() {
        String[] policies = {"b", "any", "any", "a", "port 80", "any", "c", "any", "any"};
        assertThat(decision(new Authorizer(rbac(Action.DENY, policies), null).decide(CALLER, null)))
                .isEqualTo("denied by b");
        assertThat(decision(new Authorizer(rbac(Action.ALLOW, policies), null).decide(CALLER, null)))
                .isEqualTo("allowed by b");
    }

    @ParameterizedTest
    @EnumSource
    void rules_without_policies_allow_nothing_deny_nothing_or_log_nothing(Action action) {
        assertThat(decision(new Authorizer(rbac(action), null).decide(CALLER, null)))
                .isEqualTo(action == Action.ALLOW ? "denied by none" : "allowed");
    }

    @Test
    void without_rules_all_is_allowed_and_shadow_rules_never_enforce() {
        Authorizer shadowed = new Authorizer(null, rbac(Action.DENY, "s", "any", "any"));
        assertThat(decision(shadowed.decide(CALLER, null))).isEqualTo("allowed");
        assertThat(decision(shadowed.decideShadow(CALLER, null))).isEqualTo("denied by s");
        assertThat(decision(new Authorizer(null, null).decideShadow(CALLER, null)))
                .isEqualTo("no shadow");
        assertThat(decision(new Authorizer(rbac(Action.LOG, "l", "any", "any"), null).decide(CALLER, null)))
                .isEqualTo("allowed by l");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("E13: rules that fail to be judged deny, whatever their action")
    void e13_rules_that_fail_deny(Action action) {
        RequestHead broken = new RequestHead() {
            @Override
            public boolean isRepeated(String lowerCaseName) {
                throw new AssertionError(lowerCaseName);
            }

            @Override
            public String method() {
                throw new IllegalStateException("method");
            }

            @Override
            public String path() {
                return "/";
            }

            @Override
            public String authority() {
                return "";
            }

            @Override
            public String scheme() {
                return "http";
            }

            @Override
            public @Nullable String header(String lowerCaseName) {
                throw new StackOverflowError();
            }
        };
        for (String rule : new String[] {"header :method~exact:GET", "header x~present", "not header x~present"}) {
            Authorizer authorizer = new Authorizer(rbac(action, "p", rule, "any"), null);
            assertThat(decision(authorizer.decide(CALLER, broken))).isEqualTo("denied by error");
            assertThat(decision(authorizer.decide(CALLER, broken))).isEqualTo("denied by error");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "path exact:/a,                any,               true",
        "not path exact:/a,            any,               true",
        "any,                          path exact:/a,     true",
        "header :path~exact:/a,        any,               true",
        "header :method~exact:GET,     authenticated,     false",
    })
    @DisplayName("E4: it is known whether a policy reads the path")
    void e4_it_is_known_whether_a_policy_reads_the_path(String permission, String principal, boolean expected) {
        Rbac rbac = rbac(Action.DENY, "p", permission, principal);
        assertThat(new Authorizer(rbac, null).readsPath()).isEqualTo(expected);
        assertThat(new Authorizer(null, rbac).readsPath()).isFalse();
    }
}
