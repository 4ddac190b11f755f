package io.weft.proxy.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of endpoints that serve the same thing, and how to reach them.
 *
 * @param endpoints what discovery says now; empty for {@link Discovery.OriginalDestination}
 * @param spread what the balancing does when endpoints are unhealthy or lie in several localities
 * @param protocol what HTTP requests are sent as; plain TCP takes no notice
 * @param connectTimeout from the first SYN to the end of the TLS handshake
 * @param idleTimeout a pooled connection without any request is closed after this long; zero never
 * @param maxRequestsPerConnection 0 for no limit
 * @param maxStreamDuration from when a request has its stream to the end of the answer; zero without limit
 * @param transports chosen per endpoint by its metadata, first match wins; before {@code tls}
 * @param tls how TLS is originated when no transport matches; null sends the bytes as they are
 * @param bindAddresses local IPs that connections are made from: the first of the endpoint's IP version, and if there is
 *     none the first; empty lets the system choose
 * @param bufferLimit bytes that may wait in either direction of an upstream connection before reading stops
 */
public record Cluster(
        String name,
        Discovery discovery,
        List<Locality> endpoints,
        LoadBalancing balancing,
        Spread spread,
        Protocol protocol,
        Duration connectTimeout,
        Duration idleTimeout,
        int maxRequestsPerConnection,
        Duration maxStreamDuration,
        Limits limits,
        List<TransportMatch> transports,
        @Nullable UpstreamTls tls,
        List<String> bindAddresses,
        int bufferLimit) {

    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofHours(1);
    public static final int DEFAULT_BUFFER_LIMIT = 1024 * 1024;

    public Cluster {
        endpoints = List.copyOf(endpoints);
        transports = List.copyOf(transports);
        bindAddresses = List.copyOf(bindAddresses);
    }

    public Cluster withEndpoints(List<Locality> found) {
        return new Cluster(
                name,
                discovery,
                found,
                balancing,
                spread,
                protocol,
                connectTimeout,
                idleTimeout,
                maxRequestsPerConnection,
                maxStreamDuration,
                limits,
                transports,
                tls,
                bindAddresses,
                bufferLimit);
    }

    /** Where the endpoints come from. */
    public sealed interface Discovery {
        record Static() implements Discovery {}

        /** @param service the name asked for over EDS */
        record Eds(String service) implements Discovery {}

        /**
         * Names resolved again and again; every address found is an endpoint with the weight and metadata of its name.
         *
         * @param names endpoints whose host is a name, or an address that stands for itself
         */
        record StrictDns(List<Locality> names, Duration refresh, DnsFamily family) implements Discovery {
            public StrictDns {
                names = List.copyOf(names);
            }
        }

        /**
         * One name; only the first address is used for new connections, and old ones are kept when it changes.
         *
         * @param name exactly one endpoint
         */
        record LogicalDns(Locality name, Duration refresh, DnsFamily family) implements Discovery {}

        /** The endpoint is where the client wanted to go before it was redirected. */
        record OriginalDestination() implements Discovery {}
    }

    /** Which addresses of a name are used (Envoy's {@code dns_lookup_family}). */
    public enum DnsFamily {
        /** IPv6; IPv4 only where a name has no IPv6 address. */
        AUTO,
        V4_ONLY,
        V6_ONLY,
        /** IPv4; IPv6 only where a name has no IPv4 address. */
        V4_PREFERRED,
        ALL
    }

    public sealed interface LoadBalancing {
        record RoundRobin() implements LoadBalancing {}

        /** @param choices how many endpoints are drawn at random; the one with fewest requests wins */
        record LeastRequest(int choices) implements LoadBalancing {}

        record Random() implements LoadBalancing {}
    }

    /**
     * @param panicThreshold percent, 0 to 100: while fewer of a priority's endpoints are healthy, all of them are used;
     *     0 never uses an unhealthy one
     * @param byLocalityWeight a locality is drawn by its weight first, then an endpoint in it; otherwise the weights of
     *     localities have no meaning
     */
    public record Spread(double panicThreshold, boolean byLocalityWeight) {
        public static final Spread DEFAULT = new Spread(50, false);

        public Spread {
            if (!(panicThreshold >= 0 && panicThreshold <= 100)) {
                throw new IllegalArgumentException("panic threshold " + panicThreshold + ": expected 0 to 100 percent");
            }
        }
    }

    /** What is spoken to the endpoints. */
    public enum Protocol {
        HTTP1,
        HTTP2,
        /** What the client speaks. */
        DOWNSTREAM,
        /** HTTP/2 if ALPN agrees on it, else HTTP/1. */
        ALPN
    }

    /** Bounds over all connections of one proxy to the cluster. */
    public record Limits(long maxConnections, long maxPendingRequests, long maxRequests) {
        public static final Limits DEFAULT = new Limits(1024, 1024, 1024);
    }

    /** Endpoints of one place. */
    public record Locality(
            String region, String zone, String subZone, int priority, long weight, List<Endpoint> endpoints) {
        public Locality {
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * @param weight relative to the others of its locality, at least 1
     * @param hostname what the endpoint calls itself, for information; may be empty
     * @param transportMetadata Envoy's {@code envoy.transport_socket_match} metadata
     */
    public record Endpoint(
            Address address, long weight, Health health, String hostname, Map<String, String> transportMetadata) {
        public Endpoint {
            transportMetadata = Map.copyOf(transportMetadata);
        }
    }

    public enum Health {
        HEALTHY,
        DEGRADED,
        /** Finishes what it has, gets nothing new. */
        DRAINING,
        UNHEALTHY
    }

    /**
     * @param match all pairs must be in the endpoint's metadata; empty matches every endpoint
     * @param tls null sends the bytes as they are
     */
    public record TransportMatch(
            String name,
            Map<String, String> match,
            @Nullable UpstreamTls tls) {
        public TransportMatch {
            match = Map.copyOf(match);
        }
    }

    /** How this endpoint is reached. */
    public @Nullable UpstreamTls transportTo(Endpoint endpoint) {
        for (TransportMatch transport : transports) {
            if (endpoint.transportMetadata()
                    .entrySet()
                    .containsAll(transport.match().entrySet())) {
                return transport.tls();
            }
        }
        return tls;
    }
}
