package io.weft.proxy.telemetry;

import io.weft.proxy.config.AccessLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes access logs. Event loops put lines into a bounded ring each and go on; what does not fit is
 * dropped and counted. One sink that stalls stalls this thread, and with it all sinks, never traffic (case R31).
 */
final class AccessLogWriter implements AutoCloseable {

    private static final int RING_BYTES = 256 * 1024;
    private static final int MAX_SINKS = 255;
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long CLOSE_MILLIS = 2_000;

    /** Made when a loop has its first line: most proxies log nothing. */
    private final AtomicReferenceArray<@Nullable LogRing> rings;

    private final List<Counter> refused = new ArrayList<>();
    private final Map<AccessLog.Sink, Integer> numbers = new ConcurrentHashMap<>();
    private final List<LogSink> sinks = new CopyOnWriteArrayList<>();
    private final Counter written = new Counter();
    private final Counter lost = new Counter();
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean reopen;
    private volatile boolean closed;

    AccessLogWriter(int loops) {
        rings = new AtomicReferenceArray<>(loops);
        for (int i = 0; i < loops; i++) {
            refused.add(new Counter());
        }
        thread = Thread.ofPlatform().daemon().name("access-log").unstarted(this::run);
        thread.start();
    }

    /** The number of a sink, made when it is first asked for; any thread. -1 beyond 255 different ones. */
    int sink(AccessLog.Sink sink) {
        Integer known = numbers.get(sink);
        return known != null ? known : newSink(sink);
    }

    private synchronized int newSink(AccessLog.Sink sink) {
        Integer known = numbers.get(sink);
        if (known != null) {
            return known;
        }
        if (sinks.size() >= MAX_SINKS) {
            return -1;
        }
        int number = sinks.size();
        sinks.add(new LogSink(sink, written, lost));
        numbers.put(sink, number);
        return number;
    }

    /** On event loop {@code loop}. Never waits. */
    void offer(int loop, int sink, byte[] line, int length) {
        LogRing ring = rings.get(loop);
        if (ring == null) {
            ring = new LogRing(RING_BYTES);
            rings.set(loop, ring);
        }
        if (sink < 0 || !ring.offer(sink, line, length)) {
            refused.get(loop).add(1);
        }
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (true) {
            boolean last = closed;
            if (reopen) {
                reopen = false;
                sinks.forEach(LogSink::reopen);
            }
            int lines = 0;
            for (int loop = 0; loop < rings.length(); loop++) {
                LogRing ring = rings.get(loop);
                if (ring != null) {
                    lines += ring.drain(
                            (sink, from, offset, length) -> sinks.get(sink).add(from, offset, length));
                }
            }
            sinks.forEach(LogSink::flush);
            if (last) {
                sinks.forEach(LogSink::close);
                return;
            }
            if (lines > 0) {
                // Lines come in crowds: a short rest makes one write of many.
                LockSupport.parkNanos(this, GATHER_NANOS);
            } else {
                sleep();
            }
        }
    }

    private void sleep() {
        asleep = true;
        // Looked at again behind the announcement: a line put in before it was seen wakes nobody.
        if (isEmpty() && !closed && !reopen) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    private boolean isEmpty() {
        for (int loop = 0; loop < rings.length(); loop++) {
            LogRing ring = rings.get(loop);
            if (ring != null && !ring.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Files are closed and opened anew, for logrotate. */
    void reopen() {
        reopen = true;
        LockSupport.unpark(thread);
    }

    long written() {
        return written.get();
    }

    /** Lines that were not written: no room in the ring, or a sink that failed. */
    long dropped() {
        long sum = lost.get();
        for (Counter counter : refused) {
            sum += counter.get();
        }
        return sum;
    }

    /** Writes what is there, unless a sink has stalled for longer than two seconds. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MILLIS);
            if (thread.isAlive()) {
                thread.interrupt(); // ends a blocked write by closing its channel
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
