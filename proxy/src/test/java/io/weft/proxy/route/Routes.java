package io.weft.proxy.route;

import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.HeaderChanges;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.Path;
import io.weft.proxy.config.Route.PathRewrite;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.RouteTable.VirtualHost;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Route tables for tests. */
final class Routes {
    static final Path ROOT = new Path.Prefix("/");

    private Routes() {}

    static Route route(String name, Path path, Route.Action action) {
        return route(name, new Route.Match(path, false, List.of(), List.of(), Route.Match.ALL, false), action);
    }

    static Route route(String name, Route.Match match, Route.Action action) {
        return new Route(name, match, action, HeaderChanges.NONE, HeaderChanges.NONE);
    }

    static Route.Forward forward(@Nullable PathRewrite rewrite) {
        return new Route.Forward(
                new ClusterChoice.Single("c"),
                Duration.ZERO,
                null,
                rewrite,
                new Route.HostRewrite.Keep(),
                Route.RetryPolicy.NONE);
    }

    static VirtualHost host(String name, List<String> domains, Route... routes) {
        return new VirtualHost(name, domains, List.of(routes), HeaderChanges.NONE, HeaderChanges.NONE);
    }

    static RouteTable table(VirtualHost... hosts) {
        return new RouteTable("t", List.of(hosts), HeaderChanges.NONE, HeaderChanges.NONE);
    }
}
