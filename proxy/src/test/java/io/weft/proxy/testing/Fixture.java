package io.weft.proxy.testing;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.HeaderChanges;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.HttpFilter;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteSource;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.config.UpstreamTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Small configurations for tests: one listener, one route table that sends all to one cluster. */
public final class Fixture {

    private Fixture() {}

    public static Cluster cluster(String name, int... ports) {
        List<Cluster.Endpoint> endpoints = new ArrayList<>();
        for (int port : ports) {
            endpoints.add(new Cluster.Endpoint(
                    new Address.Socket("127.0.0.1", port), 1, Cluster.Health.HEALTHY, "", Map.of()));
        }
        return cluster(name, Cluster.Protocol.HTTP1, null, endpoints);
    }

    public static Cluster cluster(
            String name, Cluster.Protocol protocol, @Nullable UpstreamTls tls, List<Cluster.Endpoint> endpoints) {
        return new Cluster(
                name,
                new Cluster.Discovery.Static(),
                List.of(new Cluster.Locality("", "", "", 0, 1, endpoints)),
                new Cluster.LoadBalancing.RoundRobin(),
                Cluster.Spread.DEFAULT,
                protocol,
                Duration.ofSeconds(2),
                Cluster.DEFAULT_IDLE_TIMEOUT,
                0,
                Duration.ZERO,
                Cluster.Limits.DEFAULT,
                List.of(),
                tls,
                List.of(),
                Cluster.DEFAULT_BUFFER_LIMIT);
    }

    public static Cluster speaking(Cluster cluster, Cluster.Protocol protocol) {
        return cluster(
                cluster.name(),
                protocol,
                cluster.tls(),
                cluster.endpoints().getFirst().endpoints());
    }

    public static Cluster balancing(Cluster cluster, Cluster.LoadBalancing balancing) {
        return new Cluster(
                cluster.name(),
                cluster.discovery(),
                cluster.endpoints(),
                balancing,
                cluster.spread(),
                cluster.protocol(),
                cluster.connectTimeout(),
                cluster.idleTimeout(),
                cluster.maxRequestsPerConnection(),
                cluster.maxStreamDuration(),
                cluster.limits(),
                cluster.transports(),
                cluster.tls(),
                cluster.bindAddresses(),
                cluster.bufferLimit());
    }

    /** A cluster with other limits, and an idle timeout of its pooled connections. */
    public static Cluster bounded(Cluster cluster, Cluster.Limits limits, Duration idleTimeout) {
        return new Cluster(
                cluster.name(),
                cluster.discovery(),
                cluster.endpoints(),
                cluster.balancing(),
                cluster.spread(),
                cluster.protocol(),
                cluster.connectTimeout(),
                idleTimeout,
                cluster.maxRequestsPerConnection(),
                cluster.maxStreamDuration(),
                limits,
                cluster.transports(),
                cluster.tls(),
                cluster.bindAddresses(),
                cluster.bufferLimit());
    }

    /** A cluster whose streams may last so long. */
    public static Cluster lasting(Cluster cluster, Duration most) {
        return new Cluster(
                cluster.name(),
                cluster.discovery(),
                cluster.endpoints(),
                cluster.balancing(),
                cluster.spread(),
                cluster.protocol(),
                cluster.connectTimeout(),
                cluster.idleTimeout(),
                cluster.maxRequestsPerConnection(),
                most,
                cluster.limits(),
                cluster.transports(),
                cluster.tls(),
                cluster.bindAddresses(),
                cluster.bufferLimit());
    }

    public static Route.Forward forwardTo(String cluster) {
        return new Route.Forward(
                new ClusterChoice.Single(cluster),
                Duration.ofSeconds(5),
                null,
                null,
                new Route.HostRewrite.Keep(),
                Route.RetryPolicy.NONE);
    }

    public static RouteTable routes(Route.Action action) {
        Route.Match all =
                new Route.Match(new Route.Path.Prefix("/"), false, List.of(), List.of(), Route.Match.ALL, false);
        Route route = new Route("all", all, action, HeaderChanges.NONE, HeaderChanges.NONE);
        RouteTable.VirtualHost host =
                new RouteTable.VirtualHost("all", List.of("*"), List.of(route), HeaderChanges.NONE, HeaderChanges.NONE);
        return new RouteTable("routes", List.of(host), HeaderChanges.NONE, HeaderChanges.NONE);
    }

