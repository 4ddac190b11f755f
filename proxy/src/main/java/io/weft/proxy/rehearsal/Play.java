package io.weft.proxy.rehearsal;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.HeaderChanges;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteSource;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.UpstreamTls;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is told to a data plane that rehearses: a listener that sends requests on, and one that answers them, on ports of
 * the loopback address that the system chooses. Between them is mutual TLS with the certificate, roots, versions, suites
 * and groups of the first part of the configuration that has both a certificate and roots; where no part has, plain TCP.
 * Names of peers are not looked at, since the peer is this proxy itself.
 *
 * @param secrets of the configuration, by name
 * @param tls null for plain TCP
 * @param http2 whether HTTP/2 is spoken between the two as well, as it may be to some cluster that a route leads to
 */
record Play(Map<String, Secret> secrets, @Nullable TlsParameters tls, boolean http2) {

    /** The listener that requests are sent to; a path is one of {@link #paths}. */
    static final String ENTRY = "rehearsal-entry";

    /** The listener that answers. */
    static final String EXIT = "rehearsal-exit";

    /** The last character of each answer, and found nowhere else in it. */
    static final char END = '!';

    /** Where both listen. */
    static final String LOOPBACK = "127.0.0.1";

    private static final String HTTP1_PATH = "/http1";
    private static final String HTTP2_PATH = "/http2";
    private static final int ANSWER_CHARS = 1024;
    /** So that a handshake, which takes more than a request does, is rehearsed as well, and not just once. */
    private static final int REQUESTS_PER_CONNECTION = 4;

    Play {
        secrets = Map.copyOf(secrets);
    }

    static Play of(Snapshot told) {
        return new Play(
                told.secrets(),
                Stream.concat(originated(told), terminated(told))
                        .filter(tls ->
                                tls.certificate() != null && tls.validation().trust() != null)
                        .findFirst()
                        .orElse(null),
                routed(told).map(told.clusters()::get).filter(Objects::nonNull).anyMatch(Play::mayBeHttp2));
    }

    private static Stream<TlsParameters> originated(Snapshot told) {
        return told.clusters().values().stream()
                .flatMap(cluster -> Stream.concat(
                        cluster.transports().stream().map(Cluster.TransportMatch::tls),
                        Stream.ofNullable(cluster.tls())))
                .filter(Objects::nonNull)
                .map(UpstreamTls::parameters);
    }

    private static Stream<TlsParameters> terminated(Snapshot told) {
        return told.listeners().values().stream()
                .flatMap(listener -> listener.allChains().stream())
                .map(FilterChain::tls)
                .filter(Objects::nonNull)
                .map(DownstreamTls::parameters);
    }

    /** Names of the clusters that HTTP requests may be sent to; the control plane's is not among them. */
    private static Stream<String> routed(Snapshot told) {
        return told.listeners().values().stream()
                .flatMap(listener -> listener.allChains().stream())
                .flatMap(chain -> chain.terminal() instanceof HttpConnectionManager manager
                        ? Stream.ofNullable(told.routeTable(manager.routes()))
                        : Stream.empty())
                .flatMap(table -> table.hosts().stream())
                .flatMap(host -> host.routes().stream())
                .flatMap(route -> switch (route.action()) {
                    case Route.Forward forward -> clusters(forward.cluster());
                    case Route.Redirect _, Route.Respond _ -> Stream.empty();
                });
    }

    private static Stream<String> clusters(ClusterChoice choice) {
        return switch (choice) {
            case ClusterChoice.Single(String cluster) -> Stream.of(cluster);
            case ClusterChoice.Weighted weighted ->
                weighted.shares().stream().map(ClusterChoice.Weighted.Share::cluster);
        };
    }

    private static boolean mayBeHttp2(Cluster cluster) {
        return switch (cluster.protocol()) {
            case HTTP2, ALPN -> true;
            case HTTP1, DOWNSTREAM -> false;
        };
    }

    /** What to ask for, each of them equally often. */
    List<String> paths() {
        return http2 ? List.of(HTTP1_PATH, HTTP2_PATH) : List.of(HTTP1_PATH);
    }

    /** The answering side alone, since the other one has to know its port. */
    Snapshot exit() {
        return snapshot(1, Map.of(EXIT, answering()), Map.of());
    }

    /** Both sides. */
    Snapshot whole(int exitPort) {
        Map<String, Cluster> clusters = new HashMap<>();
        clusters.put(HTTP1_PATH, cluster(HTTP1_PATH, Cluster.Protocol.HTTP1, exitPort));
        if (http2) {
            clusters.put(HTTP2_PATH, cluster(HTTP2_PATH, Cluster.Protocol.HTTP2, exitPort));
        }
        List<Route> routes =
                paths().stream().map(path -> route(path, forward(path))).toList();
        return snapshot(2, Map.of(EXIT, answering(), ENTRY, listener(ENTRY, routes, null)), clusters);
    }

