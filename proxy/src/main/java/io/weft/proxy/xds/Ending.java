package io.weft.proxy.xds;

/** How a stream ended, or could not be opened: what matters for when to try again. */
enum Ending {
    /** Refused by the machine, reset, or ended in order: finding that out cost nobody anything. */
    GONE,
    /** It says nothing about the next one: it was in use for a while, or there are other credentials by now. */
    FRESH,
    /** The control plane is there and wants less of us, or took long to say no. */
    BUSY
}
