package io.weft.proxy.balance;

/**
 * Cheap random numbers for balancing (SplitMix64). One per event loop: not safe for use by several threads, and never
 * for secrets.
 */
public final class Dice {
    private long state;

    public Dice(long seed) {
        state = seed;
    }

    /** All 64 bits are random. */
    public long next() {
        state += 0x9e3779b97f4a7c15L;
        long mixed = state;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /** Evenly from 0 (inclusive) to {@code bound} (exclusive, at least 1), with no division. */
    public long below(long bound) {
        return Math.unsignedMultiplyHigh(next(), bound);
    }

    int index(int size) {
        return (int) below(size);
    }
}
