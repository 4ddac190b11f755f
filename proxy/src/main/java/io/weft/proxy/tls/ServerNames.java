package io.weft.proxy.tls;

import io.netty.util.NetUtil;
import java.util.Locale;
import java.util.Optional;

/** Which server name a client sends (RFC 6066 section 3): DNS names only, at most 255 characters, lower case. */
final class ServerNames {
    static final int MAX_CHARS = 255;

    private ServerNames() {}

    /** The host of an authority, without port and brackets; empty if it has none. */
    static Optional<String> host(String authority) {
        int end = authority.length();
        String host;
        if (authority.startsWith("[")) {
            int close = authority.indexOf(']');
            host = close < 0 ? "" : authority.substring(1, close);
        } else {
            int colon = authority.indexOf(':');
            host = authority.substring(0, colon < 0 ? end : colon);
        }
        return host.isEmpty() ? Optional.empty() : Optional.of(host.toLowerCase(Locale.ROOT));
    }

    /** The host as it may be sent; empty for an IP address and for what is no name (attack case F9). */
    static Optional<String> sendable(String host) {
        boolean name = !host.isEmpty()
                && host.length() <= MAX_CHARS
                && host.chars().allMatch(ServerNames::isNameCharacter)
                && NetUtil.createByteArrayFromIpAddressString(host) == null;
        if (!name) {
            return Optional.empty();
        }
        // The form on the wire has no dot at the end.
        String sent = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return sent.isEmpty() ? Optional.empty() : Optional.of(sent);
    }

    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '-'
                || c == '_';
    }
}
