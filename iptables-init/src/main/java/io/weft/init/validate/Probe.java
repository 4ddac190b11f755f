package io.weft.init.validate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One connection that proves one direction in one family.
 *
 * @param name as users read it
 * @param destinations where to dial: the first one that there is a route to
 * @param from the address to dial from, or the wildcard
 * @param listenAt where the proxy would listen, and the redirect must lead to
 * @param uid whose connection it must be
 * @param gid and of which group
 */
record Probe(
        String name,
        List<InetSocketAddress> destinations,
        InetAddress from,
        InetSocketAddress listenAt,
        long uid,
        long gid) {
    Probe {
        destinations = List.copyOf(destinations);
    }
}
