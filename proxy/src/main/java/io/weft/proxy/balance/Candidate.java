package io.weft.proxy.balance;

/** An endpoint as one event loop sees it. */
public interface Candidate {

    /**
     * Relative to the others of its locality, as told last; less than 1 counts as 1. Read when a picker is built, so a
     * kept candidate must know its new weight before that.
     */
    long weight();

    /** Requests, or connections of plain TCP, that are under way. Read at each pick that cares. */
    int active();
}
