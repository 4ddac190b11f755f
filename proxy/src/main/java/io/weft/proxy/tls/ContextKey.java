package io.weft.proxy.tls;

import io.weft.proxy.config.Secret;
import io.weft.proxy.config.TlsParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that makes one context differ from another, by content: two clusters with the same secrets share one, and a secret
 * that is replaced leads to another. Names expected of the peer and the SNI are not in it; they belong to the connection.
 */
record ContextKey(
        Side side,
        Secret.@Nullable Certificate certificate,
        Secret.@Nullable Trust trust,
        TlsParameters.Version min,
        TlsParameters.Version max,
        List<String> ciphers,
        List<String> groups,
        List<String> alpn) {

    /** What this proxy is in the handshake, and what it asks of the other side. */
    enum Side {
        /** We dial. */
        CLIENT,
        /** We accept; a client certificate is verified if there is one. */
        SERVER,
        /** We accept, and refuse who presents no certificate. */
        SERVER_DEMANDING;

        boolean isClient() {
            return this == CLIENT;
        }
    }

    static ContextKey of(
            Side side,
            TlsParameters parameters,
            Secret.@Nullable Certificate certificate,
            Secret.@Nullable Trust trust) {
        return new ContextKey(
                side,
                certificate,
                trust,
                parameters.min(),
                parameters.max(),
                parameters.ciphers(),
                parameters.groups(),
                parameters.alpn());
    }
}
