package io.weft.proxy.bootstrap;

/** Counts the nodes that are read, so that aliases of aliases cannot multiply a small file into a large one. */
final class NodeBudget {

    static final int MAX_NODES = 2_000_000;

    private final YamlText text;
    private int read;

    NodeBudget(YamlText text) {
        this.text = text;
    }

    void spend(Part part) {
        if (++read > MAX_NODES) {
            throw new InvalidBootstrap(text.position(part.line()) + ": more than " + MAX_NODES + " values");
        }
    }
}
