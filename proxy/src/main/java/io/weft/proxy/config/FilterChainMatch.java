package io.weft.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which connections a filter chain takes. Criteria are weighed in Envoy's order: destination port, destination range,
 * server name, transport protocol, application protocols, directly connected source range, source type, source range,
 * source port; at each step the most specific value present wins and there is no going back.
 *
 * @param destinationPort the original destination's port; null for any
 * @param destination blocks that hold the original destination; empty for any
 * @param serverNames SNI, lower case; exact names or {@code *.suffix}; empty for any
 * @param transport null for any
 * @param applicationProtocols ALPN offered by the client, or {@code http/1.0}, {@code http/1.1}, {@code h2c} as detected
 * @param directSource blocks that hold the peer of the TCP connection; empty for any
 * @param source blocks that hold the client's address; empty for any
 * @param sourcePorts empty for any
 */
public record FilterChainMatch(
        @Nullable Integer destinationPort,
        List<Cidr> destination,
        List<String> serverNames,
        @Nullable Transport transport,
        List<String> applicationProtocols,
        List<Cidr> directSource,
        SourceType sourceType,
        List<Cidr> source,
        List<Integer> sourcePorts) {

    public static final FilterChainMatch ANY = new FilterChainMatch(
            null, List.of(), List.of(), null, List.of(), List.of(), SourceType.ANY, List.of(), List.of());

    public FilterChainMatch {
        destination = List.copyOf(destination);
        serverNames = List.copyOf(serverNames);
        applicationProtocols = List.copyOf(applicationProtocols);
        directSource = List.copyOf(directSource);
        source = List.copyOf(source);
        sourcePorts = List.copyOf(sourcePorts);
    }

    public enum Transport {
        RAW_BUFFER,
        TLS
    }

    public enum SourceType {
        ANY,
        SAME_IP_OR_LOOPBACK,
        EXTERNAL
    }
}
