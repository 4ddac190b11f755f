package io.weft.proxy.chain;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IP address as numbers, made once per connection so that blocks of addresses are compared without arrays. An
 * IPv4-mapped IPv6 address is the IPv4 address it maps; a zone (RFC 4007) does not count (attack case H4).
 *
 * @param high the first 64 bits of an IPv6 address; 0 for IPv4
 * @param low the last 64 bits, or the 32 bits of an IPv4 address
 */
public record Ip(boolean v4, long high, long low) {

    public static Ip of(InetAddress address) {
        byte[] bytes = unmapped(address).getAddress();
        return bytes.length == 4
                ? new Ip(true, 0, bits(bytes, 0, 4))
                : new Ip(false, bits(bytes, 0, 8), bits(bytes, 8, 8));
    }

    /** The same address, unless it is an IPv4-mapped one. */
    static InetAddress unmapped(InetAddress address) {
        if (address instanceof Inet4Address || !(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        if (bits(bytes, 0, 8) != 0 || bits(bytes, 8, 4) != 0xffff) {
            return address;
        }
        try {
            return InetAddress.getByAddress(new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four bytes are an address
        }
    }

    private static long bits(byte[] bytes, int from, int count) {
        long bits = 0;
        for (int i = from; i < from + count; i++) {
            bits = bits << 8 | (bytes[i] & 0xff);
        }
        return bits;
    }
}
