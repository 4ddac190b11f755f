package io.weft.proxy.tls;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What differs between connections of one context.
 *
 * @param expected who the peer must be
 * @param serverName the SNI to send; null for none, and always on the accepting side
 * @param handshakeTimeout until the handshake has ended; then the connection is closed
 */
record ConnectionTls(ExpectedNames expected, @Nullable String serverName, Duration handshakeTimeout) {
    ConnectionTls {
        if (!handshakeTimeout.isPositive()) {
            // Zero would mean for ever to Netty, and a silent client would hold its connection (attack case F3).
            throw new IllegalArgumentException("handshake timeout " + handshakeTimeout + "; expected more than 0");
        }
    }
}
