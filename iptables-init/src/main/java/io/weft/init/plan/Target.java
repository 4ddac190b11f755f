package io.weft.init.plan;

/** What happens to a packet that fulfils every condition of a rule. */
public sealed interface Target {
    /** Go through another of our chains. */
    record Jump(Chain chain) implements Target {}

    /** Leave our chains: the packet goes its way unchanged. */
    record Return() implements Target {}

    /** To a port of this namespace; the proxy reads the destination that was meant from the socket. */
    record Redirect(int port) implements Target {}

    record Drop() implements Target {}
}
