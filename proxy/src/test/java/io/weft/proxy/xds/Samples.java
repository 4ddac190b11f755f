package io.weft.proxy.xds;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.HeaderChanges;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteSource;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.wire.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Small configuration records. */
final class Samples {

    static final Secret.Trust TRUST = new Secret.Trust("roots");
    static final Secret.Certificate CERTIFICATE = new Secret.Certificate("chain", "key");

    private Samples() {}

    static Bootstrap bootstrap(boolean delta) {
        return bootstrap(delta, List.of(), List.of());
    }

    static Bootstrap bootstrap(boolean delta, List<Listener> listeners, List<Cluster> clusters) {
        return new Bootstrap(
                new Bootstrap.Node("sidecar~10.0.0.1~a.b~b.svc.cluster.local", "a.b", "", "", "", "{}"),
                listeners,
                clusters,
                Map.of(),
                new Bootstrap.Ads("xds", delta),
                true,
                true,
                null);
    }

    static Cluster eds(String name, String service, int revision) {
        return cluster(name, new Cluster.Discovery.Eds(service), List.of(), null, revision);
    }

    static Cluster fixed(String name, Address.Socket... addresses) {
        List<Cluster.Endpoint> endpoints = new ArrayList<>();
        for (Address.Socket address : addresses) {
            endpoints.add(new Cluster.Endpoint(address, 1, Cluster.Health.HEALTHY, "", Map.of()));
        }
        return cluster(
                name,
                new Cluster.Discovery.Static(),
                List.of(new Cluster.Locality("", "", "", 0, 1, endpoints)),
                null,
                0);
    }

    static Cluster secured(String name, String service) {
        return cluster(
                name,
                new Cluster.Discovery.Eds(service),
                List.of(),
                new UpstreamTls(tls("default", "ROOTCA"), "", false, false),
                0);
    }

    static Cluster cluster(
            String name,
            Cluster.Discovery discovery,
            List<Cluster.Locality> endpoints,
            @Nullable UpstreamTls tls,
            int revision) {
        return new Cluster(
                name,
                discovery,
                endpoints,
                new Cluster.LoadBalancing.RoundRobin(),
                Cluster.Spread.DEFAULT,
                Cluster.Protocol.HTTP1,
                Duration.ofSeconds(5),
                Duration.ofHours(1),
                revision,
                Duration.ZERO,
                Cluster.Limits.DEFAULT,
                List.of(),
                tls,
                List.of(),
                Cluster.DEFAULT_BUFFER_LIMIT);
    }

    static TlsParameters tls(String certificate, String trust) {
        return tls(new TlsParameters.CertificateSource.Named(certificate), trust);
    }

    /** Shows no certificate. */
    static TlsParameters trusting(String trust) {
        return tls((TlsParameters.CertificateSource) null, trust);
    }

    private static TlsParameters tls(TlsParameters.@Nullable CertificateSource certificate, String trust) {
        return new TlsParameters(
                TlsParameters.Version.TLS_1_2,
                TlsParameters.Version.TLS_1_3,
                List.of(),
                List.of(),
                List.of(),
                certificate,
                new TlsParameters.Validation(new TlsParameters.TrustSource.Named(trust), List.of()));
    }

    static List<Cluster.Locality> at(int... ports) {
        List<Cluster.Endpoint> endpoints = new ArrayList<>();
        for (int port : ports) {
            endpoints.add(new Cluster.Endpoint(
                    new Address.Socket("10.0.0.9", port), 1, Cluster.Health.HEALTHY, "", Map.of()));
        }
        return List.of(new Cluster.Locality("", "", "", 0, 1, endpoints));
    }

    static Listener tcp(String name, String cluster) {
        return listener(
                name,
                new TcpProxy("tcp", new ClusterChoice.Single(cluster), Duration.ZERO, 1, Duration.ZERO, List.of()),
                null);
    }

    static Listener http(String name, String... routeNames) {
        List<FilterChain> chains = new ArrayList<>();
        for (String route : routeNames) {
            chains.add(chain(http(route), null));
        }
        return listener(name, chains);
    }

    static Listener secured(Listener listener) {
        FilterChain chain = listener.chains().getFirst();
        return listener(
                listener.name(),
                chain.terminal(),
                new DownstreamTls(tls("default", "ROOTCA"), true, DownstreamTls.DEFAULT_HANDSHAKE_TIMEOUT));
    }

    private static Listener listener(String name, FilterChain.Terminal terminal, @Nullable DownstreamTls tls) {
        return listener(name, List.of(chain(terminal, tls)));
    }

    private static Listener listener(String name, List<FilterChain> chains) {
        return new Listener(
                name,
                new Address.Socket("127.0.0.1", 0),
                List.of(),
                Listener.Direction.OUTBOUND,
                false,
                Listener.Inspection.NONE,
                chains,
                null,
                Listener.DEFAULT_BUFFER_LIMIT,
                List.of());
    }

    private static FilterChain chain(FilterChain.Terminal terminal, @Nullable DownstreamTls tls) {
        return new FilterChain("chain", io.weft.proxy.config.FilterChainMatch.ANY, tls, List.of(), terminal);
    }

    private static HttpConnectionManager http(String route) {
        return new HttpConnectionManager(
                "http",
                HttpConnectionManager.Codec.AUTO,
                new RouteSource.Named(route),
                List.of(),
                HttpConnectionManager.Timeouts.DEFAULT,
                HttpConnectionManager.Limits.DEFAULT,
                HttpConnectionManager.PathRules.DEFAULT,
                HttpConnectionManager.Forwarded.DEFAULT,
                HttpConnectionManager.ServerHeader.PASS_THROUGH,
                "",
                HttpConnectionManager.Http1.DEFAULT,
                HttpConnectionManager.Http2Settings.DEFAULT,
                false,
                false,
                false,
                List.of(),
                List.of());
    }

    static RouteTable routes(String name, Collection<String> clusters) {
        List<Route> routes = new ArrayList<>();
        for (String cluster : clusters) {
            routes.add(new Route(
                    cluster,
                    new Route.Match(
                            new Route.Path.Prefix("/" + cluster), false, List.of(), List.of(), Route.Match.ALL, false),
                    new Route.Forward(
                            new ClusterChoice.Single(cluster),
                            Duration.ZERO,
                            null,
                            null,
                            new Route.HostRewrite.Keep(),
                            Route.RetryPolicy.NONE),
                    HeaderChanges.NONE,
                    HeaderChanges.NONE));
        }
        return new RouteTable(
                name,
                List.of(new RouteTable.VirtualHost(
                        "all", List.of("*"), routes, HeaderChanges.NONE, HeaderChanges.NONE)),
                HeaderChanges.NONE,
                HeaderChanges.NONE);
    }

    static Judged.Accepted accepted(String version, Resource resource) {
        return new Judged.Accepted(resource.name(), version, resource, Bytes.utf8(version), null);
    }

    static Judged.Accepted accepted(String version, Cluster cluster) {
        return accepted(version, new Resource.OfCluster(cluster));
    }
}
