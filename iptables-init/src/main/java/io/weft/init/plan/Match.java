package io.weft.init.plan;

import io.weft.init.options.Cidr;
import io.weft.init.options.PortRange;

/** One condition of a rule. The declaration order is the order in which iptables-save prints conditions. */
public sealed interface Match {
    /** The packet's source address. */
    record Source(Cidr range) implements Match {}

    /** The packet's destination address. */
    record Destination(Cidr range, boolean negated) implements Match {}

    /** The interface it came in by; a trailing + is a prefix. */
    record InInterface(String name) implements Match {}

    /** The interface it will leave by; a trailing + is a prefix. */
    record OutInterface(String name) implements Match {}

    /** TCP. */
    record Tcp() implements Match {}

    /** The TCP destination port; only together with {@link Tcp}. */
    record DestinationPort(PortRange range, boolean negated) implements Match {}

    /** The uid of the process that owns the socket; only below {@link Hook#OUTPUT}. */
    record OwnerUid(long uid, boolean negated) implements Match {}

    /** The gid of the process that owns the socket; only below {@link Hook#OUTPUT}. */
    record OwnerGid(long gid, boolean negated) implements Match {}

    /** What conntrack cannot place, an out-of-window packet for one. */
    record ConntrackInvalid() implements Match {}
}
