package io.weft.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a listener does with the connections that match it.
 *
 * @param name unique within the listener; chosen from the position where configuration gives none
 * @param tls how TLS is terminated; null carries the bytes as they are
 * @param network network filters that only allow or deny, in order, all before the terminal one
 * @param terminal what finally takes the bytes
 */
public record FilterChain(
        String name,
        FilterChainMatch match,
        @Nullable DownstreamTls tls,
        List<NetworkFilter> network,
        Terminal terminal) {

    public FilterChain {
        network = List.copyOf(network);
    }

    /** Filters that see a connection and may refuse it. */
    public sealed interface NetworkFilter {
        /**
         * Envoy's {@code envoy.filters.network.rbac}.
         *
         * @param shadow evaluated and counted, never enforced; null where none
         */
        record NetworkRbac(
                String statPrefix,
                @Nullable Rbac rules,
                @Nullable Rbac shadow) implements NetworkFilter {}
    }

    /** The last network filter of a chain: it owns the bytes. */
    public sealed interface Terminal permits TcpProxy, HttpConnectionManager {}
}
