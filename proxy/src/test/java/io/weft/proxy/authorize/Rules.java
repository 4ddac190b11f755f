package io.weft.proxy.authorize;

import io.weft.proxy.config.Cidr;
import io.weft.proxy.config.Rbac;
import io.weft.proxy.config.Rbac.Action;
import io.weft.proxy.config.Rbac.Permission;
import io.weft.proxy.config.Rbac.Principal;
import io.weft.proxy.config.Route.HeaderMatch;
import io.weft.proxy.config.StringMatch;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** RBAC rules for tests, written as text. */
final class Rules {

    private Rules() {}

    /** {@code exact:x}, {@code prefix:x}, {@code suffix:x}, {@code contains:x}, {@code regex:x}. */
    static StringMatch match(String text) {
        String value = text.substring(text.indexOf(':') + 1);
        return switch (text.substring(0, text.indexOf(':'))) {
            case "exact" -> new StringMatch.Exact(value, false);
            case "prefix" -> new StringMatch.Prefix(value, false);
            case "suffix" -> new StringMatch.Suffix(value, false);
            case "contains" -> new StringMatch.Contains(value, false);
            case "regex" -> StringMatch.Regex.of(value);
            default -> throw new IllegalArgumentException(text);
        };
    }

    static HeaderMatch header(String text) {
        String[] part = text.split("~", 2);
        boolean invert = part[0].startsWith("!");
        String name = invert ? part[0].substring(1) : part[0];
        return new HeaderMatch(
                name,
                part[1].equals("present")
                        ? new HeaderMatch.Condition.Present(true)
                        : part[1].equals("absent")
                                ? new HeaderMatch.Condition.Present(false)
                                : new HeaderMatch.Condition.Value(match(part[1])),
                invert,
                false);
    }

    /** Words joined by {@code &} all hold, by {@code or} any; {@code not} negates what follows it. */
    static Permission permission(String text) {
        if (text.contains(" or ")) {
            return new Permission.AnyOf(
                    Arrays.stream(text.split(" or ")).map(Rules::permission).toList());
        }
        if (text.contains(" & ")) {
            return new Permission.AllOf(
                    Arrays.stream(text.split(" & ")).map(Rules::permission).toList());
        }
        String[] word = text.strip().split(" ", 2);
        return switch (word[0]) {
            case "any" -> new Permission.Any();
            case "not" -> new Permission.Not(permission(word[1]));
            case "path" -> new Permission.UrlPath(match(word[1]));
            case "header" -> new Permission.Header(header(word[1]));
            case "ip" -> new Permission.DestinationIp(Cidr.parse(word[1]));
            case "port" -> new Permission.DestinationPort(Integer.parseInt(word[1]));
            case "ports" ->
                new Permission.DestinationPortRange(
                        Integer.parseInt(word[1].split("-")[0]), Integer.parseInt(word[1].split("-")[1]));
            case "sni" -> new Permission.RequestedServerName(match(word[1]));
            default -> throw new IllegalArgumentException(text);
        };
    }

    static Principal principal(String text) {
        if (text.contains(" or ")) {
            return new Principal.AnyOf(
                    Arrays.stream(text.split(" or ")).map(Rules::principal).toList());
        }
        if (text.contains(" & ")) {
            return new Principal.AllOf(
                    Arrays.stream(text.split(" & ")).map(Rules::principal).toList());
        }
        String[] word = text.strip().split(" ", 2);
        return switch (word[0]) {
            case "any" -> new Principal.Any();
            case "not" -> new Principal.Not(principal(word[1]));
            case "authenticated" -> new Principal.Authenticated();
            case "name" -> new Principal.AuthenticatedName(match(word[1]));
            case "direct" -> new Principal.DirectRemoteIp(Cidr.parse(word[1]));
            case "remote" -> new Principal.RemoteIp(Cidr.parse(word[1]));
            case "header" -> new Principal.Header(header(word[1]));
            case "path" -> new Principal.UrlPath(match(word[1]));
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** Policies as name, permission and principal. */
    static Rbac rbac(Action action, String... policies) {
        TreeMap<String, Rbac.Policy> byName = new TreeMap<>();
        for (int i = 0; i < policies.length; i += 3) {
            byName.put(
                    policies[i],
                    new Rbac.Policy(List.of(permission(policies[i + 1])), List.of(principal(policies[i + 2]))));
        }
        return new Rbac(action, byName);
    }
}
