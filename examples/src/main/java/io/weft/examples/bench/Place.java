package io.weft.examples.bench;

/**
 * Where a proxy stands.
 *
 * @param role what it does with TLS
 * @param listen its port
 * @param next the port of what comes behind it
 */
record Place(Role role, int listen, int next) {
    enum Role {
        /** Plain on both sides. */
        HOP,
        /** Plain from the client, mutual TLS towards the server's proxy. */
        CLIENT_SIDE,
        /** Mutual TLS from the client's proxy, plain towards the server. */
        SERVER_SIDE
    }

    boolean securesDownstream() {
        return role == Role.SERVER_SIDE;
    }

    boolean securesUpstream() {
        return role == Role.CLIENT_SIDE;
    }
}
