package io.weft.proxy.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Lines on their way from one event loop to the writer: a ring of bytes, written by that loop alone and read by the
 * writer alone, without a lock. A line that does not fit is not taken: a stalled sink costs lines, never the loop's time
 * (case R31). Each line stands behind a head of four bytes: which sink, and how long.
 */
final class LogRing {

    private static final int HEAD = 4;
    private static final int MAX_LINE = 0xff_ffff;
    private static final VarHandle WRITTEN;
    private static final VarHandle READ;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WRITTEN = lookup.findVarHandle(LogRing.class, "written", long.class);
            READ = lookup.findVarHandle(LogRing.class, "read", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Takes what the ring gives out; the bytes are valid only during the call. */
    interface Taker {
        void take(int sink, byte[] from, int offset, int length);
    }

    private final byte[] bytes;
    private final int mask;

    @SuppressWarnings("UnusedVariable") // by VarHandle
    private long written;

    @SuppressWarnings("UnusedVariable") // by VarHandle
    private long read;

    private byte[] joined = new byte[1024];

    /** @param capacity in bytes, a power of two */
    LogRing(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity " + capacity + ": expected a power of two");
        }
        bytes = new byte[capacity];
        mask = capacity - 1;
    }

    /** On the event loop. False if there is no room. */
    boolean offer(int sink, byte[] line, int length) {
        long at = (long) WRITTEN.get(this);
        long free = bytes.length - (at - (long) READ.getAcquire(this));
        if (length > MAX_LINE || length + HEAD > free) {
            return false;
        }
        put(at, (byte) sink);
        put(at + 1, (byte) (length >> 16));
        put(at + 2, (byte) (length >> 8));
        put(at + 3, (byte) length);
        int start = (int) (at + HEAD) & mask;
        int first = Math.min(length, bytes.length - start);
        System.arraycopy(line, 0, bytes, start, first);
        System.arraycopy(line, first, bytes, 0, length - first);
        WRITTEN.setRelease(this, at + HEAD + length);
        return true;
    }

    private void put(long at, byte value) {
        bytes[(int) at & mask] = value;
    }

    /** On the writer's thread: gives out all lines there are; returns how many. */
    int drain(Taker taker) {
        long end = (long) WRITTEN.getAcquire(this);
        long at = (long) READ.get(this);
        int lines = 0;
        while (at < end) {
            int sink = get(at);
            int length = get(at + 1) << 16 | get(at + 2) << 8 | get(at + 3);
            int start = (int) (at + HEAD) & mask;
            int first = Math.min(length, bytes.length - start);
            if (first == length) {
                taker.take(sink, bytes, start, length);
            } else {
                if (joined.length < length) {
                    joined = new byte[length];
                }
                System.arraycopy(bytes, start, joined, 0, first);
                System.arraycopy(bytes, 0, joined, first, length - first);
                taker.take(sink, joined, 0, length);
            }
            at += HEAD + length;
            READ.setRelease(this, at);
            lines++;
        }
        return lines;
    }

    private int get(long at) {
        return bytes[(int) at & mask] & 0xff;
    }

    boolean isEmpty() {
        return (long) WRITTEN.getAcquire(this) == (long) READ.getAcquire(this);
    }
}
