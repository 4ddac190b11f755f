package io.weft.controlplane.model;

import java.util.Set;

/**
 * What holds for the whole mesh and is not written in an object.
 *
 * @param trustDomain the SPIFFE trust domain of all workloads
 * @param clusterDomain the suffix of service host names
 * @param rootNamespaces the namespaces whose policies without selector are for the whole mesh
 * @param accessLog whether proxies write a line for every request and connection to their standard output
 */
public record MeshSettings(String trustDomain, String clusterDomain, Set<String> rootNamespaces, boolean accessLog) {
    public static final MeshSettings DEFAULT =
            new MeshSettings("cluster.local", "cluster.local", Set.of("weft-system", "istio-system"), false);

    public MeshSettings {
        rootNamespaces = Set.copyOf(rootNamespaces);
    }

    /** The full host name of a service. */
    public String hostOf(Service service) {
        return service.name() + "." + service.namespace() + ".svc." + clusterDomain;
    }

    /** The SPIFFE id of a workload's account. */
    public String spiffeId(String namespace, String serviceAccount) {
        return "spiffe://" + trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount;
    }
}
