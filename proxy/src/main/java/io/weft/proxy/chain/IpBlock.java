package io.weft.proxy.chain;

import io.weft.proxy.config.Cidr;

/** A block of addresses made ready to be compared: one masked comparison for IPv4, two for IPv6. */
public final class IpBlock {
    private final Ip network;
    private final long highMask;
    private final long lowMask;

    public IpBlock(Cidr cidr) {
        network = Ip.of(cidr.network());
        int length = cidr.prefixLength();
        if (network.v4()) {
            highMask = 0;
            lowMask = mask(length + 32) & 0xffff_ffffL;
        } else {
            highMask = mask(Math.min(length, 64));
            lowMask = mask(Math.max(0, length - 64));
        }
    }

    /** The first {@code ones} of 64 bits, 0 to 64; a shift by 64 would shift by nothing. */
    private static long mask(int ones) {
        return ones == 0 ? 0 : -1L << (64 - ones);
    }

    /** An IPv4 address is in no block of IPv6 addresses, {@code ::/0} included, and the other way round. */
    public boolean contains(Ip address) {
        return network.v4() == address.v4()
                && (address.low() & lowMask) == network.low()
                && (address.high() & highMask) == network.high();
    }
}
