package io.weft.init.options;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A range of addresses with its host bits cleared, printed as iptables-save prints it (IPv6 compressed by RFC 5952).
 *
 * @param address the network address
 * @param prefix the length of the prefix in bits, 0 to 32 or 0 to 128
 */
public record Cidr(InetAddress address, int prefix) {
    private static final Pattern DOTTED_QUAD = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    public Cidr {
        byte[] bytes = address.getAddress();
        if (prefix < 0 || prefix > bytes.length * 8) {
            throw new IllegalArgumentException(
                    "prefix length " + prefix + " is not within 0 to " + bytes.length * 8 + " for " + address);
        }
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] = (byte) (bytes[bit / 8] & ~(0x80 >> (bit % 8)));
        }
        address = fromBytes(bytes);
    }

    /** Parses {@code 10.0.0.0/8}, {@code fd00::/8} or a bare address, which is a range of one. */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        try {
            InetAddress address = literal(host);
            int bits = address.getAddress().length * 8;
            return new Cidr(address, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a range of addresses (expected as 10.0.0.0/8 or fd00::/8)", e);
        }
    }

    private static InetAddress literal(String host) {
        if (host.indexOf(':') >= 0 && host.indexOf('%') < 0 && host.indexOf('[') < 0) {
            return Inet6Address.ofLiteral(host);
        }
        // The platform's parser also takes 10.1 and 0x0a000001, which nobody means in a list of ranges.
        if (DOTTED_QUAD.matcher(host).matches()) {
            return Inet4Address.ofLiteral(host);
        }
        throw new IllegalArgumentException("not a literal address: " + host);
    }

    private static InetAddress fromBytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }

    public boolean isIpv6() {
        return address instanceof Inet6Address;
    }

    /** Whether every address of the family is in this range. */
    public boolean isAll() {
        return prefix == 0;
    }

    public boolean isLoopback() {
        return address.isLoopbackAddress();
    }

    public boolean contains(InetAddress other) {
        return other.getAddress().length == address.getAddress().length
                && new Cidr(other, prefix).address().equals(address);
    }

    @Override
    public String toString() {
        return print(address) + "/" + prefix;
    }

    /** The address as text, IPv6 in the compressed form of RFC 5952. */
    public static String print(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] bytes = address.getAddress();
        int[] words = new int[8];
        for (int i = 0; i < 8; i++) {
            words[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && words[i + length] == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(words[i]));
        }
        return text.toString();
    }
}
