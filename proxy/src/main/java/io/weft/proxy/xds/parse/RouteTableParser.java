package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.wire.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A route table and its virtual hosts. */
final class RouteTableParser {

    private static final String PACKAGE = "envoy.config.route.v3.";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(PACKAGE + "RouteConfiguration")
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
    static RouteTable table(Message message, FieldPath path, Reading reading) {
        return new RouteTableParser(path, reading).table(message);
    }

    private RouteTable table(Message message) {
        List<RouteTable.VirtualHost> hosts = new ArrayList<>(message.count("virtual_hosts"));
        for (int i = 0; i < message.count("virtual_hosts"); i++) {
            hosts.add(host(
                    message.message("virtual_hosts", i),
                    path.field("virtual_hosts").at(i)));
        }
        return new RouteTable(
                Scalars.text(message.text("name"), path.field("name")),
                hosts,
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

    private RouteTable.VirtualHost host(Message message, FieldPath at) {
        Route.RetryPolicy retry = message.has("retry_policy")
                ? RouteActionParser.retry(message.message("retry_policy"), at.field("retry_policy"))
                : Route.RetryPolicy.NONE;
        List<Route> routes = new ArrayList<>(message.count("routes"));
        for (int i = 0; i < message.count("routes"); i++) {
            routes.add(RouteParser.route(
                    message.message("routes", i), retry, at.field("routes").at(i), reading));
        }
        return new RouteTable.VirtualHost(
                Scalars.name(message.text("name"), at.field("name")),
                domains(message.texts("domains"), at.field("domains")),
                routes,
                HeaderChangesParser.changes(
                        message.messages("request_headers_to_add"),
                        message.texts("request_headers_to_remove"),
                        "request",
                        at),
                HeaderChangesParser.changes(
                        message.messages("response_headers_to_add"),
                        message.texts("response_headers_to_remove"),
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
