package io.weft.controlplane.generate;

import io.weft.controlplane.model.IpAddress;
import java.util.List;
import java.util.Map;

/**
 * What is known of a sidecar, or of a program with a client of xDS of its own, that asks for its configuration.
 *
 * @param id the node id that it gave, for logs only
 * @param namespace from its certificate or token, never from its own word
 * @param serviceAccount from its certificate or token, never from its own word
 * @param addresses the addresses of its workload, the primary one first
 * @param labels the labels that it claims; they count only while the mesh knows no workload at its addresses, and only within its
 *     own namespace, so a false claim changes nothing but the sidecar's own behaviour
 * @param reader what will read the configuration
 */
public record ProxyNode(
        String id,
        String namespace,
        String serviceAccount,
        List<IpAddress> addresses,
        Map<String, String> labels,
        Reader reader) {

    /** What a configuration is written for. */
    public enum Reader {
        /** A proxy to which connections are redirected. */
        SIDECAR,
        /** A program that calls and serves by itself, told by gRPC's own client of xDS. */
        GRPC
    }

    public ProxyNode {
        addresses = List.copyOf(addresses);
        labels = Map.copyOf(labels);
    }
}
