package io.weft.proxy.route;

import io.weft.proxy.config.Route;
import io.weft.proxy.http.RequestHead;
import java.util.Locale;

/** Builds the {@code location} of a redirect (RFC 9110 section 10.2.2), an absolute URI, by Envoy's rules. */
public final class RedirectLocation {

    private RedirectLocation() {}

    /**
     * The port of the request is kept with its host, except where the redirect gives a port, or changes the scheme and
     * the port is the old scheme's default. A path that the redirect gives has the request's query added, unless it has
     * one of its own or queries are stripped.
     *
     * @param matched the route of {@code redirect}, for its prefix rewrite
     */
    public static String of(Route.Redirect redirect, Matched matched, RequestHead head) {
        String oldScheme = head.scheme();
        String scheme = redirect.scheme() != null ? redirect.scheme().toLowerCase(Locale.ROOT) : oldScheme;
        StringBuilder location = new StringBuilder(128).append(scheme).append("://");
        location.append(
                redirect.host() != null ? redirect.host() : host(head.authority(), oldScheme, scheme, redirect));
        if (redirect.port() != null && redirect.port() != 0) {
            location.append(':').append(redirect.port().intValue());
        }
        String path = matched.rewriter().rewrite(head.path());
        int query = path.indexOf('?');
        if (redirect.path() != null && !redirect.path().isEmpty()) {
            location.append(redirect.path());
            if (query >= 0 && !redirect.stripQuery() && redirect.path().indexOf('?') < 0) {
                location.append(path, query, path.length());
            }
        } else {
            location.append(path, 0, query >= 0 && redirect.stripQuery() ? query : path.length());
        }
        return location.toString();
    }

    private static String host(String authority, String oldScheme, String scheme, Route.Redirect redirect) {
        int port = Authority.portStart(authority);
        if (redirect.port() != null && redirect.port() != 0) {
            return authority.substring(0, port);
        }
        String defaultPort = oldScheme.equals("https") ? ":443" : ":80";
        boolean wasDefault =
                authority.startsWith(defaultPort, port) && authority.length() == port + defaultPort.length();
        return !scheme.equals(oldScheme) && wasDefault ? authority.substring(0, port) : authority;
    }
}
