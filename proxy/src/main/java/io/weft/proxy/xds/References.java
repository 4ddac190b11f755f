package io.weft.proxy.xds;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteSource;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.UpstreamTls;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a resource refers to by name.
 *
 * @param service the EDS name of a cluster; null for every other resource
 */
record References(
        Set<String> clusters,
        Set<String> routes,
        Set<String> secrets,
        @Nullable String service) {

    References {
        clusters = Set.copyOf(clusters);
        routes = Set.copyOf(routes);
        secrets = Set.copyOf(secrets);
    }

    static References of(Listener listener) {
        Collector found = new Collector();
        listener.chains().forEach(found::chain);
        if (listener.defaultChain() != null) {
            found.chain(listener.defaultChain());
        }
        return found.references(null);
    }

    static References of(Cluster cluster) {
        Collector found = new Collector();
        found.upstream(cluster.tls());
        cluster.transports().forEach(transport -> found.upstream(transport.tls()));
        return found.references(cluster.discovery() instanceof Cluster.Discovery.Eds(String service) ? service : null);
    }

    static References of(RouteTable table) {
        Collector found = new Collector();
        found.table(table);
        return found.references(null);
    }

    private static final class Collector {
        private final Set<String> clusters = new HashSet<>();
        private final Set<String> routes = new HashSet<>();
        private final Set<String> secrets = new HashSet<>();

        References references(@Nullable String service) {
            return new References(clusters, routes, secrets, service);
        }

        void chain(FilterChain chain) {
            DownstreamTls tls = chain.tls();
            if (tls != null) {
                parameters(tls.parameters());
            }
            switch (chain.terminal()) {
                case TcpProxy tcp -> choice(tcp.cluster());
                case HttpConnectionManager http -> {
                    switch (http.routes()) {
                        case RouteSource.Inline(RouteTable table) -> table(table);
                        case RouteSource.Named(String name) -> routes.add(name);
                    }
                }
            }
        }

        void table(RouteTable table) {
            for (RouteTable.VirtualHost host : table.hosts()) {
                for (Route route : host.routes()) {
                    if (route.action() instanceof Route.Forward forward) {
                        choice(forward.cluster());
                    }
                }
            }
        }

        void choice(ClusterChoice choice) {
            switch (choice) {
                case ClusterChoice.Single(String cluster) -> clusters.add(cluster);
                case ClusterChoice.Weighted weighted ->
                    weighted.shares().forEach(share -> clusters.add(share.cluster()));
            }
        }

        void upstream(@Nullable UpstreamTls tls) {
            if (tls != null) {
                parameters(tls.parameters());
            }
        }

        void parameters(TlsParameters parameters) {
            if (parameters.certificate() instanceof TlsParameters.CertificateSource.Named(String secret)) {
                secrets.add(secret);
            }
            if (parameters.validation().trust() instanceof TlsParameters.TrustSource.Named(String secret)) {
                secrets.add(secret);
            }
        }
    }
}
