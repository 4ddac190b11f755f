package io.weft.controlplane.generate;

import io.weft.controlplane.model.DestinationRule.TrafficPolicy;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Protocol;
import java.util.List;

/**
 * How one port of one service is called.
 *
 * @param host the service's full host name
 * @param port the service's port
 * @param headless whether its instances are called by their own addresses, so that nothing is to be balanced
 * @param destinations where calls to it go before they are redirected
 * @param peers the SPIFFE ids of its workloads, sorted
 * @param namespaceIds what the SPIFFE ids of the service's namespace begin with
 * @param endpoints its instances
 */
record OutboundPort(
        String host,
        int port,
        Protocol protocol,
        boolean headless,
        List<Destination> destinations,
        TrafficPolicy policy,
        List<String> peers,
        String namespaceIds,
        List<Endpoint> endpoints) {

    /**
     * Addresses that share a port and a way to be called.
     *
     * @param mtls only for a headless service without a rule for TLS: whether these instances take mutual TLS
     */
    record Destination(int port, boolean mtls, List<IpAddress> addresses) {}

    /** Istio's name for the cluster; a subset tells apart what is called differently under one host. */
    String clusterName(String subset) {
        return "outbound|" + port + "|" + subset + "|" + host;
    }
}
