package io.weft.proxy.config;

import java.time.Duration;
import java.util.List;

/**
 * Carries bytes between the client and one endpoint of a cluster (Envoy's {@code tcp_proxy}).
 *
 * @param idleTimeout both directions silent for this long closes the connection; zero never
 * @param maxConnectAttempts how many endpoints are tried before the client is closed
 * @param maxDuration a connection is closed at this age, whatever it does; zero never
 */
public record TcpProxy(
        String statPrefix,
        ClusterChoice cluster,
        Duration idleTimeout,
        int maxConnectAttempts,
        Duration maxDuration,
        List<AccessLog> accessLogs)
        implements FilterChain.Terminal {

    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofHours(1);

    public TcpProxy {
        accessLogs = List.copyOf(accessLogs);
    }
}
