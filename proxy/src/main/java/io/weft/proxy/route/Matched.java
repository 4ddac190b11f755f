package io.weft.proxy.route;

import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteTable;

/**
 * A route that a request matched, made once per route when the table is compiled.
 *
 * @param host and {@code table} for their header changes
 * @param rewriter what becomes of the path on the way to the upstream
 */
public record Matched(Route route, RouteTable.VirtualHost host, RouteTable table, PathRewriter rewriter) {

    static Matched of(Route route, RouteTable.VirtualHost host, RouteTable table) {
        return new Matched(route, host, table, PathRewriter.of(route));
    }
}
