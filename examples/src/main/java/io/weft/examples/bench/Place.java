package io.weft.examples.bench;

import org.jspecify.annotations.Nullable;

/**
 * Where a proxy stands.
 *
 * @param role what it does with TLS
 * @param listen where it listens
 * @param next what comes behind it
 * @param admin where it says whether it is ready; null where it is not asked to
 */
record Place(
        Role role, Address listen, Address next, @Nullable Address admin) {
    enum Role {
        /** Plain on both sides, beside the server. */
        HOP,
        /** Plain from the client, mutual TLS towards the server's proxy. */
        CLIENT_SIDE,
        /** Mutual TLS from the client's proxy, plain towards the server. */
        SERVER_SIDE
    }

    Place(Role role, Address listen, Address next) {
        this(role, listen, next, null);
    }

    boolean atServer() {
        return role != Role.CLIENT_SIDE;
    }

    boolean securesDownstream() {
        return role == Role.SERVER_SIDE;
    }

    boolean securesUpstream() {
        return role == Role.CLIENT_SIDE;
    }
}
