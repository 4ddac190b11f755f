package io.weft.proxy.route;

/** Reads host and port of an authority (RFC 3986 section 3.2). */
final class Authority {

    private Authority() {}

    /** Where {@code :port} begins; the length of the authority where it has none. */
    static int portStart(String authority) {
        int colon = authority.lastIndexOf(':');
        // The colons of an IPv6 address are inside its brackets; without brackets there can be no port after them.
        if (colon < 0 || authority.indexOf(']', colon) >= 0) {
            return authority.length();
        }
        if (authority.indexOf(':') != colon && authority.charAt(colon - 1) != ']') {
            return authority.length();
        }
        for (int i = colon + 1; i < authority.length(); i++) {
            if (authority.charAt(i) < '0' || authority.charAt(i) > '9') {
                return authority.length();
            }
        }
        return colon + 1 == authority.length() ? authority.length() : colon;
    }

    static String withoutPort(String authority) {
        return authority.substring(0, portStart(authority));
    }
}
