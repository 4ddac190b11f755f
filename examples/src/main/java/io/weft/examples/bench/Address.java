package io.weft.examples.bench;

import java.net.InetSocketAddress;

/** Where somebody listens: an IPv4 address and a port. */
record Address(String host, int port) {
    InetSocketAddress socket() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
