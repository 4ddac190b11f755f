package io.weft.proxy.pool;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * How many requests may be under way to one cluster at once, over all event loops (Envoy's circuit breaker {@code
 * max_requests}). Each loop writes a number of its own and reads those of the others: no lock, and no write that another
 * loop waits for. Loops that decide in the same moment may together pass the limit by one each, as in Envoy.
 */
public final class RequestLimit {

    /** From here on there is no limit, and nothing is counted. */
    public static final long UNLIMITED = 0xffff_ffffL;

    public static final RequestLimit NONE = new RequestLimit(null, 0, UNLIMITED);

    /** Requests under way to one cluster, by event loop. */
    public static final class Counts {

        /** Each loop's number in a cache line of its own. */
        private static final int STRIDE = 32;

        private final AtomicIntegerArray open;

        /** @param loops their workers are numbered from 0 */
        public Counts(int loops) {
            open = new AtomicIntegerArray(loops * STRIDE);
        }

        private long sum() {
            long sum = 0;
            for (int at = 0; at < open.length(); at += STRIDE) {
                sum += open.getOpaque(at);
            }
            return sum;
        }

        /** Called by that loop only. */
        private void add(int loop, int more) {
            int at = loop * STRIDE;
            open.setRelease(at, open.getPlain(at) + more);
        }
    }

    private final @Nullable Counts counts;
    private final int loop;
    private final long most;

    private RequestLimit(@Nullable Counts counts, int loop, long most) {
        this.counts = counts;
        this.loop = loop;
        this.most = most;
    }

    public static RequestLimit of(Counts counts, int loop, long most) {
        return most >= UNLIMITED ? NONE : new RequestLimit(counts, loop, most);
    }

    public boolean isReached() {
        Counts known = counts;
        return known != null && known.sum() >= most;
    }

    /** A request has got its stream; one {@link #ended} follows. */
    public void began() {
        Counts known = counts;
        if (known != null) {
            known.add(loop, 1);
        }
    }

    public void ended() {
        Counts known = counts;
        if (known != null) {
            known.add(loop, -1);
        }
    }
}
