package io.weft.proxy.authorize;

import io.weft.proxy.chain.IpBlock;
import io.weft.proxy.config.Rbac;
import io.weft.proxy.config.Rbac.Permission;
import io.weft.proxy.config.Rbac.Principal;
import io.weft.proxy.config.Route.HeaderMatch;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.route.HeaderMatcher;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns permissions and principals into rules. Where a fact is missing or has several values a rule leans to the safe
 * side, and which side that is depends on the action and on how many NOTs stand around it ({@code negated}: an odd
 * number).
 */
final class RuleCompiler {
    private final boolean deny;
    private boolean readsPath;

    RuleCompiler(Rbac.Action action) {
        deny = action == Rbac.Action.DENY;
    }

    /** Whether any rule compiled so far reads the path. */
    boolean readsPath() {
        return readsPath;
    }

    /** Any of the permissions and any of the principals. */
    Rule policy(Rbac.Policy policy) {
        return new Rule.AllOf(
                List.of(anyPermission(policy.permissions(), false), anyPrincipal(policy.principals(), false)));
    }

    private Rule anyPermission(List<Permission> parts, boolean negated) {
        return new Rule.AnyOf(permissions(parts, negated));
    }

    private Rule anyPrincipal(List<Principal> parts, boolean negated) {
        return new Rule.AnyOf(principals(parts, negated));
    }

    private List<Rule> permissions(List<Permission> parts, boolean negated) {
        List<Rule> rules = new ArrayList<>();
        for (Permission part : parts) {
            rules.add(rule(part, negated));
        }
        return List.copyOf(rules);
    }

    private List<Rule> principals(List<Principal> parts, boolean negated) {
        List<Rule> rules = new ArrayList<>();
        for (Principal part : parts) {
            rules.add(rule(part, negated));
        }
        return List.copyOf(rules);
    }

    private Rule rule(Permission permission, boolean negated) {
        return switch (permission) {
            case Permission.Any() -> new Rule.Any();
            case Permission.AllOf(var parts) -> new Rule.AllOf(permissions(parts, negated));
            case Permission.AnyOf(var parts) -> anyPermission(parts, negated);
            case Permission.Not(var part) -> new Rule.Not(rule(part, !negated));
            case Permission.Header(var match) -> header(match, negated);
            case Permission.UrlPath(var match) -> path(match, negated);
            case Permission.DestinationIp(var block) -> new Rule.DestinationIp(new IpBlock(block));
            case Permission.DestinationPort(int port) -> new Rule.DestinationPort(port, port + 1);
            case Permission.DestinationPortRange(int start, int end) -> new Rule.DestinationPort(start, end);
            case Permission.RequestedServerName(var match) -> new Rule.RequestedServerName(match);
        };
    }

    private Rule rule(Principal principal, boolean negated) {
        return switch (principal) {
            case Principal.Any() -> new Rule.Any();
            case Principal.AllOf(var parts) -> new Rule.AllOf(principals(parts, negated));
            case Principal.AnyOf(var parts) -> anyPrincipal(parts, negated);
            case Principal.Not(var part) -> new Rule.Not(rule(part, !negated));
            case Principal.Authenticated() -> new Rule.Authenticated();
            case Principal.AuthenticatedName(var match) -> new Rule.AuthenticatedName(match);
            case Principal.DirectRemoteIp(var block) -> new Rule.DirectRemoteIp(new IpBlock(block));
            case Principal.RemoteIp(var block) -> new Rule.RemoteIp(new IpBlock(block));
            case Principal.Header(var match) -> header(match, negated);
            case Principal.UrlPath(var match) -> path(match, negated);
        };
    }

    private Rule header(HeaderMatch match, boolean negated) {
        readsPath |= match.name().equals(":path");
        return new Rule.Header(new HeaderMatcher(match), deny != negated, withoutFact(negated));
    }

    private Rule path(StringMatch match, boolean negated) {
        readsPath = true;
        return new Rule.UrlPath(match, withoutFact(negated));
    }

    /**
     * A condition on HTTP does not hold where there is no HTTP. In a policy that allows, neither does its negation:
     * "not /admin" must not let a plain TCP connection in. In one that refuses the negation holds, so it is refused.
     */
    private boolean withoutFact(boolean negated) {
        return negated && !deny;
    }
}
