package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Envoy's choice of a filter chain: one criterion after the other, the most specific value of each that is there, and no way back.
 * It knows only the criteria that are generated, and fails on any other.
 */
final class ChainFinder {
    private ChainFinder() {}

    /** @param applicationProtocols what the listener filters found, in order */
    static Optional<FilterChain> find(
            Listener listener, String ip, int port, String transport, List<String> applicationProtocols) {
        listener.getFilterChainsList().forEach(chain -> onlyKnown(chain.getFilterChainMatch()));
        List<FilterChain> left = narrow(
                listener.getFilterChainsList(),
                chain -> chain.getFilterChainMatch().getDestinationPort().getValue() == port,
                chain -> !chain.getFilterChainMatch().hasDestinationPort());
        left = narrow(
                left,
                chain -> chain.getFilterChainMatch().getPrefixRangesList().stream()
                        .anyMatch(range -> range.getAddressPrefix().equals(ip)
                                && range.getPrefixLen().getValue() == (ip.contains(":") ? 128 : 32)),
                chain -> chain.getFilterChainMatch().getPrefixRangesCount() == 0);
        left = narrow(
                left,
                chain -> chain.getFilterChainMatch().getTransportProtocol().equals(transport),
                chain -> chain.getFilterChainMatch().getTransportProtocol().isEmpty());
        for (String protocol : applicationProtocols) {
            List<FilterChain> exact = left.stream()
                    .filter(chain -> chain.getFilterChainMatch()
                            .getApplicationProtocolsList()
                            .contains(protocol))
                    .toList();
            if (!exact.isEmpty()) {
                return only(exact);
            }
        }
        left = left.stream()
                .filter(chain -> chain.getFilterChainMatch().getApplicationProtocolsCount() == 0)
                .toList();
        if (left.isEmpty()) {
            return listener.hasDefaultFilterChain() ? Optional.of(listener.getDefaultFilterChain()) : Optional.empty();
        }
        return only(left);
    }

    private static List<FilterChain> narrow(
            List<FilterChain> chains, Predicate<FilterChain> exact, Predicate<FilterChain> any) {
        List<FilterChain> found = chains.stream().filter(exact).toList();
        return found.isEmpty() ? chains.stream().filter(any).toList() : found;
    }

    private static Optional<FilterChain> only(List<FilterChain> chains) {
        if (chains.size() > 1) {
            throw new AssertionError("Envoy refuses a listener with two chains for one match: "
                    + chains.stream().map(FilterChain::getName).toList());
        }
        return Optional.of(chains.getFirst());
    }

    private static void onlyKnown(FilterChainMatch match) {
        var known = new ArrayList<>(
                List.of("destination_port", "prefix_ranges", "transport_protocol", "application_protocols"));
        match.getAllFields().keySet().forEach(field -> {
            if (!known.contains(field.getName())) {
                throw new AssertionError("the simulation does not know " + field.getFullName());
            }
        });
    }
}
