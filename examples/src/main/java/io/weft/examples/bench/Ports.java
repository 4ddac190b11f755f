package io.weft.examples.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Free ports, each given once, on the client's side or on the server's. Used by one thread, on the client's side; that of the
 * server has none but what the bench starts there, or is the same.
 */
final class Ports {
    /** Below the range that Linux takes ports of outgoing connections from, so that none of the load takes it first. */
    private static final int FIRST = 18_000;

    private static final int LAST = 32_000;

    private final Random random = new Random();
    private final Set<Integer> given = new HashSet<>();

    int next() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = random.nextInt(FIRST, LAST);
            if (!given.contains(port) && isFree(port)) {
                given.add(port);
                return port;
            }
        }
        throw new BenchException("no free port of 127.0.0.1 was found between " + FIRST + " and " + LAST);
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
