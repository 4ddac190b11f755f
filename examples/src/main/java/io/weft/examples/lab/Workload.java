package io.weft.examples.lab;

import java.util.Map;

/**
 * A pod as the mesh knows it.
 *
 * @param host the host it runs on, from 1
 */
public record Workload(
        String namespace, String name, String account, Map<String, String> labels, int host, String v4, String v6) {

    /** Its SPIFFE id. */
    public String id() {
        return "spiffe://cluster.local/ns/" + namespace + "/sa/" + account;
    }

    public PodSpec pod() {
        return new PodSpec(name, host, v4, v6);
    }
}
