package io.weft.proxy.worker;

import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The pipes of one event loop. A pipe is in use only while bytes are in it, so one serves all connections whose peers
 * keep up; each peer that does not keeps one. Bounded, because the kernel bounds the pipes of a user, and all sidecars
 * of a host run as the same one ({@code pipe-user-pages-soft}): beyond it pipes become too small to pay.
 */
public final class Pipes {

    static final int MAX_IN_USE = 64;
    static final int MAX_IDLE = 2;

    private final ArrayDeque<Pipe> idle = new ArrayDeque<>(MAX_IDLE);
    private int inUse;
    private boolean closed;

    Pipes() {}

    /** An empty pipe; null where no more may be had, and bytes must be copied. */
    public @Nullable Pipe take() {
        if (inUse >= MAX_IN_USE || closed) {
            return null;
        }
        Pipe pipe = idle.pollLast();
        if (pipe == null) {
            try {
                pipe = Pipe.open();
            } catch (IOException e) {
                return null; // out of descriptors: what needs none goes on
            }
        }
        inUse++;
        return pipe;
    }

    /**
     * Takes a pipe back.
     *
     * @param empty nothing is left in it; what one connection left must never reach another
     */
    public void giveBack(Pipe pipe, boolean empty) {
        inUse--;
        if (empty && !closed && idle.size() < MAX_IDLE) {
            idle.addLast(pipe);
        } else {
            pipe.close();
        }
    }

    int inUse() {
        return inUse;
    }

    void close() {
        closed = true;
        Pipe pipe;
        while ((pipe = idle.pollLast()) != null) {
            pipe.close();
        }
    }
}
