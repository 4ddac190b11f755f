package io.weft.init.plan;

/** The points of a packet's way at which we hook in. */
public enum Hook {
    /** What comes in through an interface, lo included. */
    PREROUTING,
    /** What a process of this namespace sends. */
    OUTPUT
}
