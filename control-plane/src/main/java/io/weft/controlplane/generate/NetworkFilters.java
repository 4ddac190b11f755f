package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import java.util.List;

/** Writes what a filter chain does with the bytes, and the routes of those that are HTTP. */
final class NetworkFilters {
    private final View.Surroundings surroundings;

    NetworkFilters(View.Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    Filter tcpProxy(String statPrefix, String cluster) {
        var proxy = TcpProxy.newBuilder()
                .setStatPrefix(statPrefix)
                .setCluster(cluster)
                .addAllAccessLog(AccessLogs.of(surroundings));
        return Filter.newBuilder()
                .setName("envoy.filters.network.tcp_proxy")
                .setTypedConfig(Xds.any(proxy.build()))
                .build();
    }

    /** Requests of the application; the routes are told by name. */
    Filter outboundHttp(String routes) {
        return http(base(routes)
                .setRds(Rds.newBuilder().setConfigSource(Xds.ads()).setRouteConfigName(routes))
                .addHttpFilters(router()));
    }

    /** Requests to the application, which say who sent them, whatever the sender says. */
    Filter inboundHttp(String routes, String cluster, List<HttpFilter> policy) {
        return http(base(routes)
                .setRouteConfig(inboundRoutes(routes, cluster))
                .setForwardClientCertDetails(HttpConnectionManager.ForwardClientCertDetails.SANITIZE_SET)
                .setSetCurrentClientCertDetails(HttpConnectionManager.SetCurrentClientCertDetails.newBuilder()
                        .setUri(true))
                .addAllHttpFilters(policy)
                .addHttpFilters(router()));
    }

    /**
     * Everything to one of the mesh's clusters, with no time limit but the application's own. What cannot have reached the
     * application, or was refused by it unseen, is tried again elsewhere, as in Istio: so an instance that ends while
     * callers still know it is not noticed.
     */
    static RouteConfiguration outboundRoutes(String cluster) {
        return routes(
                cluster,
                RouteAction.newBuilder()
                        .setCluster(cluster)
                        .setTimeout(Xds.seconds(0))
                        .setRetryPolicy(RetryPolicy.newBuilder()
                                .setRetryOn("connect-failure,refused-stream,unavailable,cancelled")
                                .setNumRetries(Xds.uint32(2))
                                .addRetryHostPredicate(RetryPolicy.RetryHostPredicate.newBuilder()
                                        .setName("envoy.retry_host_predicates.previous_hosts")
                                        .setTypedConfig(Xds.any(PreviousHostsPredicate.getDefaultInstance())))
                                .setHostSelectionRetryMaxAttempts(5)));
    }

    /** Everything to the application itself. */
    private static RouteConfiguration inboundRoutes(String name, String cluster) {
        return routes(name, RouteAction.newBuilder().setCluster(cluster).setTimeout(Xds.seconds(0)));
    }

    private static RouteConfiguration routes(String name, RouteAction.Builder action) {
        return RouteConfiguration.newBuilder()
                .setName(name)
                .addVirtualHosts(VirtualHost.newBuilder()
                        .setName(name)
                        .addDomains("*")
                        .addRoutes(Route.newBuilder()
                                .setName("default")
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setRoute(action)))
                .build();
    }

    private HttpConnectionManager.Builder base(String statPrefix) {
        return HttpConnectionManager.newBuilder()
                .setStatPrefix(statPrefix)
                .setCodecType(HttpConnectionManager.CodecType.AUTO)
                .setNormalizePath(Xds.yes())
                .setMergeSlashes(true)
                .setPathWithEscapedSlashesAction(HttpConnectionManager.PathWithEscapedSlashesAction.REJECT_REQUEST)
                .setStreamIdleTimeout(Xds.seconds(0))
                .setServerHeaderTransformation(HttpConnectionManager.ServerHeaderTransformation.PASS_THROUGH)
                .setHttpProtocolOptions(Http1ProtocolOptions.newBuilder().setAcceptHttp10(true))
                .addUpgradeConfigs(
                        HttpConnectionManager.UpgradeConfig.newBuilder().setUpgradeType("websocket"))
                .addAllAccessLog(AccessLogs.of(surroundings));
    }

    private static Filter http(HttpConnectionManager.Builder manager) {
        return Filter.newBuilder()
                .setName("envoy.filters.network.http_connection_manager")
                .setTypedConfig(Xds.any(manager.build()))
                .build();
    }

    static HttpFilter router() {
        return HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(Xds.any(Router.getDefaultInstance()))
                .build();
    }
}
