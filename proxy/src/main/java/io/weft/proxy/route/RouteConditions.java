package io.weft.proxy.route;

import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.QueryMatch;
import io.weft.proxy.http.RequestHead;
import java.util.List;

/** The conditions of one route. */
final class RouteConditions {
    private final Route.Path path;
    private final boolean ignoreCase;
    private final HeaderMatcher[] headers;
    private final List<QueryMatch> query;
    private final int share;
    private final boolean grpcOnly;

    RouteConditions(Route.Match match) {
        path = match.path();
        ignoreCase = match.ignoreCase();
        headers = match.headers().stream().map(HeaderMatcher::new).toArray(HeaderMatcher[]::new);
        query = match.query();
        share = match.share();
        grpcOnly = match.grpcOnly();
    }

    /** Whether nothing but a path that begins with a slash is asked for. */
    boolean always() {
        return path instanceof Route.Path.Prefix(String prefix)
                && (prefix.isEmpty() || prefix.equals("/"))
                && headers.length == 0
                && query.isEmpty()
                && share >= Route.Match.ALL
                && !grpcOnly;
    }

    /** @param end where the path ends and its query begins */
    boolean matches(RequestHead head, String target, int end, long random) {
        if (!pathMatches(target, end)) {
            return false;
        }
        if (grpcOnly && !isGrpc(head)) {
            return false;
        }
        for (HeaderMatcher header : headers) {
            if (!header.matches(head)) {
                return false;
            }
        }
        for (int i = 0; i < query.size(); i++) {
            if (!queryMatches(query.get(i), target, end)) {
                return false;
            }
        }
        return share >= Route.Match.ALL || Long.remainderUnsigned(random, Route.Match.ALL) < share;
    }

    private boolean pathMatches(String target, int end) {
        return switch (path) {
            case Route.Path.Prefix(String prefix) -> begins(target, end, prefix);
            case Route.Path.Exact(String exact) -> exact.length() == end && begins(target, end, exact);
            case Route.Path.SeparatedPrefix(String prefix) ->
                begins(target, end, prefix) && (prefix.length() == end || target.charAt(prefix.length()) == '/');
            case Route.Path.Regex(var pattern) ->
                pattern.matches(end == target.length() ? target : target.substring(0, end));
        };
    }

    private boolean begins(String target, int end, String with) {
        return with.length() <= end && target.regionMatches(ignoreCase, 0, with, 0, with.length());
    }

    private static boolean isGrpc(RequestHead head) {
        String type = head.header("content-type");
        String grpc = "application/grpc";
        return type != null
                && type.startsWith(grpc)
                && (type.length() == grpc.length()
                        || type.charAt(grpc.length()) == '+'
                        || type.charAt(grpc.length()) == ';');
    }

    /** The first parameter of the name counts; names and values are compared as they came, not decoded, as in Envoy. */
    private static boolean queryMatches(QueryMatch match, String target, int queryStart) {
        String name = match.name();
        int from = queryStart + 1;
        while (from < target.length()) {
            int to = target.indexOf('&', from);
            if (to < 0) {
                to = target.length();
            }
            int valueStart = from + name.length();
            if (valueStart <= to
                    && target.startsWith(name, from)
                    && (valueStart == to || target.charAt(valueStart) == '=')) {
                return match.value() == null
                        || match.value().matches(valueStart == to ? "" : target.substring(valueStart + 1, to));
            }
            from = to + 1;
        }
        return false;
    }
}
