package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.type.v3.Int32Range;
import io.weft.proxy.config.Rbac;
import io.weft.proxy.config.Rbac.Permission;
import io.weft.proxy.config.Rbac.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** RBAC rules. What is not understood is refused, whatever the operator asked for: a guess could let someone in. */
final class RbacParser {

    private static final String PACKAGE = "envoy.config.rbac.v3.";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of(PACKAGE + "RBAC").decidesPolicy().honours("action", "policies"),
            MessageFields.of(PACKAGE + "Policy").decidesPolicy().honours("permissions", "principals"),
            MessageFields.of(PACKAGE + "Permission")
                    .decidesPolicy()
                    .honours(
                            "and_rules",
                            "or_rules",
                            "not_rule",
                            "any",
                            "header",
                            "url_path",
                            "destination_ip",
                            "destination_port",
                            "destination_port_range",
                            "requested_server_name"),
            MessageFields.of(PACKAGE + "Permission.Set").decidesPolicy().honours("rules"),
            MessageFields.of(PACKAGE + "Principal")
                    .decidesPolicy()
                    .honours(
                            "and_ids",
                            "or_ids",
                            "not_id",
                            "any",
                            "authenticated",
                            "source_ip",
                            "direct_remote_ip",
                            "remote_ip",
                            "header",
                            "url_path"),
            MessageFields.of(PACKAGE + "Principal.Set").decidesPolicy().honours("ids"),
            MessageFields.of(PACKAGE + "Principal.Authenticated")
                    .decidesPolicy()
                    .honours("principal_name"),
            MessageFields.of("envoy.type.v3.Int32Range").decidesPolicy().honours("start", "end"));

    private RbacParser() {}

    static Rbac rules(RBAC message, FieldPath path) {
        Rbac.Action action = switch (message.getAction()) {
            case ALLOW -> Rbac.Action.ALLOW;
            case DENY -> Rbac.Action.DENY;
            case LOG -> Rbac.Action.LOG;
            case UNRECOGNIZED -> throw HeaderChangesParser.unknown(path.field("action"), message.getActionValue());
        };
        TreeMap<String, Rbac.Policy> policies = new TreeMap<>();
        message.getPoliciesMap().forEach((name, policy) -> {
            FieldPath at = path.field("policies").key(name);
            policies.put(
                    Scalars.text(name, at),
                    new Rbac.Policy(
                            each(policy.getPermissionsList(), at.field("permissions"), RbacParser::permission),
                            each(policy.getPrincipalsList(), at.field("principals"), RbacParser::principal)));
        });
        return new Rbac(action, policies);
    }

    private static <M, R> List<R> each(List<M> messages, FieldPath path, BiFunction<M, FieldPath, R> parser) {
        if (messages.isEmpty()) {
            throw new InvalidResource(path, "empty: expected at least one");
        }
        List<R> read = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            read.add(parser.apply(messages.get(i), path.at(i)));
        }
        return read;
    }

    private static Permission permission(io.envoyproxy.envoy.config.rbac.v3.Permission message, FieldPath path) {
        return switch (message.getRuleCase()) {
            case ANY -> {
                isTrue(message.getAny(), path.field("any"));
                yield new Permission.Any();
            }
            case AND_RULES ->
                new Permission.AllOf(each(
                        message.getAndRules().getRulesList(),
                        path.field("and_rules").field("rules"),
                        RbacParser::permission));
            case OR_RULES ->
                new Permission.AnyOf(each(
                        message.getOrRules().getRulesList(),
                        path.field("or_rules").field("rules"),
                        RbacParser::permission));
            case NOT_RULE -> new Permission.Not(permission(message.getNotRule(), path.field("not_rule")));
            case HEADER -> new Permission.Header(MatcherParser.header(message.getHeader(), path.field("header")));
            case URL_PATH -> new Permission.UrlPath(MatcherParser.path(message.getUrlPath(), path.field("url_path")));
            case DESTINATION_IP ->
                new Permission.DestinationIp(
                        AddressParser.cidr(message.getDestinationIp(), path.field("destination_ip")));
            case DESTINATION_PORT ->
                new Permission.DestinationPort(
                        Scalars.port(message.getDestinationPort(), path.field("destination_port")));
            case DESTINATION_PORT_RANGE ->
                range(message.getDestinationPortRange(), path.field("destination_port_range"));
            case REQUESTED_SERVER_NAME ->
                new Permission.RequestedServerName(
                        MatcherParser.string(message.getRequestedServerName(), path.field("requested_server_name")));
            default -> throw new InvalidResource(path, "expected a rule that is supported");
        };
    }

    @SuppressWarnings("deprecation") // source_ip is the TCP peer, as direct_remote_ip is
    private static Principal principal(io.envoyproxy.envoy.config.rbac.v3.Principal message, FieldPath path) {
        return switch (message.getIdentifierCase()) {
            case ANY -> {
                isTrue(message.getAny(), path.field("any"));
                yield new Principal.Any();
            }
            case AND_IDS ->
                new Principal.AllOf(each(
                        message.getAndIds().getIdsList(), path.field("and_ids").field("ids"), RbacParser::principal));
            case OR_IDS ->
                new Principal.AnyOf(each(
                        message.getOrIds().getIdsList(), path.field("or_ids").field("ids"), RbacParser::principal));
            case NOT_ID -> new Principal.Not(principal(message.getNotId(), path.field("not_id")));
            case AUTHENTICATED -> {
                var authenticated = message.getAuthenticated();
                yield authenticated.hasPrincipalName()
                        ? new Principal.AuthenticatedName(MatcherParser.string(
                                authenticated.getPrincipalName(),
                                path.field("authenticated").field("principal_name")))
                        : new Principal.Authenticated();
            }
            case SOURCE_IP ->
                new Principal.DirectRemoteIp(AddressParser.cidr(message.getSourceIp(), path.field("source_ip")));
            case DIRECT_REMOTE_IP ->
                new Principal.DirectRemoteIp(
                        AddressParser.cidr(message.getDirectRemoteIp(), path.field("direct_remote_ip")));
            case REMOTE_IP ->
                new Principal.RemoteIp(AddressParser.cidr(message.getRemoteIp(), path.field("remote_ip")));
            case HEADER -> new Principal.Header(MatcherParser.header(message.getHeader(), path.field("header")));
            case URL_PATH -> new Principal.UrlPath(MatcherParser.path(message.getUrlPath(), path.field("url_path")));
            default -> throw new InvalidResource(path, "expected an identifier that is supported");
        };
    }

    /** {@code any: false} would read as its opposite to whoever wrote it. */
    private static void isTrue(boolean any, FieldPath path) {
        if (!any) {
            throw new InvalidResource(path, "false: expected true");
        }
    }

    private static Permission range(Int32Range message, FieldPath path) {
        int start = (int) Scalars.within(message.getStart(), 0, 65535, path.field("start"));
        int end = (int) Scalars.within(message.getEnd(), start + 1L, 65536, path.field("end"));
        return new Permission.DestinationPortRange(start, end);
    }
}
