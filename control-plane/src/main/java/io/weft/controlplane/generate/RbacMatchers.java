package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.weft.controlplane.model.AuthorizationPolicy.Operation;
import io.weft.controlplane.model.AuthorizationPolicy.Source;
import io.weft.controlplane.model.AuthorizationPolicy.Values;
import io.weft.controlplane.model.Cidr;
import io.weft.controlplane.model.StringMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Writes the parts of a rule. Names are compared literally; the two regular expressions there are hold quoted text only. */
final class RbacMatchers {
    private final String trustDomain;

    RbacMatchers(String trustDomain) {
        this.trustDomain = trustDomain;
    }

    Principal principal(Source source) {
        var all = new ArrayList<Principal>();
        addPrincipals(all, source.principals(), match -> authenticated(principalName(match)));
        addPrincipals(all, source.namespaces(), match -> authenticated(namespace(match)));
        addPrincipals(
                all,
                source.serviceAccounts(),
                account -> authenticated(StringMatcher.newBuilder()
                        .setExact("spiffe://" + trustDomain + "/ns/" + account.namespace() + "/sa/" + account.name())));
        addPrincipals(
                all,
                source.ipBlocks(),
                block -> Principal.newBuilder().setDirectRemoteIp(range(block)).build());
        addPrincipals(
                all,
                source.remoteIpBlocks(),
                block -> Principal.newBuilder().setRemoteIp(range(block)).build());
        return all.size() == 1
                ? all.getFirst()
                : Principal.newBuilder()
                        .setAndIds(Principal.Set.newBuilder().addAllIds(all))
                        .build();
    }

    private static <T> void addPrincipals(List<Principal> all, Values<T> values, Function<T, Principal> write) {
        if (!values.any().isEmpty()) {
            all.add(anyPrincipal(values.any().stream().map(write).toList()));
        }
        if (!values.none().isEmpty()) {
            all.add(Principal.newBuilder()
                    .setNotId(anyPrincipal(values.none().stream().map(write).toList()))
                    .build());
        }
    }

    private static Principal anyPrincipal(List<Principal> ids) {
        return ids.size() == 1
                ? ids.getFirst()
                : Principal.newBuilder()
                        .setOrIds(Principal.Set.newBuilder().addAllIds(ids))
                        .build();
    }

    private static Principal authenticated(StringMatcher.Builder name) {
        return Principal.newBuilder()
                .setAuthenticated(Principal.Authenticated.newBuilder().setPrincipalName(name))
                .build();
    }

