package io.weft.examples.lab;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Free ports of the network namespace that the caller is in, each given once, so that of those chosen before they are bound none is
 * another's. Used by one thread.
 */
public final class Ports {
    /** Below the range that Linux takes ports of outgoing connections from, so that none of these takes one first. */
    private static final int FIRST = 18_000;

    private static final int LAST = 32_000;

    private final Random random;
    private final Set<Integer> given = new HashSet<>();

    public Ports() {
        this(new Random());
    }

    /** @param random in whose order they are tried */
    Ports(Random random) {
        this.random = random;
    }

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
