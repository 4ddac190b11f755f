package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.weft.proxy.config.Route;
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
    static Route route(
            io.envoyproxy.envoy.config.route.v3.Route message,
            Route.RetryPolicy retry,
            FieldPath path,
            Reading reading) {
        Route.Match match = match(message.getMatch(), path.field("match"));
        Route.Action action = switch (message.getActionCase()) {
            case ROUTE -> RouteActionParser.forward(message.getRoute(), match, retry, path.field("route"));
            case REDIRECT -> redirect(message.getRedirect(), match, path.field("redirect"));
            case DIRECT_RESPONSE -> respond(message.getDirectResponse(), path.field("direct_response"), reading);
            default -> throw new InvalidResource(path, "expected route, redirect or direct_response");
        };
        return new Route(
                Scalars.text(message.getName(), path.field("name")),
                match,
                action,
                HeaderChangesParser.changes(
                        message.getRequestHeadersToAddList(), message.getRequestHeadersToRemoveList(), "request", path),
                HeaderChangesParser.changes(
                        message.getResponseHeadersToAddList(),
                        message.getResponseHeadersToRemoveList(),
                        "response",
                        path));
    }

    private static Route.Match match(RouteMatch message, FieldPath path) {
        Route.Path matched = switch (message.getPathSpecifierCase()) {
            case PREFIX -> new Route.Path.Prefix(Scalars.text(message.getPrefix(), path.field("prefix")));
            case PATH -> new Route.Path.Exact(Scalars.text(message.getPath(), path.field("path")));
            case SAFE_REGEX ->
                new Route.Path.Regex(MatcherParser.regex(message.getSafeRegex(), path.field("safe_regex"))
                        .pattern());
            case PATH_SEPARATED_PREFIX ->
                separated(message.getPathSeparatedPrefix(), path.field("path_separated_prefix"));
            default -> throw new InvalidResource(path, "expected prefix, path, safe_regex or path_separated_prefix");
        };
        List<Route.HeaderMatch> headers = new ArrayList<>(message.getHeadersCount());
        for (int i = 0; i < message.getHeadersCount(); i++) {
            headers.add(MatcherParser.header(
                    message.getHeaders(i), path.field("headers").at(i)));
        }
        List<Route.QueryMatch> query = new ArrayList<>(message.getQueryParametersCount());
        for (int i = 0; i < message.getQueryParametersCount(); i++) {
            query.add(MatcherParser.query(
                    message.getQueryParameters(i),
                    path.field("query_parameters").at(i)));
        }
        return new Route.Match(
                matched,
                message.hasCaseSensitive() && !message.getCaseSensitive().getValue(),
                headers,
                query,
                message.hasRuntimeFraction()
                        ? millionths(
                                message.getRuntimeFraction().getDefaultValue(),
                                path.field("runtime_fraction").field("default_value"))
                        : Route.Match.ALL,
                message.hasGrpc());
    }

    private static Route.Path separated(String prefix, FieldPath path) {
        Scalars.text(prefix, path);
        if (prefix.length() < 2 || prefix.charAt(0) != '/' || prefix.endsWith("/") || prefix.matches(".*[?#].*")) {
            throw new InvalidResource(path, Quote.of(prefix) + ": expected a path that does not end with a slash");
        }
        return new Route.Path.SeparatedPrefix(prefix);
    }

    private static int millionths(FractionalPercent message, FieldPath path) {
        long numerator = Scalars.unsigned(message.getNumerator());
        long scaled = switch (message.getDenominator()) {
            case HUNDRED -> numerator * 10_000;
            case TEN_THOUSAND -> numerator * 100;
            case MILLION -> numerator;
            case UNRECOGNIZED ->
                throw HeaderChangesParser.unknown(path.field("denominator"), message.getDenominatorValue());
        };
        return (int) Scalars.within(scaled, 0, Route.Match.ALL, path.field("numerator"));
    }

    private static Route.Redirect redirect(RedirectAction message, Route.Match match, FieldPath path) {
        int status = switch (message.getResponseCode()) {
            case MOVED_PERMANENTLY -> 301;
            case FOUND -> 302;
            case SEE_OTHER -> 303;
            case TEMPORARY_REDIRECT -> 307;
            case PERMANENT_REDIRECT -> 308;
            case UNRECOGNIZED ->
                throw HeaderChangesParser.unknown(path.field("response_code"), message.getResponseCodeValue());
        };
        String scheme = switch (message.getSchemeRewriteSpecifierCase()) {
            case HTTPS_REDIRECT -> message.getHttpsRedirect() ? "https" : null;
            case SCHEME_REDIRECT -> absent(message.getSchemeRedirect(), path.field("scheme_redirect"));
            case SCHEMEREWRITESPECIFIER_NOT_SET -> null;
        };
        if (message.hasPrefixRewrite()) {
            RouteActionParser.needsPrefix(match, path.field("prefix_rewrite"));
        }
        return new Route.Redirect(
                status,
                scheme,
                absent(message.getHostRedirect(), path.field("host_redirect")),
                message.getPortRedirect() == 0
                        ? null
                        : Scalars.port(message.getPortRedirect(), path.field("port_redirect")),
                absent(message.getPathRedirect(), path.field("path_redirect")),
                message.hasPrefixRewrite()
                        ? Scalars.text(message.getPrefixRewrite(), path.field("prefix_rewrite"))
                        : null,
                message.getStripQuery());
    }

    private static @Nullable String absent(String text, FieldPath path) {
        return text.isEmpty() ? null : Scalars.text(text, path);
    }

    private static Route.Respond respond(DirectResponseAction message, FieldPath path, Reading reading) {
        int status = (int) Scalars.within(Scalars.unsigned(message.getStatus()), 200, 599, path.field("status"));
        String body = message.hasBody() ? DataSourceParser.text(message.getBody(), path.field("body"), reading) : "";
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_BODY) {
            throw new InvalidResource(path.field("body"), length + " bytes: expected at most " + MAX_BODY);
        }
        return new Route.Respond(status, body);
    }
}
