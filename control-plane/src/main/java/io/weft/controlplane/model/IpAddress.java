package io.weft.controlplane.model;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * An IP address literal in its one canonical text: dotted decimal, or RFC 5952 for version 6. An IPv4-mapped IPv6 address is the
 * IPv4 address, so that two spellings of one host never look like two hosts.
 */
public record IpAddress(String text) implements Comparable<IpAddress> {
    public IpAddress {
        text = canonical(text);
    }

    /** @throws IllegalArgumentException when the text is not an address literal */
    public static IpAddress of(String text) {
        return new IpAddress(text);
    }

    /** The address that the text is a literal of, if it is one. */
    public static Optional<IpAddress> find(String text) {
        try {
            return Optional.of(new IpAddress(text));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    public boolean isV6() {
        return text.indexOf(':') >= 0;
    }

    /** The length of the prefix that holds this address only: 32 or 128. */
    public int bits() {
        return isV6() ? 128 : 32;
    }

    @Override
    public int compareTo(IpAddress other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }

    private static String canonical(String text) {
        // A zone index names an interface of one host; it means nothing to another.
        if (text.indexOf('%') >= 0 || !text.strip().equals(text)) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address");
        }
        InetAddress address;
        try {
            address =
                    text.indexOf(':') >= 0 ? InetAddress.ofLiteral(text) : Inet4Address.ofPosixLiteral(strictV4(text));
        } catch (IllegalArgumentException notAnAddress) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address", notAnAddress);
        }
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? address.getHostAddress() : rfc5952(bytes);
    }

    /** Refuses the short and octal forms of inet_aton, which different readers take for different hosts. */
    private static String strictV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException(text);
        }
        for (String part : parts) {
            boolean digits =
                    !part.isEmpty() && part.length() <= 3 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            if (!digits || (part.length() > 1 && part.charAt(0) == '0')) {
                throw new IllegalArgumentException(text);
            }
        }
        return text;
    }

    private static String rfc5952(byte[] bytes) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = ((bytes[2 * i] & 0xff) << 8) | (bytes[2 * i + 1] & 0xff);
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > bestLength) {
                bestStart = i;
                bestLength = end - i;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }
}
