package io.weft.controlplane;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where a port listens, as Istio's flags write it: {@code :15012} on all addresses, {@code 127.0.0.1:0}, {@code [::1]:15012}. Port 0
 * takes any free one.
 *
 * @param host empty for all addresses
 */
record ListenAddress(Optional<String> host, int port) {
    static ListenAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        int port = port(text.substring(colon + 1));
        if (colon < 0 || port < 0 || (!bracketed && bare.indexOf(':') >= 0) || (bracketed && bare.isEmpty())) {
            throw new IllegalArgumentException(
                    "address '" + text + "'; expected :15012, 127.0.0.1:15012 or [::1]:15012, port 0 to 65535");
        }
        return new ListenAddress(bare.isEmpty() ? Optional.empty() : Optional.of(bare), port);
    }

    InetSocketAddress socketAddress() {
        return host.map(name -> new InetSocketAddress(name, port)).orElseGet(() -> new InetSocketAddress(port));
    }

    private static int port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port <= 65535 ? port : -1;
    }
}
