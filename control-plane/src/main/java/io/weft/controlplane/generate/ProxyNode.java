package io.weft.controlplane.generate;

import io.weft.controlplane.model.IpAddress;
import java.util.List;
import java.util.Map;

/**
 * What is known of a sidecar that asks for its configuration.
 *
 * @param id the node id that it gave, for logs only
 * @param namespace from its certificate or token, never from its own word
 * @param serviceAccount from its certificate or token, never from its own word
 * @param addresses the addresses of its workload, the primary one first
 * @param labels the labels that it claims; they count only while the mesh knows no workload at its addresses, and only within its
 *     own namespace, so a false claim changes nothing but the sidecar's own behaviour
 */
public record ProxyNode(
        String id, String namespace, String serviceAccount, List<IpAddress> addresses, Map<String, String> labels) {
    public ProxyNode {
        addresses = List.copyOf(addresses);
        labels = Map.copyOf(labels);
    }
}
