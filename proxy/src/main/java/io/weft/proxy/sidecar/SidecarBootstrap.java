package io.weft.proxy.sidecar;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.TlsParameters.Validation;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.identity.Identity;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The bootstrap of a sidecar: nothing static but the way to the control plane, over mutual TLS. */
public final class SidecarBootstrap {

    /** Istio's name for the cluster of the control plane. */
    static final String CLUSTER = "xds-grpc";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration DNS_REFRESH = Duration.ofSeconds(60);

    private SidecarBootstrap() {}

    public static Bootstrap of(SidecarOptions options) {
        return new Bootstrap(
                options.node(),
                List.of(),
                List.of(cluster(options)),
                Map.of(),
                new Bootstrap.Ads(CLUSTER, options.delta()),
                true,
                true,
                new Address.Socket("127.0.0.1", options.adminPort()));
    }

    private static Cluster cluster(SidecarOptions options) {
        Cluster.Locality there = new Cluster.Locality(
                "",
                "",
                "",
                0,
                1,
                List.of(new Cluster.Endpoint(options.discovery(), 1, Cluster.Health.HEALTHY, "", Map.of())));
        boolean literal = isLiteral(options.discovery().host());
        return new Cluster(
                CLUSTER,
                literal
                        ? new Cluster.Discovery.Static()
                        : new Cluster.Discovery.StrictDns(List.of(there), DNS_REFRESH, Cluster.DnsFamily.ALL),
                literal ? List.of(there) : List.of(),
                new Cluster.LoadBalancing.RoundRobin(),
                Cluster.Spread.DEFAULT,
                Cluster.Protocol.HTTP2,
                CONNECT_TIMEOUT,
                Cluster.DEFAULT_IDLE_TIMEOUT,
                0,
                Duration.ZERO,
                Cluster.Limits.DEFAULT,
                List.of(),
                tls(options),
                List.of(),
                Cluster.DEFAULT_BUFFER_LIMIT);
    }

    /** The control plane by its SPIFFE id, or, one of another mesh that has none, by its DNS name. */
    private static UpstreamTls tls(SidecarOptions options) {
        List<NameMatch> names = List.of(
                new NameMatch(NameType.URI, new StringMatch.Exact(options.controlPlaneId(), false)),
                new NameMatch(NameType.DNS, new StringMatch.Exact(options.serverName(), true)));
        return new UpstreamTls(
                new TlsParameters(
                        TlsParameters.Version.TLS_1_2,
                        TlsParameters.Version.TLS_1_3,
                        List.of(),
                        List.of(),
                        List.of("h2"),
                        new CertificateSource.Named(Identity.CERTIFICATE),
                        new Validation(new TrustSource.Named(Identity.ROOTS), names)),
                isLiteral(options.serverName()) ? "" : options.serverName(),
                false,
                false);
    }

    private static boolean isLiteral(String host) {
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
