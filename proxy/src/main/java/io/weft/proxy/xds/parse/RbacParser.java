package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Rbac;
import io.weft.proxy.config.Rbac.Permission;
import io.weft.proxy.config.Rbac.Principal;
import io.weft.proxy.wire.Message;
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

    static Rbac rules(Message message, FieldPath path) {
        Rbac.Action action = switch (message.choice("action")) {
            case "ALLOW" -> Rbac.Action.ALLOW;
            case "DENY" -> Rbac.Action.DENY;
            case "LOG" -> Rbac.Action.LOG;
            default -> throw HeaderChangesParser.unknown(path.field("action"), message.number("action"));
        };
        TreeMap<String, Rbac.Policy> policies = new TreeMap<>();
        message.entries("policies").forEach((name, policy) -> {
            FieldPath at = path.field("policies").key(name);
            policies.put(
                    Scalars.text(name, at),
                    new Rbac.Policy(
                            each(policy.messages("permissions"), at.field("permissions"), RbacParser::permission),
                            each(policy.messages("principals"), at.field("principals"), RbacParser::principal)));
        });
        return new Rbac(action, policies);
    }

    private static <R> List<R> each(List<Message> messages, FieldPath path, BiFunction<Message, FieldPath, R> parser) {
        if (messages.isEmpty()) {
            throw new InvalidResource(path, "empty: expected at least one");
        }
        List<R> read = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            read.add(parser.apply(messages.get(i), path.at(i)));
        }
        return read;
    }

    private static Permission permission(Message message, FieldPath path) {
        return switch (message.which("rule")) {
            case "any" -> {
                isTrue(message.flag("any"), path.field("any"));
                yield new Permission.Any();
            }
            case "and_rules" ->
                new Permission.AllOf(each(
                        message.message("and_rules").messages("rules"),
                        path.field("and_rules").field("rules"),
                        RbacParser::permission));
            case "or_rules" ->
                new Permission.AnyOf(each(
                        message.message("or_rules").messages("rules"),
                        path.field("or_rules").field("rules"),
                        RbacParser::permission));
            case "not_rule" -> new Permission.Not(permission(message.message("not_rule"), path.field("not_rule")));
            case "header" ->
                new Permission.Header(MatcherParser.header(message.message("header"), path.field("header")));
            case "url_path" ->
                new Permission.UrlPath(MatcherParser.path(message.message("url_path"), path.field("url_path")));
            case "destination_ip" ->
                new Permission.DestinationIp(
                        AddressParser.cidr(message.message("destination_ip"), path.field("destination_ip")));
            case "destination_port" ->
                new Permission.DestinationPort(
                        Scalars.port(message.number("destination_port"), path.field("destination_port")));
            case "destination_port_range" ->
                range(message.message("destination_port_range"), path.field("destination_port_range"));
            case "requested_server_name" ->
                new Permission.RequestedServerName(MatcherParser.string(
                        message.message("requested_server_name"), path.field("requested_server_name")));
            default -> throw new InvalidResource(path, "expected a rule that is supported");
        };
    }

    @SuppressWarnings("deprecation") // source_ip is the TCP peer, as direct_remote_ip is
    private static Principal principal(Message message, FieldPath path) {
        return switch (message.which("identifier")) {
            case "any" -> {
                isTrue(message.flag("any"), path.field("any"));
                yield new Principal.Any();
            }
            case "and_ids" ->
                new Principal.AllOf(each(
                        message.message("and_ids").messages("ids"),
                        path.field("and_ids").field("ids"),
                        RbacParser::principal));
            case "or_ids" ->
                new Principal.AnyOf(each(
                        message.message("or_ids").messages("ids"),
                        path.field("or_ids").field("ids"),
                        RbacParser::principal));
            case "not_id" -> new Principal.Not(principal(message.message("not_id"), path.field("not_id")));
            case "authenticated" -> {
                var authenticated = message.message("authenticated");
                yield authenticated.has("principal_name")
                        ? new Principal.AuthenticatedName(MatcherParser.string(
                                authenticated.message("principal_name"),
                                path.field("authenticated").field("principal_name")))
                        : new Principal.Authenticated();
            }
            case "source_ip" ->
                new Principal.DirectRemoteIp(AddressParser.cidr(message.message("source_ip"), path.field("source_ip")));
            case "direct_remote_ip" ->
                new Principal.DirectRemoteIp(
                        AddressParser.cidr(message.message("direct_remote_ip"), path.field("direct_remote_ip")));
            case "remote_ip" ->
                new Principal.RemoteIp(AddressParser.cidr(message.message("remote_ip"), path.field("remote_ip")));
            case "header" ->
                new Principal.Header(MatcherParser.header(message.message("header"), path.field("header")));
            case "url_path" ->
                new Principal.UrlPath(MatcherParser.path(message.message("url_path"), path.field("url_path")));
            default -> throw new InvalidResource(path, "expected an identifier that is supported");
        };
    }

    /** {@code any: false} would read as its opposite to whoever wrote it. */
    private static void isTrue(boolean any, FieldPath path) {
        if (!any) {
            throw new InvalidResource(path, "false: expected true");
        }
    }

    private static Permission range(Message message, FieldPath path) {
        int start = (int) Scalars.within(message.number("start"), 0, 65535, path.field("start"));
        int end = (int) Scalars.within(message.number("end"), start + 1L, 65536, path.field("end"));
        return new Permission.DestinationPortRange(start, end);
    }
}
