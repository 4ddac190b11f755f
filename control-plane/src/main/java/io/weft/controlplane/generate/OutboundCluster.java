package io.weft.controlplane.generate;

import io.weft.controlplane.generate.OutboundPort.Destination;
import io.weft.controlplane.model.ClientTls;
import io.weft.controlplane.model.DestinationRule.LoadBalancer;
import io.weft.controlplane.model.Protocol;
import java.util.ArrayList;
import java.util.List;

/**
 * One way to call a port: everything that its cluster depends on, and nothing else, so that it is the cluster's cache key too.
 *
 * @param name with a subset where one port is called in several ways
 * @param service the name that endpoints are asked for by; empty when each call has its own destination
 * @param protocol what is spoken to the endpoints: never {@link Protocol#UNDECLARED}
 * @param sni the server name sent; empty for none, or for the one that each request asks for
 * @param peers of the mesh's mutual TLS only, as is {@code namespaceIds}
 */
record OutboundCluster(
        String name,
        String service,
        Protocol protocol,
        LoadBalancer balancer,
        ClientTls tls,
        String sni,
        List<String> peers,
        String namespaceIds) {

    /** A cluster with the destinations from which calls come to it. */
    record Use(OutboundCluster cluster, List<Destination> destinations) {}

    /**
     * All ways to call the port. Where the first bytes of a call decide what it speaks there is one for each outcome, because ALPN
     * says it to the server before the first byte does. Instances of a headless service are split by whether they take mutual TLS,
     * because such a cluster has no endpoints that could say it.
     */
    static List<Use> of(OutboundPort port) {
        var uses = new ArrayList<Use>();
        for (Protocol protocol : spoken(port.protocol())) {
            String subset = port.protocol() == Protocol.UNDECLARED ? subset(protocol) : "";
            if (!port.headless()) {
                uses.add(new Use(cluster(port, protocol, subset, port.policy().tls()), port.destinations()));
                continue;
            }
            if (!port.policy().tls().equals(ClientTls.AUTO)) {
                uses.add(new Use(cluster(port, protocol, subset, port.policy().tls()), port.destinations()));
                continue;
            }
            List<Destination> mutual =
                    port.destinations().stream().filter(Destination::mtls).toList();
            List<Destination> plain =
                    port.destinations().stream().filter(d -> !d.mtls()).toList();
            if (!mutual.isEmpty()) {
                uses.add(new Use(cluster(port, protocol, subset, ClientTls.ISTIO_MUTUAL), mutual));
            }
            if (!plain.isEmpty()) {
                String plainSubset = "plaintext" + (subset.isEmpty() ? "" : "-" + subset);
                uses.add(new Use(cluster(port, protocol, plainSubset, ClientTls.DISABLE), plain));
            }
        }
        return uses;
    }

    private static List<Protocol> spoken(Protocol declared) {
        return declared == Protocol.UNDECLARED
                ? List.of(Protocol.HTTP, Protocol.HTTP2, Protocol.TCP)
                : List.of(declared);
    }

    private static String subset(Protocol protocol) {
        return switch (protocol) {
            case HTTP, UNDECLARED -> "";
            case HTTP2 -> "h2";
            case TCP -> "tcp";
        };
    }

    private static OutboundCluster cluster(OutboundPort port, Protocol protocol, String subset, ClientTls tls) {
        boolean mesh = switch (tls) {
            case ClientTls.Auto _, ClientTls.IstioMutual _ -> true;
            case ClientTls.Disable _, ClientTls.Closed _, ClientTls.Originate _ -> false;
        };
        return new OutboundCluster(
                port.clusterName(subset),
                port.headless() ? "" : port.clusterName(""),
                protocol,
                port.policy().loadBalancer(),
                tls,
                serverName(port, protocol, tls),
                mesh ? port.peers() : List.of(),
                mesh ? port.namespaceIds() : "");
    }

    private static String serverName(OutboundPort port, Protocol protocol, ClientTls tls) {
        return switch (tls) {
            case ClientTls.Auto _, ClientTls.IstioMutual _ -> "outbound_." + port.port() + "_._." + port.host();
            case ClientTls.Disable _, ClientTls.Closed _ -> "";
            case ClientTls.Originate originate
            when originate.sni().isEmpty() ->
                switch (protocol) {
                    case HTTP, HTTP2 -> "";
                    // No request says whom it asks for; the service that was called is the only name there is.
                    case TCP, UNDECLARED -> port.host();
                };
            case ClientTls.Originate originate -> originate.sni();
        };
    }
}
