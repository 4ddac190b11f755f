package io.weft.proxy.config;

import java.util.List;

/** Envoy's {@code RouteConfiguration}. */
public record RouteTable(String name, List<VirtualHost> hosts, HeaderChanges request, HeaderChanges response) {

    public RouteTable {
        hosts = List.copyOf(hosts);
    }

    /**
     * Routes of the requests whose authority matches.
     *
     * @param domains exact, {@code *.suffix}, {@code prefix.*} or {@code *}, lower case; the longest match over all hosts wins
     * @param routes the first that matches wins
     */
    public record VirtualHost(
            String name, List<String> domains, List<Route> routes, HeaderChanges request, HeaderChanges response) {
        public VirtualHost {
            domains = List.copyOf(domains);
            routes = List.copyOf(routes);
        }
    }
}
