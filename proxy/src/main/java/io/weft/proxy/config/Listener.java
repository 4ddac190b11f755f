package io.weft.proxy.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A port that the proxy accepts connections on, and what to do with each.
 *
 * @param address where to bind
 * @param additional more addresses of the same listener, such as the IPv6 twin
 * @param direction which side of the workload its traffic is on, for telemetry
 * @param originalDestination whether the connection's destination before redirection decides the filter chain
 * @param inspection what is read of the first bytes before a filter chain is chosen
 * @param chains in the order configured; the most specific match wins, not the first
 * @param defaultChain taken when no chain matches; null closes the connection
 * @param bufferLimit bytes that may wait in either direction of a connection before reading stops
 */
public record Listener(
        String name,
        Address address,
        List<Address> additional,
        Direction direction,
        boolean originalDestination,
        Inspection inspection,
        List<FilterChain> chains,
        @Nullable FilterChain defaultChain,
        int bufferLimit,
        List<AccessLog> accessLogs) {

    public static final int DEFAULT_BUFFER_LIMIT = 256 * 1024;

    public Listener {
        additional = List.copyOf(additional);
        chains = List.copyOf(chains);
        accessLogs = List.copyOf(accessLogs);
    }

    /** Envoy's {@code traffic_direction}. */
    public enum Direction {
        UNSPECIFIED,
        INBOUND,
        OUTBOUND
    }

    /**
     * What is read before the filter chain is chosen.
     *
     * @param tls look for a ClientHello, its SNI and ALPN (Envoy's {@code tls_inspector})
     * @param http look for HTTP/1 and the HTTP/2 preface (Envoy's {@code http_inspector})
     * @param timeout how long to wait for the client's first bytes; then the connection counts as opaque
     * @param continueOnTimeout whether a timed-out connection goes on; if not it is closed
     */
    public record Inspection(boolean tls, boolean http, Duration timeout, boolean continueOnTimeout) {
        public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);
        public static final Inspection NONE = new Inspection(false, false, DEFAULT_TIMEOUT, false);

        public boolean any() {
            return tls || http;
        }
    }
}
