package io.weft.proxy.route;

import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.RouteTable.VirtualHost;
import io.weft.proxy.http.RequestHead;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A route table made ready to be asked (Envoy's route matching). The virtual host comes first: an exact domain, else the
 * longest {@code *suffix}, else the longest {@code prefix*}, else {@code *}, all without regard to letter case; there is
 * no going back to a less specific one. Then its first route that matches. Immutable, so one serves all event loops.
 */
public final class RouteMatcher {
    private final boolean ignorePort;
    private final Map<String, List<Line>> exact = new HashMap<>();
    private final List<Wildcard> suffixes = new ArrayList<>();
    private final List<Wildcard> prefixes = new ArrayList<>();
    private @Nullable List<Line> any;
    private final @Nullable Matched always;

    private record Line(RouteConditions conditions, Matched matched) {}

    private record Wildcard(String part, List<Line> lines) {}

    /**
     * @param ignorePort a port in the authority does not count (feature H-16); otherwise it is part of the name to match
     * @throws IllegalArgumentException if two virtual hosts have the same domain, or a domain has a {@code *} in it
     *     elsewhere than at one end
     */
    public RouteMatcher(RouteTable table, boolean ignorePort) {
        this.ignorePort = ignorePort;
        Map<String, String> owners = new HashMap<>();
        for (VirtualHost host : table.hosts()) {
            List<Line> lines = new ArrayList<>();
            for (Route route : host.routes()) {
                lines.add(new Line(new RouteConditions(route.match()), Matched.of(route, host, table)));
            }
            for (String domain : host.domains()) {
                add(domain.toLowerCase(Locale.ROOT), List.copyOf(lines));
                String owner = owners.put(domain.toLowerCase(Locale.ROOT), host.name());
                if (owner != null) {
                    throw new IllegalArgumentException("route table \"" + table.name() + "\": domain \"" + domain
                            + "\" of virtual host \"" + host.name() + "\" belongs to \"" + owner + "\" already");
                }
            }
        }
        Comparator<Wildcard> longestFirst =
                Comparator.comparingInt(wildcard -> -wildcard.part().length());
        suffixes.sort(longestFirst);
        prefixes.sort(longestFirst);
        always = always();
    }

    private void add(String domain, List<Line> lines) {
        int star = domain.indexOf('*');
        if (star < 0) {
            exact.put(domain, lines);
        } else if (domain.equals("*")) {
            any = lines;
        } else if (star == 0 && domain.indexOf('*', 1) < 0) {
            suffixes.add(new Wildcard(domain.substring(1), lines));
        } else if (star == domain.length() - 1) {
            prefixes.add(new Wildcard(domain.substring(0, star), lines));
        } else {
            throw new IllegalArgumentException(
                    "domain \"" + domain + "\": expected a name, *, *suffix or prefix*, with no other *");
        }
    }

    private @Nullable Matched always() {
        boolean onlyAny = exact.isEmpty() && suffixes.isEmpty() && prefixes.isEmpty();
        return onlyAny
                        && any != null
                        && !any.isEmpty()
                        && any.getFirst().conditions().always()
                ? any.getFirst().matched()
                : null;
    }

    /**
     * What every request matches whose path begins with a slash, whoever it is for; null where that depends on the
     * request. A caller that knows of the slash need not make any text of the request.
     */
    public @Nullable Matched unconditional() {
        return always;
    }

    /**
     * @param random 64 random bits, for routes that take a share of the requests
     * @return null where no virtual host or no route of it matches: answered with 404
     */
    public @Nullable Matched match(RequestHead head, long random) {
        if (always != null) {
            String method = head.method();
            // Only these two can have a path that does not begin with a slash.
            if (!method.equals("CONNECT") && !method.equals("OPTIONS")) {
                return always;
            }
        }
        List<Line> lines = lines(head);
        if (lines == null) {
            return null;
        }
        String path = head.path();
        int query = path.indexOf('?');
        int end = query < 0 ? path.length() : query;
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            if (line.conditions().matches(head, path, end, random)) {
                return line.matched();
            }
        }
        return null;
    }

    private @Nullable List<Line> lines(RequestHead head) {
        if (exact.isEmpty() && suffixes.isEmpty() && prefixes.isEmpty()) {
            return any;
        }
        // No copy is made of a name that is lower case already and has no port to lose.
        String authority = head.authority().toLowerCase(Locale.ROOT);
        if (ignorePort) {
            authority = Authority.withoutPort(authority);
        }
        List<Line> lines = exact.get(authority);
        if (lines != null) {
            return lines;
        }
        for (int i = 0; i < suffixes.size(); i++) {
            Wildcard wildcard = suffixes.get(i);
            if (authority.length() > wildcard.part().length() && authority.endsWith(wildcard.part())) {
                return wildcard.lines();
            }
        }
        for (int i = 0; i < prefixes.size(); i++) {
            Wildcard wildcard = prefixes.get(i);
            if (authority.length() > wildcard.part().length() && authority.startsWith(wildcard.part())) {
                return wildcard.lines();
            }
        }
        return any;
    }
}
