package io.weft.controlplane.generate;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.ExtraSourceAddress;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.v3.Percent;
import io.weft.controlplane.model.ClientTls;
import io.weft.controlplane.model.Protocol;
import java.util.Optional;

/** Writes clusters. */
final class Clusters {
    /** The largest number that the field holds: the mesh does not limit calls on its own account. */
    private static final int UNLIMITED = -1;

    private static final String HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private Clusters() {}

    static Cluster outbound(OutboundCluster spec) {
        if (spec.tls() instanceof ClientTls.Closed) {
            return closed(spec.name());
        }
        Cluster.Builder cluster = named(spec.name());
        if (spec.service().isEmpty()) {
            originalDestination(cluster);
        } else {
            cluster.setType(Cluster.DiscoveryType.EDS)
                    .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder()
                            .setEdsConfig(Xds.ads())
                            .setServiceName(spec.service()));
            balance(cluster, spec);
        }
        speak(cluster, spec.protocol(), OriginatedTls.serverByRequest(spec));
        switch (spec.tls()) {
            case ClientTls.Auto _ ->
                cluster.addTransportSocketMatches(Cluster.TransportSocketMatch.newBuilder()
                                .setName("tlsMode-istio")
                                .setMatch(Struct.newBuilder()
                                        .putFields(
                                                Endpoints.TLS_MODE,
                                                Value.newBuilder()
                                                        .setStringValue(Endpoints.ISTIO)
                                                        .build()))
                                .setTransportSocket(tls(spec)))
                        .addTransportSocketMatches(Cluster.TransportSocketMatch.newBuilder()
                                .setName("tlsMode-disabled")
                                .setMatch(Struct.getDefaultInstance())
                                .setTransportSocket(MutualTls.plaintext()));
            case ClientTls.IstioMutual _ -> cluster.setTransportSocket(tls(spec));
            case ClientTls.Originate originate ->
                cluster.setTransportSocket(OriginatedTls.client(spec.sni(), spec.protocol(), originate));
            case ClientTls.Disable _, ClientTls.Closed _ -> {}
        }
        return cluster.build();
    }

    private static io.envoyproxy.envoy.config.core.v3.TransportSocket tls(OutboundCluster spec) {
        return MutualTls.client(spec.sni(), spec.protocol(), spec.peers(), spec.namespaceIds());
    }

    /** The application behind the proxy, on a port that a service leads to. */
    static Cluster inbound(int port, Protocol protocol, View.Families families) {
        return toApplication(XdsNames.inboundCluster(port), protocol, families);
    }

    /** The application behind the proxy, on any other port. */
    static Cluster inboundPassthrough(View.Families families) {
        return toApplication(XdsNames.INBOUND_PASSTHROUGH, Protocol.UNDECLARED, families);
    }

    /** Destinations that the mesh does not know. */
    static Cluster passthrough() {
        Cluster.Builder cluster = named(XdsNames.PASSTHROUGH);
        originalDestination(cluster);
        speak(cluster, Protocol.UNDECLARED, Optional.empty());
        return cluster.build();
    }

    /** Where connections end that must not go anywhere. */
    static Cluster blackHole() {
        return closed(XdsNames.BLACK_HOLE);
    }

    private static Cluster closed(String name) {
        return named(name).setType(Cluster.DiscoveryType.STATIC).build();
    }

    private static Cluster toApplication(String name, Protocol protocol, View.Families families) {
        Cluster.Builder cluster = named(name);
        originalDestination(cluster);
        speak(cluster, protocol, Optional.empty());
        // The address by which the redirection rules know that a connection was let in already, and leave it alone.
        BindConfig.Builder bind = BindConfig.newBuilder();
        switch (families) {
            case V4 -> bind.setSourceAddress(local("127.0.0.6"));
            case V6 -> bind.setSourceAddress(local("::6"));
            case BOTH ->
                bind.setSourceAddress(local("127.0.0.6"))
                        .addExtraSourceAddresses(ExtraSourceAddress.newBuilder().setAddress(local("::6")));
        }
        return cluster.setUpstreamBindConfig(bind).build();
    }

    private static io.envoyproxy.envoy.config.core.v3.SocketAddress local(String ip) {
        return Xds.address(ip, 0).getSocketAddress();
    }

    private static Cluster.Builder named(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setConnectTimeout(Xds.seconds(10))
                .setCircuitBreakers(CircuitBreakers.newBuilder()
                        .addThresholds(CircuitBreakers.Thresholds.newBuilder()
                                .setMaxConnections(Xds.uint32(UNLIMITED))
                                .setMaxPendingRequests(Xds.uint32(UNLIMITED))
                                .setMaxRequests(Xds.uint32(UNLIMITED))
                                .setMaxRetries(Xds.uint32(UNLIMITED))));
    }

    private static void originalDestination(Cluster.Builder cluster) {
        cluster.setType(Cluster.DiscoveryType.ORIGINAL_DST).setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED);
    }

    private static void balance(Cluster.Builder cluster, OutboundCluster spec) {
        switch (spec.balancer()) {
            case ROUND_ROBIN -> cluster.setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN);
            case RANDOM -> cluster.setLbPolicy(Cluster.LbPolicy.RANDOM);
            case LEAST_REQUEST ->
                cluster.setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
                        .setLeastRequestLbConfig(
                                Cluster.LeastRequestLbConfig.newBuilder().setChoiceCount(Xds.uint32(2)));
        }
        // Calls to endpoints that are known to be unhealthy fail either way; without panic they fail at once and say
        // so.
        cluster.setCommonLbConfig(Cluster.CommonLbConfig.newBuilder()
                .setHealthyPanicThreshold(Percent.newBuilder().setValue(0)));
    }

    /** @param server what a request decides of the TLS that it is sent over */
    private static void speak(
            Cluster.Builder cluster, Protocol protocol, Optional<UpstreamHttpProtocolOptions> server) {
        HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder();
        switch (protocol) {
            case TCP -> {
                return;
            }
            case HTTP ->
                options.setExplicitHttpConfig(HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                        .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance()));
            case HTTP2 ->
                options.setExplicitHttpConfig(HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                        .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()));
            case UNDECLARED ->
                options.setUseDownstreamProtocolConfig(HttpProtocolOptions.UseDownstreamHttpConfig.newBuilder()
                        .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance())
                        .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()));
        }
        server.ifPresent(options::setUpstreamHttpProtocolOptions);
        cluster.putTypedExtensionProtocolOptions(HTTP_OPTIONS, Xds.any(options.build()));
    }
}
