package io.weft.proxy.worker;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A timing wheel for one event loop. Setting, moving and clearing a deadline takes no allocation and, while an earlier
 * wake-up is due anyway, no system call. Precise to one tick of 16 ms; a deadline is never early. The loop is woken only
 * for a bucket that holds something.
 */
public final class Deadlines {

    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(16);
    private static final int BUCKETS = 1024;

    private final EventLoop loop;
    private final @Nullable Deadline[] buckets = new Deadline[BUCKETS];
    private final long origin = System.nanoTime();
    private long reached;
    private long wakeAt = Long.MAX_VALUE;
    private int size;

    Deadlines(EventLoop loop) {
        this.loop = loop;
    }

    /**
     * Sets or moves a deadline.
     *
     * @param now {@link System#nanoTime}
     * @param nanos from now; zero or less clears it: there is no limit
     */
    public void set(Deadline deadline, long now, long nanos) {
        if (nanos <= 0) {
            clear(deadline);
            return;
        }
        long at = now - origin + nanos;
        if (deadline.bucket >= 0) {
            if (at >= deadline.at) {
                deadline.at = at; // found and moved when its old bucket comes round
                return;
            }
            unlink(deadline);
        }
        deadline.at = at;
        link(deadline, now - origin);
    }

    public void clear(Deadline deadline) {
        if (deadline.bucket >= 0) {
            unlink(deadline);
        }
    }

    private void link(Deadline deadline, long now) {
        // The horizon is one turn of the wheel; what lies beyond waits in the last bucket and is looked at again.
        long tick = Math.min(deadline.at / TICK + 1, now / TICK + BUCKETS - 1);
        int bucket = (int) (tick & (BUCKETS - 1));
        Deadline head = buckets[bucket];
        deadline.bucket = bucket;
        deadline.previous = null;
        deadline.next = head;
        if (head != null) {
            head.previous = deadline;
        }
        buckets[bucket] = deadline;
        if (size++ == 0) {
            reached = now / TICK;
        }
        if (tick < wakeAt) {
            wakeAt = tick;
            loop.schedule(() -> tick(tick), tick * TICK - now, TimeUnit.NANOSECONDS);
        }
    }

    private void unlink(Deadline deadline) {
        Deadline previous = deadline.previous;
        Deadline next = deadline.next;
        if (previous == null) {
            buckets[deadline.bucket] = next;
        } else {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
        deadline.bucket = -1;
        deadline.previous = null;
        deadline.next = null;
        size--;
    }

    private void tick(long scheduledFor) {
        if (scheduledFor != wakeAt) {
            return; // an earlier wake-up was asked for meanwhile and has taken over
        }
        wakeAt = Long.MAX_VALUE;
        long now = System.nanoTime() - origin;
        long target = now / TICK;
        long from = Math.max(reached + 1, target - BUCKETS + 1);
        for (long tick = from; tick <= target; tick++) {
            expire((int) (tick & (BUCKETS - 1)), now);
        }
        reached = target;
        if (size > 0) {
            scheduleNext(target, now);
        }
    }

    private void expire(int bucket, long now) {
        Deadline deadline = buckets[bucket];
        while (deadline != null) {
            Deadline next = deadline.next;
            unlink(deadline);
            if (deadline.at <= now) {
                deadline.expired();
            } else {
                link(deadline, now);
            }
            // An expired deadline may have cleared its neighbour: begin again rather than follow a stale link.
            deadline = next != null && next.bucket == bucket ? next : null;
        }
    }

    private void scheduleNext(long target, long now) {
        for (long tick = target + 1; tick < target + BUCKETS; tick++) {
            if (buckets[(int) (tick & (BUCKETS - 1))] != null) {
                if (tick < wakeAt) {
                    wakeAt = tick;
                    long due = tick;
                    loop.schedule(() -> tick(due), tick * TICK - now, TimeUnit.NANOSECONDS);
                }
                return;
            }
        }
    }
}
