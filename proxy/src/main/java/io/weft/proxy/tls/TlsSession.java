package io.weft.proxy.tls;

import io.netty.channel.Channel;
import io.weft.certs.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * What a finished handshake agreed on.
 *
 * @param version {@code TLSv1.2} or {@code TLSv1.3}
 * @param cipher the suite by its IANA name
 * @param group of the key exchange, such as {@code X25519MLKEM768}; null if BoringSSL did not say
 * @param alpn the protocol chosen; null for none
 * @param serverName the SNI that the client sent, lower case; null for none
 * @param peer who the peer is; null unless its certificate was verified against roots
 * @param localId the SPIFFE id that this side presented; null if it presented none
 */
public record TlsSession(
        String version,
        String cipher,
        @Nullable String group,
        @Nullable String alpn,
        @Nullable String serverName,
        @Nullable PeerCertificate peer,
        @Nullable SpiffeId localId) {

    /** Of a channel that we secured, once its handshake is done; null for a plain one. */
    public static @Nullable TlsSession of(Channel channel) {
        TlsHandler handler = channel.pipeline().get(TlsHandler.class);
        return handler == null ? null : handler.session();
    }
}
