package io.weft.proxy.xds;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the protocol wants done, in this order. */
sealed interface Effect {

    record Send(Purpose purpose, Request request) implements Effect {}

    enum Purpose {
        SUBSCRIBE,
        ACK,
        NACK
    }

    /**
     * @param removed the control plane said that they are gone
     * @param expired their time to live is over
     * @param absent wanted, but the control plane does not have it: it said so, or said nothing for too long.
     *     {@link Subscription#WILDCARD} stands for "nothing at all of this type".
     * @param answered whether this came out of a response
     */
    record Deliver(
            ResourceType type,
            List<Judged.Accepted> accepted,
            Set<String> removed,
            Set<String> expired,
            Set<String> absent,
            List<Judged.Rejected> rejected,
            boolean answered)
            implements Effect {}

    /** Close the stream if one is open, and open another after the delay. */
    record Reconnect(Duration delay) implements Effect {}
}
