package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A route table and its virtual hosts. */
final class RouteTableParser {

    private static final String PACKAGE = "envoy.config.route.v3.";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(PACKAGE + "RouteConfiguration", RouteConfiguration::getDefaultInstance)
                    .honours(
                            "name",
                            "virtual_hosts",
                            "request_headers_to_add",
                            "request_headers_to_remove",
                            "response_headers_to_add",
                            "response_headers_to_remove")
                    .accepts("validate_clusters", "the clusters a table names are always waited for")
                    .accepts("metadata", "read by no feature that is supported"),
            MessageFields.of(PACKAGE + "VirtualHost")
                    .honours(
                            "name",
                            "domains",
                            "routes",
                            "retry_policy",
                            "request_headers_to_add",
                            "request_headers_to_remove",
                            "response_headers_to_add",
                            "response_headers_to_remove")
                    .only("require_tls", "no request is turned away for its transport", "NONE")
                    .accepts("metadata", "read by no feature that is supported"));

    private static final int MAX_DOMAIN = 255;

    private final FieldPath path;
    private final Reading reading;
    private final Map<String, FieldPath> domains = new HashMap<>();

    private RouteTableParser(FieldPath path, Reading reading) {
        this.path = path;
        this.reading = reading;
    }

    /** An inline table may go without a name. */
    static RouteTable table(RouteConfiguration message, FieldPath path, Reading reading) {
        return new RouteTableParser(path, reading).table(message);
    }

    private RouteTable table(RouteConfiguration message) {
        List<RouteTable.VirtualHost> hosts = new ArrayList<>(message.getVirtualHostsCount());
        for (int i = 0; i < message.getVirtualHostsCount(); i++) {
            hosts.add(
                    host(message.getVirtualHosts(i), path.field("virtual_hosts").at(i)));
        }
        return new RouteTable(
                Scalars.text(message.getName(), path.field("name")),
                hosts,
                HeaderChangesParser.changes(
                        message.getRequestHeadersToAddList(), message.getRequestHeadersToRemoveList(), "request", path),
                HeaderChangesParser.changes(
                        message.getResponseHeadersToAddList(),
                        message.getResponseHeadersToRemoveList(),
                        "response",
                        path));
    }

    private RouteTable.VirtualHost host(io.envoyproxy.envoy.config.route.v3.VirtualHost message, FieldPath at) {
        Route.RetryPolicy retry = message.hasRetryPolicy()
                ? RouteActionParser.retry(message.getRetryPolicy(), at.field("retry_policy"))
                : Route.RetryPolicy.NONE;
        List<Route> routes = new ArrayList<>(message.getRoutesCount());
        for (int i = 0; i < message.getRoutesCount(); i++) {
            routes.add(RouteParser.route(
                    message.getRoutes(i), retry, at.field("routes").at(i), reading));
        }
        return new RouteTable.VirtualHost(
                Scalars.name(message.getName(), at.field("name")),
                domains(message.getDomainsList(), at.field("domains")),
                routes,
                HeaderChangesParser.changes(
                        message.getRequestHeadersToAddList(), message.getRequestHeadersToRemoveList(), "request", at),
                HeaderChangesParser.changes(
                        message.getResponseHeadersToAddList(),
                        message.getResponseHeadersToRemoveList(),
                        "response",
                        at));
    }

    private List<String> domains(List<String> names, FieldPath at) {
        if (names.isEmpty()) {
            throw new InvalidResource(at, "empty: expected at least one");
        }
        List<String> read = new ArrayList<>(names.size());
        for (int i = 0; i < names.size(); i++) {
            String domain = domain(names.get(i), at.at(i));
            FieldPath same = domains.putIfAbsent(domain, at.at(i));
            if (same != null) {
                throw new InvalidResource(
                        at.at(i), Quote.of(domain) + ": expected a domain used once, also at " + same);
            }
            read.add(domain);
        }
        return read;
    }

    private static String domain(String name, FieldPath at) {
        int star = name.indexOf('*');
        boolean wellPlaced = star < 0 || (star == name.lastIndexOf('*') && (star == 0 || star == name.length() - 1));
        if (name.isEmpty()
                || name.length() > MAX_DOMAIN
                || !wellPlaced
                || name.chars().anyMatch(c -> c <= ' ' || c == 127)) {
            throw new InvalidResource(at, Quote.of(name) + ": expected a domain, *suffix, prefix* or *");
        }
        return name.toLowerCase(Locale.ROOT).intern();
    }
}
