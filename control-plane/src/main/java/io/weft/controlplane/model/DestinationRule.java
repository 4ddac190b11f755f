package io.weft.controlplane.model;

import java.util.Map;

/**
 * An Istio DestinationRule: how clients call a host.
 *
 * @param host the full host name, or {@code *.suffix}, or {@code *}
 * @param ports what replaces (not amends) the policy for single ports of the service
 */
public record DestinationRule(
        String namespace, String name, String host, TrafficPolicy policy, Map<Integer, TrafficPolicy> ports)
        implements MeshObject {
    public DestinationRule {
        ports = Map.copyOf(ports);
    }

    @Override
    public ObjectKey key() {
        return new ObjectKey(Kind.DESTINATION_RULE, namespace, name);
    }

    /** The policy for one port of the service. */
    public TrafficPolicy policyFor(int servicePort) {
        return ports.getOrDefault(servicePort, policy);
    }

    /** How the endpoint of a request is picked. */
    public enum LoadBalancer {
        ROUND_ROBIN,
        LEAST_REQUEST,
        RANDOM
    }

    /** How one port is called. */
    public record TrafficPolicy(LoadBalancer loadBalancer, ClientTls tls) {
        public static final TrafficPolicy DEFAULT = new TrafficPolicy(LoadBalancer.LEAST_REQUEST, ClientTls.AUTO);
    }
}
