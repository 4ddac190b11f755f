package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Route;
import io.weft.proxy.wire.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One route: what it matches, and redirects and answers; forwarding is {@link RouteActionParser}'s. */
final class RouteParser {

    private static final String PACKAGE = "envoy.config.route.v3.";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of(PACKAGE + "Route")
                    .honours(
                            "name",
                            "match",
                            "route",
                            "redirect",
                            "direct_response",
                            "request_headers_to_add",
                            "request_headers_to_remove",
                            "response_headers_to_add",
                            "response_headers_to_remove")
                    .accepts("metadata", "read by no feature that is supported")
                    .accepts("decorator", "names spans, and there is no tracing")
                    .accepts("stat_prefix", "there are no statistics per route"),
            MessageFields.of(PACKAGE + "RouteMatch")
                    .decidesPolicy()
                    .honours(
                            "prefix",
                            "path",
                            "safe_regex",
                            "path_separated_prefix",
                            "case_sensitive",
                            "runtime_fraction",
                            "headers",
                            "query_parameters",
                            "grpc"),
            MessageFields.of("envoy.config.core.v3.RuntimeFractionalPercent")
                    .honours("default_value")
                    .accepts("runtime_key", "there is no runtime that could change the value"),
            MessageFields.of("envoy.type.v3.FractionalPercent").honours("numerator", "denominator"),
            MessageFields.of(PACKAGE + "RedirectAction")
                    .honours(
                            "https_redirect",
                            "scheme_redirect",
                            "host_redirect",
                            "port_redirect",
                            "path_redirect",
                            "prefix_rewrite",
                            "response_code",
                            "strip_query"),
            MessageFields.of(PACKAGE + "DirectResponseAction").honours("status", "body"));

    private static final int MAX_BODY = 4096;

    private RouteParser() {}

    /** @param retry the virtual host's, which a route without its own inherits */
    static Route route(Message message, Route.RetryPolicy retry, FieldPath path, Reading reading) {
        Route.Match match = match(message.message("match"), path.field("match"));
        Route.Action action = switch (message.which("action")) {
            case "route" -> RouteActionParser.forward(message.message("route"), match, retry, path.field("route"));
            case "redirect" -> redirect(message.message("redirect"), match, path.field("redirect"));
            case "direct_response" ->
                respond(message.message("direct_response"), path.field("direct_response"), reading);
            default -> throw new InvalidResource(path, "expected route, redirect or direct_response");
        };
        return new Route(
                Scalars.text(message.text("name"), path.field("name")),
                match,
                action,
                HeaderChangesParser.changes(
                        message.messages("request_headers_to_add"),
                        message.texts("request_headers_to_remove"),
                        "request",
                        path),
                HeaderChangesParser.changes(
                        message.messages("response_headers_to_add"),
                        message.texts("response_headers_to_remove"),
                        "response",
                        path));
    }

    private static Route.Match match(Message message, FieldPath path) {
        Route.Path matched = switch (message.which("path_specifier")) {
            case "prefix" -> new Route.Path.Prefix(Scalars.text(message.text("prefix"), path.field("prefix")));
            case "path" -> new Route.Path.Exact(Scalars.text(message.text("path"), path.field("path")));
            case "safe_regex" ->
                new Route.Path.Regex(MatcherParser.regex(message.message("safe_regex"), path.field("safe_regex"))
                        .pattern());
            case "path_separated_prefix" ->
                separated(message.text("path_separated_prefix"), path.field("path_separated_prefix"));
            default -> throw new InvalidResource(path, "expected prefix, path, safe_regex or path_separated_prefix");
        };
        List<Route.HeaderMatch> headers = new ArrayList<>(message.count("headers"));
        for (int i = 0; i < message.count("headers"); i++) {
            headers.add(MatcherParser.header(
                    message.message("headers", i), path.field("headers").at(i)));
        }
        List<Route.QueryMatch> query = new ArrayList<>(message.count("query_parameters"));
        for (int i = 0; i < message.count("query_parameters"); i++) {
            query.add(MatcherParser.query(
                    message.message("query_parameters", i),
                    path.field("query_parameters").at(i)));
        }
        return new Route.Match(
                matched,
                message.has("case_sensitive")
                        && !message.message("case_sensitive").flag("value"),
                headers,
                query,
                message.has("runtime_fraction")
                        ? millionths(
                                message.message("runtime_fraction").message("default_value"),
                                path.field("runtime_fraction").field("default_value"))
                        : Route.Match.ALL,
                message.has("grpc"));
    }

    private static Route.Path separated(String prefix, FieldPath path) {
        Scalars.text(prefix, path);
        if (prefix.length() < 2 || prefix.charAt(0) != '/' || prefix.endsWith("/") || prefix.matches(".*[?#].*")) {
            throw new InvalidResource(path, Quote.of(prefix) + ": expected a path that does not end with a slash");
        }
        return new Route.Path.SeparatedPrefix(prefix);
    }

    private static int millionths(Message message, FieldPath path) {
        long numerator = Scalars.unsigned(message.number("numerator"));
        long scaled = switch (message.choice("denominator")) {
            case "HUNDRED" -> numerator * 10_000;
            case "TEN_THOUSAND" -> numerator * 100;
            case "MILLION" -> numerator;
            default -> throw HeaderChangesParser.unknown(path.field("denominator"), message.number("denominator"));
        };
        return (int) Scalars.within(scaled, 0, Route.Match.ALL, path.field("numerator"));
    }

    private static Route.Redirect redirect(Message message, Route.Match match, FieldPath path) {
        int status = switch (message.choice("response_code")) {
            case "MOVED_PERMANENTLY" -> 301;
            case "FOUND" -> 302;
            case "SEE_OTHER" -> 303;
            case "TEMPORARY_REDIRECT" -> 307;
            case "PERMANENT_REDIRECT" -> 308;
            default -> throw HeaderChangesParser.unknown(path.field("response_code"), message.number("response_code"));
        };
        String scheme = switch (message.which("scheme_rewrite_specifier")) {
            case "https_redirect" -> message.flag("https_redirect") ? "https" : null;
            case "scheme_redirect" -> absent(message.text("scheme_redirect"), path.field("scheme_redirect"));
            case "" -> null;
            default -> throw Scalars.notSupported(message, "scheme_rewrite_specifier", path);
        };
        if (message.has("prefix_rewrite")) {
            RouteActionParser.needsPrefix(match, path.field("prefix_rewrite"));
        }
        return new Route.Redirect(
                status,
                scheme,
                absent(message.text("host_redirect"), path.field("host_redirect")),
                message.number("port_redirect") == 0
                        ? null
                        : Scalars.port(message.number("port_redirect"), path.field("port_redirect")),
                absent(message.text("path_redirect"), path.field("path_redirect")),
                message.has("prefix_rewrite")
                        ? Scalars.text(message.text("prefix_rewrite"), path.field("prefix_rewrite"))
                        : null,
                message.flag("strip_query"));
    }

    private static @Nullable String absent(String text, FieldPath path) {
        return text.isEmpty() ? null : Scalars.text(text, path);
    }

    private static Route.Respond respond(Message message, FieldPath path, Reading reading) {
        int status = (int) Scalars.within(Scalars.unsigned(message.number("status")), 200, 599, path.field("status"));
        String body =
                message.has("body") ? DataSourceParser.text(message.message("body"), path.field("body"), reading) : "";
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_BODY) {
            throw new InvalidResource(path.field("body"), length + " bytes: expected at most " + MAX_BODY);
        }
        return new Route.Respond(status, body);
    }
}
