package io.weft.controlplane.generate;

import com.google.re2j.Pattern;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Envoy's judgement by RBAC rules, of one request or connection. */
final class RbacJudge {
    private final Call call;
    private final int port;
    private final @Nullable String peer;
    private final boolean http;

    /** @param http whether the filter sees a request; a network filter does not, whatever the bytes are */
    RbacJudge(Call call, int port, @Nullable String peer, boolean http) {
        this.call = call;
        this.port = port;
        this.peer = peer;
        this.http = http;
    }

    /** Why it is refused; empty when it may pass. */
    Optional<String> refusal(RBAC rules) {
        Optional<String> matched = new TreeMap<>(rules.getPoliciesMap())
                .entrySet().stream()
                        .filter(entry -> matches(entry.getValue()))
                        .map(Map.Entry::getKey)
                        .findFirst();
        return switch (rules.getAction()) {
            case ALLOW -> matched.isPresent() ? Optional.empty() : Optional.of("none");
            case DENY -> matched;
            default -> throw new AssertionError(rules.getAction());
        };
    }

    private boolean matches(Policy policy) {
        return policy.getPermissionsList().stream().anyMatch(this::matches)
                && policy.getPrincipalsList().stream().anyMatch(this::matches);
    }

    private boolean matches(Permission rule) {
        return switch (rule.getRuleCase()) {
            case ANY -> true;
            case AND_RULES -> rule.getAndRules().getRulesList().stream().allMatch(this::matches);
            case OR_RULES -> rule.getOrRules().getRulesList().stream().anyMatch(this::matches);
            case NOT_RULE -> !matches(rule.getNotRule());
            case DESTINATION_PORT -> rule.getDestinationPort() == port;
            case HEADER -> http && matches(rule.getHeader());
            case URL_PATH ->
                http && matches(rule.getUrlPath().getPath(), call.path().split("\\?", 2)[0]);
            default -> throw new AssertionError("the simulation does not know " + rule.getRuleCase());
        };
    }

    private boolean matches(HeaderMatcher matcher) {
        String value = switch (matcher.getName()) {
            case ":authority" -> call.authority();
            case ":method" -> call.method();
            default -> throw new AssertionError(matcher.getName());
        };
        return switch (matcher.getHeaderMatchSpecifierCase()) {
            case PRESENT_MATCH -> !value.isEmpty();
            case STRING_MATCH -> matches(matcher.getStringMatch(), value);
            default -> throw new AssertionError(matcher);
        };
    }

    private boolean matches(Principal id) {
        return switch (id.getIdentifierCase()) {
            case ANY -> true;
            case AND_IDS -> id.getAndIds().getIdsList().stream().allMatch(this::matches);
            case OR_IDS -> id.getOrIds().getIdsList().stream().anyMatch(this::matches);
            case NOT_ID -> !matches(id.getNotId());
            case AUTHENTICATED -> peer != null && matches(id.getAuthenticated().getPrincipalName(), peer);
            case DIRECT_REMOTE_IP -> contains(id.getDirectRemoteIp(), call.from());
            case REMOTE_IP -> contains(id.getRemoteIp(), call.from());
            default -> throw new AssertionError("the simulation does not know " + id.getIdentifierCase());
        };
    }

    private static boolean matches(StringMatcher matcher, String value) {
        String v = matcher.getIgnoreCase() ? value.toLowerCase(Locale.ROOT) : value;
        return switch (matcher.getMatchPatternCase()) {
            case EXACT -> v.equals(fold(matcher, matcher.getExact()));
            case PREFIX -> v.startsWith(fold(matcher, matcher.getPrefix()));
            case SUFFIX -> v.endsWith(fold(matcher, matcher.getSuffix()));
            case SAFE_REGEX -> Pattern.matches(matcher.getSafeRegex().getRegex(), value);
            default -> throw new AssertionError(matcher);
        };
    }

    private static String fold(StringMatcher matcher, String text) {
        return matcher.getIgnoreCase() ? text.toLowerCase(Locale.ROOT) : text;
    }

    private static boolean contains(CidrRange range, String ip) {
        byte[] network = InetAddress.ofLiteral(range.getAddressPrefix()).getAddress();
        byte[] address = InetAddress.ofLiteral(ip).getAddress();
        int shift = network.length * 8 - range.getPrefixLen().getValue();
        return network.length == address.length
                && new BigInteger(1, network).shiftRight(shift).equals(new BigInteger(1, address).shiftRight(shift));
    }
}
