package io.weft.proxy.cluster;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How busy a cluster is, of one event loop or added up over all. Made when somebody asks.
 *
 * @param totals endpoints that are gone included
 * @param hosts by address, those there are now
 */
public record ClusterReport(String cluster, Traffic totals, Map<String, Traffic> hosts) {

    public ClusterReport {
        hosts = Map.copyOf(hosts);
    }

    /**
     * @param connections made since the start, pooled or for TCP
     * @param connectFailures dials that came to nothing, handshakes included
     * @param requests begun since the start; a TCP connection counts as one
     */
    public record Traffic(
            long connections, long connectionsActive, long connectFailures, long requests, long requestsActive) {
        public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0);

        public Traffic plus(Traffic other) {
            return new Traffic(
                    connections + other.connections,
                    connectionsActive + other.connectionsActive,
                    connectFailures + other.connectFailures,
                    requests + other.requests,
                    requestsActive + other.requestsActive);
        }
    }

    public ClusterReport plus(ClusterReport other) {
        Map<String, Traffic> both = new LinkedHashMap<>(hosts);
        other.hosts.forEach((address, traffic) -> both.merge(address, traffic, Traffic::plus));
        return new ClusterReport(cluster, totals.plus(other.totals), both);
    }
}
