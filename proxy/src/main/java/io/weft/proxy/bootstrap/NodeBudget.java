package io.weft.proxy.bootstrap;

import org.snakeyaml.engine.v2.nodes.Node;

/** Counts the nodes that are read, so that aliases of aliases cannot multiply a small file into a large one. */
final class NodeBudget {

    static final int MAX_NODES = 2_000_000;

    private final YamlDocument document;
    private int read;

    NodeBudget(YamlDocument document) {
        this.document = document;
    }

    void spend(Node node) {
        if (++read > MAX_NODES) {
            throw new InvalidBootstrap(document.position(node) + ": more than " + MAX_NODES + " values");
        }
    }
}