    private Snapshot snapshot(long sequence, Map<String, Listener> listeners, Map<String, Cluster> clusters) {
        return new Snapshot(sequence, listeners, clusters, Map.of(), secrets);
    }

    private Listener answering() {
        Route.Action answer = new Route.Respond(200, "-".repeat(ANSWER_CHARS - 1) + END);
        TlsParameters given = tls;
        DownstreamTls terminated = given == null
                ? null
                : new DownstreamTls(
                        among(given, http2 ? List.of("h2", "http/1.1") : List.of("http/1.1")),
                        true,
                        DownstreamTls.DEFAULT_HANDSHAKE_TIMEOUT);
        return listener(EXIT, List.of(route("/", answer)), terminated);
    }

    private Cluster cluster(String name, Cluster.Protocol protocol, int port) {
        TlsParameters given = tls;
        String offered = protocol == Cluster.Protocol.HTTP2 ? "h2" : "http/1.1";
        Cluster.Endpoint exit =
                new Cluster.Endpoint(new Address.Socket(LOOPBACK, port), 1, Cluster.Health.HEALTHY, "", Map.of());
        return new Cluster(
                name,
                new Cluster.Discovery.Static(),
                List.of(new Cluster.Locality("", "", "", 0, 1, List.of(exit))),
                new Cluster.LoadBalancing.RoundRobin(),
                Cluster.Spread.DEFAULT,
                protocol,
                Cluster.DEFAULT_CONNECT_TIMEOUT,
                Cluster.DEFAULT_IDLE_TIMEOUT,
                REQUESTS_PER_CONNECTION,
                Duration.ZERO,
                Cluster.Limits.DEFAULT,
                List.of(),
                given == null ? null : new UpstreamTls(among(given, List.of(offered)), "", false, false),
                List.of(),
                Cluster.DEFAULT_BUFFER_LIMIT);
    }

    /** The same with other protocols, and for a peer of any name. */
    private static TlsParameters among(TlsParameters given, List<String> alpn) {
        return new TlsParameters(
                given.min(),
                given.max(),
                given.ciphers(),
                given.groups(),
                alpn,
                given.certificate(),
                new TlsParameters.Validation(given.validation().trust(), List.of()));
    }

    private static Route.Action forward(String cluster) {
        return new Route.Forward(
                new ClusterChoice.Single(cluster),
                Route.Forward.DEFAULT_TIMEOUT,
                null,
                null,
                new Route.HostRewrite.Keep(),
                Route.RetryPolicy.NONE);
    }

    private static Route route(String prefix, Route.Action action) {
        Route.Match match =
                new Route.Match(new Route.Path.Prefix(prefix), false, List.of(), List.of(), Route.Match.ALL, false);
        return new Route(prefix, match, action, HeaderChanges.NONE, HeaderChanges.NONE);
    }

    private static Listener listener(String name, List<Route> routes, @Nullable DownstreamTls terminated) {
        RouteTable.VirtualHost host =
                new RouteTable.VirtualHost(name, List.of("*"), routes, HeaderChanges.NONE, HeaderChanges.NONE);
        RouteTable table = new RouteTable(name, List.of(host), HeaderChanges.NONE, HeaderChanges.NONE);
        HttpConnectionManager manager = new HttpConnectionManager(
                name,
                HttpConnectionManager.Codec.AUTO,
                new RouteSource.Inline(table),
                List.of(),
                HttpConnectionManager.Timeouts.DEFAULT,
                HttpConnectionManager.Limits.DEFAULT,
                HttpConnectionManager.PathRules.DEFAULT,
                HttpConnectionManager.Forwarded.DEFAULT,
                HttpConnectionManager.ServerHeader.OVERWRITE,
                "weft",
                HttpConnectionManager.Http1.DEFAULT,
                HttpConnectionManager.Http2Settings.DEFAULT,
                true,
                false,
                false,
                List.of(),
                List.of());
        return new Listener(
                name,
                new Address.Socket(LOOPBACK, 0),
                List.of(),
                Listener.Direction.UNSPECIFIED,
                false,
                Listener.Inspection.NONE,
                List.of(new FilterChain(name, FilterChainMatch.ANY, terminated, List.of(), manager)),
                null,
                Listener.DEFAULT_BUFFER_LIMIT,
                List.of());
    }
}
