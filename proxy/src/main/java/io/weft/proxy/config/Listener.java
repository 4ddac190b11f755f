package io.weft.proxy.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** Whether nothing but the filter chains may differ. */
    public boolean isSameButForChains(Listener other) {
        return withChains(List.of(), null).equals(other.withChains(List.of(), null));
    }

    /**
     * The same listener made of the parts of another one where they say the same: itself if all does, else its chains.
     * What is unchanged can then be told by identity.
     */
    public Listener reusing(Listener before) {
        if (equals(before)) {
            return before;
        }
        Map<FilterChain, FilterChain> known = new HashMap<>();
        for (FilterChain chain : before.allChains()) {
            known.put(chain, chain);
        }
        List<FilterChain> reused = new ArrayList<>(chains.size());
        for (FilterChain chain : chains) {
            reused.add(known.getOrDefault(chain, chain));
        }
        FilterChain last = defaultChain;
        return withChains(reused, last == null ? null : known.getOrDefault(last, last));
    }

    /** Every chain that a connection can be given. */
    public List<FilterChain> allChains() {
        FilterChain last = defaultChain;
        if (last == null) {
            return chains;
        }
        List<FilterChain> all = new ArrayList<>(chains);
        all.add(last);
        return all;
    }

    private Listener withChains(List<FilterChain> others, @Nullable FilterChain last) {
        return new Listener(
                name,
                address,
                additional,
                direction,
                originalDestination,
                inspection,
                others,
                last,
                bufferLimit,
                accessLogs);
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
