package io.weft.proxy;

/**
 * Keeps the heap near what is in use. A serial heap grows by what was promoted and is garbage since, above all what reading
 * a configuration leaves behind, up to its limit before it collects; here it is collected when it holds twice what the last
 * collection left, and {@link #SLACK} at least. How far it then shrinks is said by the JVM's free ratios. A collection
 * stops the program for some tens of milliseconds, what it serves meanwhile too; without it, the same would come at the
 * heap's limit. Asked with each snapshot and every few seconds, by no event loop that serves. Safe for several threads.
 */
final class HeapWatch {

    /** Bytes that may gather whatever the last collection left: the young generation and a few of its promotions. */
    static final long SLACK = 8L << 20;

    private long left;

    /** @param left bytes in use after a collection */
    HeapWatch(long left) {
        this.left = left;
    }

    /** Whether a collection would give back as much as is in use. */
    boolean isDue(long used) {
        return used > left + Math.max(left, SLACK);
    }

    /** Collects if it is worth it. */
    synchronized void look() {
        if (isDue(used())) {
            System.gc();
            left = used();
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