    public static HttpConnectionManager manager(RouteTable table, HttpFilter... filters) {
        return manager(table, HttpConnectionManager.Timeouts.DEFAULT, List.of(), filters);
    }

    public static HttpConnectionManager manager(
            RouteTable table, HttpConnectionManager.Timeouts timeouts, List<String> upgrades, HttpFilter... filters) {
        return new HttpConnectionManager(
                "test",
                HttpConnectionManager.Codec.AUTO,
                new RouteSource.Inline(table),
                List.of(filters),
                timeouts,
                HttpConnectionManager.Limits.DEFAULT,
                new HttpConnectionManager.PathRules(true, true, HttpConnectionManager.PathRules.EscapedSlashes.REJECT),
                HttpConnectionManager.Forwarded.DEFAULT,
                HttpConnectionManager.ServerHeader.PASS_THROUGH,
                "weft",
                HttpConnectionManager.Http1.DEFAULT,
                HttpConnectionManager.Http2Settings.DEFAULT,
                false,
                false,
                false,
                upgrades,
                List.of());
    }

    public static HttpConnectionManager manager(
            RouteTable table,
            HttpConnectionManager.Timeouts timeouts,
            HttpConnectionManager.Limits limits,
            HttpConnectionManager.Http1 http1) {
        HttpConnectionManager plain = manager(table, timeouts, List.of());
        return new HttpConnectionManager(
                plain.statPrefix(),
                plain.codec(),
                plain.routes(),
                plain.filters(),
                timeouts,
                limits,
                plain.path(),
                plain.forwarded(),
                plain.serverHeader(),
                plain.serverName(),
                http1,
                plain.http2(),
                plain.generateRequestId(),
                plain.preserveExternalRequestId(),
                plain.stripPort(),
                plain.upgrades(),
                plain.accessLogs());
    }

    /** All that matters of it is how it treats requests' heads. */
    public static HttpConnectionManager manager(
            RouteTable table, HttpConnectionManager.Forwarded forwarded, boolean stripPort) {
        HttpConnectionManager plain = manager(table);
        return new HttpConnectionManager(
                plain.statPrefix(),
                plain.codec(),
                plain.routes(),
                plain.filters(),
                plain.timeouts(),
                plain.limits(),
                plain.path(),
                forwarded,
                plain.serverHeader(),
                plain.serverName(),
                plain.http1(),
                plain.http2(),
                plain.generateRequestId(),
                plain.preserveExternalRequestId(),
                stripPort,
                plain.upgrades(),
                plain.accessLogs());
    }

    public static Snapshot http(HttpConnectionManager manager, Cluster... clusters) {
        return snapshot(listener(Listener.Inspection.NONE, chain(manager, null)), clusters);
    }

    public static TcpProxy tcp(String cluster) {
        return new TcpProxy(
                "test", new ClusterChoice.Single(cluster), TcpProxy.DEFAULT_IDLE_TIMEOUT, 1, Duration.ZERO, List.of());
    }

    public static FilterChain chain(FilterChain.Terminal terminal, @Nullable DownstreamTls tls) {
        return new FilterChain("all", FilterChainMatch.ANY, tls, List.of(), terminal);
    }

    public static Listener listener(Listener.Inspection inspection, FilterChain... chains) {
        return new Listener(
                "test",
                new Address.Socket("127.0.0.1", 0),
                List.of(),
                Listener.Direction.UNSPECIFIED,
                false,
                inspection,
                List.of(chains),
                null,
                Listener.DEFAULT_BUFFER_LIMIT,
                List.of());
    }

    public static Snapshot snapshot(Listener listener, Cluster... clusters) {
        Map<String, Cluster> byName = new java.util.HashMap<>();
        for (Cluster cluster : clusters) {
            byName.put(cluster.name(), cluster);
        }
        return new Snapshot(1, Map.of(listener.name(), listener), byName, Map.of(), Map.of());
    }

    /** All HTTP requests to one cluster. */
    public static Snapshot http(Cluster cluster) {
        return snapshot(
                listener(Listener.Inspection.NONE, chain(manager(routes(forwardTo(cluster.name()))), null)), cluster);
    }

    public static Snapshot http(Cluster cluster, UnaryOperator<Route.Forward> change) {
        return snapshot(
                listener(
                        Listener.Inspection.NONE,
                        chain(manager(routes(change.apply(forwardTo(cluster.name())))), null)),
                cluster);
    }
}
