package io.weft.proxy.chain;

import io.weft.proxy.config.FilterChainMatch.Transport;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection when its filter chain is chosen.
 *
 * @param source the peer
 * @param destination where the client wanted to go: the original destination, or the local address
 * @param serverName SNI; null where the client sent none
 * @param applicationProtocols ALPN in the client's order, or what was detected of a plain connection: {@code http/1.0},
 *     {@code http/1.1} or {@code h2c}
 */
public record Arrival(
        InetSocketAddress source,
        InetSocketAddress destination,
        Transport transport,
        @Nullable String serverName,
        List<String> applicationProtocols) {

    public Arrival {
        applicationProtocols = List.copyOf(applicationProtocols);
    }

    /** A connection of which nothing was, or could be, detected. */
    public static Arrival opaque(InetSocketAddress source, InetSocketAddress destination) {
        return new Arrival(source, destination, Transport.RAW_BUFFER, null, List.of());
    }
}
