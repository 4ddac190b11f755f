package io.weft.proxy.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A block of IP addresses (RFC 4632, RFC 4291). An IPv4-mapped IPv6 address is compared as the IPv4 address it maps, so
 * that a dual-stack socket decides as an IPv4 one does.
 *
 * @param network the address with all bits beyond {@code prefixLength} cleared, 4 or 16 bytes
 */
public record Cidr(InetAddress network, int prefixLength) {

    public Cidr {
        byte[] bytes = network.getAddress();
        if (prefixLength < 0 || prefixLength > bytes.length * 8) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " of " + network.getHostAddress()
                    + ": expected 0 to " + bytes.length * 8);
        }
        for (int bit = prefixLength; bit < bytes.length * 8; bit++) {
            bytes[bit >> 3] &= (byte) ~(0x80 >> (bit & 7));
        }
        try {
            network = InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // 4 or 16 bytes came from an InetAddress
        }
    }

    /** Reads {@code address/length} or a single address. */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\": expected an IP address or address/prefix length", e);
        }
        int length = address.getAddress().length * 8;
        if (slash >= 0) {
            try {
                length = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("\"" + text + "\": expected a number after the slash", e);
            }
        }
        return new Cidr(address, length);
    }

    public boolean contains(InetAddress address) {
        byte[] net = network.getAddress();
        byte[] other = unmapped(address.getAddress());
        if (net.length != other.length) {
            return false;
        }
        int whole = prefixLength >> 3;
        for (int i = 0; i < whole; i++) {
            if (net[i] != other[i]) {
                return false;
            }
        }
        int rest = prefixLength & 7;
        return rest == 0 || ((net[whole] ^ other[whole]) & 0xff & (0xff00 >> rest)) == 0;
    }

    private static byte[] unmapped(byte[] address) {
        if (address.length != 16) {
            return address;
        }
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return address;
            }
        }
        if (address[10] != -1 || address[11] != -1) {
            return address;
        }
        return new byte[] {address[12], address[13], address[14], address[15]};
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixLength;
    }
}
