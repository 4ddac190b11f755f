package io.weft.proxy.xds;

import io.netty.handler.ssl.SslContext;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.UpstreamTls;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Where the control plane is and how it is reached, from a static cluster. Each attempt takes the next address, so that
 * one control plane that is down does not keep the proxy from another.
 */
final class ControlPlaneTargets {

    /**
     * @param tls null speaks plaintext
     * @param serverName empty for the address
     */
    record Target(Address.Socket address, @Nullable SslContext tls, String serverName) {}

    private record Place(Address.Socket address, @Nullable UpstreamTls tls) {}

    private record Material(UpstreamTls tls, Secret.@Nullable Certificate own, Secret.Trust trust) {}

    private final String cluster;
    private final List<Place> places;
    private final InstantSource clock;
    private int next;
    // The context that was made last: most attempts are made with the same secrets as the one before.
    private @Nullable Material material;
    private @Nullable SslContext context;

    /**
     * @param first which address to begin with, any number
     * @throws IllegalArgumentException when the cluster has no address that can be used
     */
    ControlPlaneTargets(Cluster cluster, InstantSource clock, int first) {
        this.cluster = cluster.name();
        this.clock = clock;
        places = places(cluster);
        next = Math.floorMod(first, places.size());
    }

    private static List<Place> places(Cluster cluster) {
        List<Cluster.Locality> localities = switch (cluster.discovery()) {
            case Cluster.Discovery.Static _ -> cluster.endpoints();
            case Cluster.Discovery.StrictDns dns -> dns.names();
            case Cluster.Discovery.LogicalDns dns -> List.of(dns.name());
            case Cluster.Discovery.Eds _, Cluster.Discovery.OriginalDestination _ -> List.of();
        };
        List<Place> places = new ArrayList<>();
        for (Cluster.Locality locality : localities) {
            for (Cluster.Endpoint endpoint : locality.endpoints()) {
                if (endpoint.address() instanceof Address.Socket socket) {
                    places.add(new Place(socket, cluster.transportTo(endpoint)));
                }
            }
        }
        if (places.isEmpty()) {
            throw new IllegalArgumentException("cluster " + cluster.name()
                    + " of the control plane: expected a static or DNS cluster with a host and port");
        }
        return List.copyOf(places);
    }

    /** @throws IllegalStateException when a secret is not there yet, or cannot be used */
    Target next(Map<String, Secret> secrets) {
        Place place = places.get(next);
        next = (next + 1) % places.size();
        UpstreamTls tls = place.tls();
        return tls == null
                ? new Target(place.address(), null, "")
                : new Target(place.address(), context(tls, secrets), tls.sni());
    }

    private SslContext context(UpstreamTls tls, Map<String, Secret> secrets) {
        Material wanted = new Material(
                tls,
                own(tls.parameters().certificate(), secrets),
                trust(tls.parameters().validation().trust(), secrets));
        if (context != null && wanted.equals(material)) {
            return context;
        }
        try {
            SslContext made = ControlPlane.tls(
                    wanted.own(), new NamedServer(wanted.trust().rootsPem(), names(tls), clock));
            material = wanted;
            context = made;
            return made;
        } catch (SSLException e) {
            throw new IllegalStateException("cluster " + cluster + ": " + e.getMessage(), e);
        }
    }

    private static List<NameMatch> names(UpstreamTls tls) {
        TlsParameters.Validation validation = tls.parameters().validation();
        return validation.names().isEmpty()
                        && tls.autoSanValidation()
                        && !tls.sni().isEmpty()
                ? List.of(new NameMatch(NameType.DNS, new StringMatch.Exact(tls.sni(), true)))
                : validation.names();
    }

    private Secret.@Nullable Certificate own(@Nullable CertificateSource source, Map<String, Secret> secrets) {
        return switch (source) {
            case null -> null;
            case CertificateSource.Inline(Secret.Certificate certificate) -> certificate;
            case CertificateSource.Named(String name)
            when secrets.get(name) instanceof Secret.Certificate found -> found;
            case CertificateSource.Named(String name) -> throw missing(name);
        };
    }

    private Secret.Trust trust(@Nullable TrustSource source, Map<String, Secret> secrets) {
        return switch (source) {
            // Whoever tells the proxy what to do is never taken on trust.
            case null ->
                throw new IllegalStateException(
                        "cluster " + cluster + " of the control plane: TLS without roots to verify the server by");
            case TrustSource.Inline(Secret.Trust trust) -> trust;
            case TrustSource.Named(String name) when secrets.get(name) instanceof Secret.Trust found -> found;
            case TrustSource.Named(String name) -> throw missing(name);
        };
    }

    private IllegalStateException missing(String secret) {
        return new IllegalStateException("cluster " + cluster + ": secret " + secret + " is not there");
    }
}
