package io.weft.certs.join;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Holds back whoever guesses: at most so many failed attempts per source in any one second. An attempt is counted when
 * it begins, so that many at once do not slip through, and forgiven when it succeeds. Bounded: when more sources than
 * the table holds failed within the same second, new ones are refused. Safe for many threads.
 */
public final class AttemptLimit {
    /** Five failures a second, of up to 10,000 sources. */
    public static final int DEFAULT_PER_SECOND = 5;

    private static final int MAX_SOURCES = 10_000;
    private static final long SECOND = 1_000_000_000L;

    private final int perSecond;
    private final int maxSources;
    // In the order of the last attempt, so that the oldest is at the front.
    private final Map<String, Deque<Long>> attempts = new LinkedHashMap<>();

    public AttemptLimit() {
        this(DEFAULT_PER_SECOND, MAX_SOURCES);
    }

    AttemptLimit(int perSecond, int maxSources) {
        this.perSecond = perSecond;
        this.maxSources = maxSources;
    }

    /**
     * Whether the source may try now; if so, the attempt is counted.
     *
     * @param source an address without its port
     * @param nanoTime of a clock that never steps, such as {@link System#nanoTime}
     */
    public synchronized boolean admit(String source, long nanoTime) {
        dropOld(nanoTime);
        Deque<Long> recent = attempts.remove(source);
        if (recent == null) {
            if (attempts.size() >= maxSources) {
                return false;
            }
            recent = new ArrayDeque<>();
        }
        while (!recent.isEmpty() && nanoTime - recent.getFirst() >= SECOND) {
            recent.removeFirst();
        }
        boolean admitted = recent.size() < perSecond;
        if (admitted) {
            recent.addLast(nanoTime);
        }
        attempts.put(source, recent);
        return admitted;
    }

    /** Takes the source's last attempt back, because it succeeded. */
    public synchronized void forgive(String source) {
        Deque<Long> recent = attempts.get(source);
        if (recent != null) {
            recent.pollLast();
            if (recent.isEmpty()) {
                attempts.remove(source);
            }
        }
    }

    private void dropOld(long nanoTime) {
        var oldest = attempts.values().iterator();
        while (oldest.hasNext()) {
            Deque<Long> recent = oldest.next();
            if (!recent.isEmpty() && nanoTime - recent.getLast() < SECOND) {
                return;
            }
            oldest.remove();
        }
    }
}
