package io.weft.controlplane.push;

import io.weft.controlplane.generate.ResourceSet;

/** A connected proxy, as the pusher sees it. Its methods are called by the pusher's threads and must not block. */
public interface Subscriber {
    /**
     * The proxy is to have these resources from now on. An offer that was not yet sent is replaced by the next one.
     *
     * @param changedAt when the change was noticed that led to this, in nanoseconds of {@link System#nanoTime}
     */
    void offer(ResourceSet resources, long changedAt);

    /** Its resources could not be generated. What it was offered before stays; the reason has been logged. */
    void failed();
}