    private static StringMatcher.Builder principalName(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact exact -> StringMatcher.newBuilder().setExact("spiffe://" + exact.value());
            case StringMatch.Prefix prefix -> StringMatcher.newBuilder().setPrefix("spiffe://" + prefix.value());
            case StringMatch.Suffix suffix -> StringMatcher.newBuilder().setSuffix(suffix.value());
            case StringMatch.Present present -> StringMatcher.newBuilder().setPrefix("spiffe://");
        };
    }

    /** A namespace ends where the next part of the id begins, so that {@code shop} is not {@code shopping}. */
    private StringMatcher.Builder namespace(StringMatch match) {
        String before = "spiffe://" + trustDomain + "/ns/";
        return switch (match) {
            case StringMatch.Exact exact -> StringMatcher.newBuilder().setPrefix(before + exact.value() + "/");
            case StringMatch.Prefix prefix -> StringMatcher.newBuilder().setPrefix(before + prefix.value());
            case StringMatch.Suffix suffix -> regex(quote(before) + "[^/]*" + quote(suffix.value()) + "/sa/[^/]+");
            case StringMatch.Present present -> StringMatcher.newBuilder().setPrefix(before);
        };
    }

    /**
     * @param http whether there will be a request to look at; if not, what asks for one is left out, and the caller sees to it that
     *     this only ever denies more
     */
    Permission permission(Operation operation, boolean http) {
        var all = new ArrayList<Permission>();
        if (http) {
            addPermissions(all, operation.hosts(), RbacMatchers::host);
            addPermissions(all, operation.methods(), match -> header(":method", match));
            addPermissions(all, operation.paths(), RbacMatchers::path);
        }
        addPermissions(
                all,
                operation.ports(),
                port -> Permission.newBuilder().setDestinationPort(port).build());
        if (all.isEmpty()) {
            return Permission.newBuilder().setAny(true).build();
        }
        return all.size() == 1
                ? all.getFirst()
                : Permission.newBuilder()
                        .setAndRules(Permission.Set.newBuilder().addAllRules(all))
                        .build();
    }

    private static <T> void addPermissions(List<Permission> all, Values<T> values, Function<T, Permission> write) {
        if (!values.any().isEmpty()) {
            all.add(anyPermission(values.any().stream().map(write).toList()));
        }
        if (!values.none().isEmpty()) {
            all.add(Permission.newBuilder()
                    .setNotRule(anyPermission(values.none().stream().map(write).toList()))
                    .build());
        }
    }

    private static Permission anyPermission(List<Permission> rules) {
        return rules.size() == 1
                ? rules.getFirst()
                : Permission.newBuilder()
                        .setOrRules(Permission.Set.newBuilder().addAllRules(rules))
                        .build();
    }

    /** Host names have no case, and a client may write the port behind them: neither must get a request past a rule. */
    private static Permission host(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact exact
            when exact.value().indexOf(':') >= 0 ->
                header(
                        ":authority",
                        StringMatcher.newBuilder().setExact(exact.value()).setIgnoreCase(true));
            case StringMatch.Exact exact ->
                anyPermission(List.of(
                        header(
                                ":authority",
                                StringMatcher.newBuilder()
                                        .setExact(exact.value())
                                        .setIgnoreCase(true)),
                        header(
                                ":authority",
                                StringMatcher.newBuilder()
                                        .setPrefix(exact.value() + ":")
                                        .setIgnoreCase(true))));
            case StringMatch.Prefix prefix ->
                header(
                        ":authority",
                        StringMatcher.newBuilder().setPrefix(prefix.value()).setIgnoreCase(true));
            case StringMatch.Suffix suffix ->
                header(":authority", regex("(?i).*" + quote(suffix.value()) + "(:[0-9]*)?"));
            case StringMatch.Present present -> header(":authority", match);
        };
    }

    private static Permission path(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact exact -> path(StringMatcher.newBuilder().setExact(exact.value()));
            case StringMatch.Prefix prefix -> path(StringMatcher.newBuilder().setPrefix(prefix.value()));
            case StringMatch.Suffix suffix -> path(StringMatcher.newBuilder().setSuffix(suffix.value()));
            // Every request has one.
            case StringMatch.Present present ->
                Permission.newBuilder().setAny(true).build();
        };
    }

    private static Permission path(StringMatcher.Builder matcher) {
        return Permission.newBuilder()
                .setUrlPath(PathMatcher.newBuilder().setPath(matcher))
                .build();
    }

    private static Permission header(String name, StringMatch match) {
        return switch (match) {
            case StringMatch.Exact exact ->
                header(name, StringMatcher.newBuilder().setExact(exact.value()));
            case StringMatch.Prefix prefix ->
                header(name, StringMatcher.newBuilder().setPrefix(prefix.value()));
            case StringMatch.Suffix suffix ->
                header(name, StringMatcher.newBuilder().setSuffix(suffix.value()));
            case StringMatch.Present present ->
                Permission.newBuilder()
                        .setHeader(HeaderMatcher.newBuilder().setName(name).setPresentMatch(true))
                        .build();
        };
    }

    private static Permission header(String name, StringMatcher.Builder matcher) {
        return Permission.newBuilder()
                .setHeader(HeaderMatcher.newBuilder().setName(name).setStringMatch(matcher))
                .build();
    }

    private static StringMatcher.Builder regex(String expression) {
        return StringMatcher.newBuilder().setSafeRegex(RegexMatcher.newBuilder().setRegex(expression));
    }

    /** For RE2, which knows no {@code \Q} across all its versions: a backslash before everything that is not a word character. */
    private static String quote(String text) {
        return text.replaceAll("[^A-Za-z0-9_/-]", "\\\\$0");
    }

    private static io.envoyproxy.envoy.config.core.v3.CidrRange range(Cidr block) {
        return Xds.cidr(block.address(), block.prefixLength());
    }
}
