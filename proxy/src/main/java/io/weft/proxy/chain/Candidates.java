package io.weft.proxy.chain;

import io.weft.proxy.config.FilterChain;
import org.jspecify.annotations.Nullable;

/**
 * What the addresses of a connection alone say about its filter chain.
 *
 * @param opaque the chain that applies if nothing is detected, so that its upstream can be dialled meanwhile; null if the
 *     connection is then to be closed
 * @param tls whether a ClientHello can lead to another chain
 * @param http whether HTTP in plain text can lead to another chain
 */
public record Candidates(@Nullable FilterChain opaque, boolean tls, boolean http) {

    /** Whether {@link #opaque} is the answer whatever the client sends: nothing needs to be read or waited for. */
    public boolean decided() {
        return !tls && !http;
    }
}
