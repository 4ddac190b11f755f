package io.weft.examples.lab;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Free ports of this namespace, each given once, so that none of those chosen before they are bound is another's. Used by one
 * thread. The bench's are of the client's side: that of the server has none but what the bench starts there, or is the same.
 */
public final class Ports {
    /** Below the range that Linux takes ports of outgoing connections from, so that none of these takes one first. */
    private static final int FIRST = 18_000;

    private static final int LAST = 32_000;

    private final Random random = new Random();
    private final Set<Integer> given = new HashSet<>();

    /** @throws LabException where there is none */
    public int next() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = random.nextInt(FIRST, LAST);
            if (!given.contains(port) && isFree(port)) {
                given.add(port);
                return port;
            }
        }
        throw new LabException("no free port was found between " + FIRST + " and " + LAST);
    }

    private static boolean isFree(int port) {
        // On all addresses, since some of what gets one listens on all.
        try (var _ = new ServerSocket(port)) {
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
