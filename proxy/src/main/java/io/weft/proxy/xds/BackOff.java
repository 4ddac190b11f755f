package io.weft.proxy.xds;

import java.time.Duration;

/**
 * How long to wait before the next stream. The pause grows with each attempt that came to nothing; what is waited is drawn
 * at random from most of it, so that proxies that lost the same control plane do not come back together (fault case R1).
 *
 * @param first the longest pause before the first attempt
 * @param factor by which it grows
 * @param cap what it never exceeds
 * @param least the share of the pause that is waited at least
 */
record BackOff(Duration first, double factor, Duration cap, double least) {
    /**
     * A control plane that is not there costs a connection attempt that the kernel of its machine answers, so it is looked
     * for often: 0.7 s pass on average between its return and the next attempt, more than 1.5 s in one case of sixteen. 1,000
     * proxies come back over 2 s, which is gentler than what a control plane is measured with: all in one moment. It tells
     * eight of them at a time whatever their number.
     */
    static final BackOff GONE = new BackOff(Duration.ofMillis(250), 1.6, Duration.ofSeconds(2), 0.1);

    /** One that is there and has too much to do, or refuses, is left alone for longer and longer. */
    static final BackOff BUSY = new BackOff(Duration.ofSeconds(1), 2, Duration.ofSeconds(30), 0.5);

    static BackOff of(Ending ending) {
        return switch (ending) {
            case GONE, FRESH -> GONE;
            case BUSY -> BUSY;
        };
    }

    /**
     * @param failures attempts in a row that came to nothing before this one
     * @param roll drawn evenly from 0 (inclusive) to 1 (exclusive)
     */
    Duration pause(int failures, double roll) {
        double longest = Math.min((double) cap.toMillis(), first.toMillis() * Math.pow(factor, failures));
        return Duration.ofMillis(Math.round(longest * (least + (1 - least) * roll)));
    }
}
