package io.weft.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One BoringSSL context and what goes with it. Owned by {@link TlsContexts}, which releases it when no configuration asks
 * for it any more; each engine holds a reference of its own.
 */
final class TlsContext {
    private final ReferenceCountedOpenSslContext context;
    private final ContextKey.Side side;
    private final @Nullable OwnCertificate own;
    private final PeerTrustManager peers;

    TlsContext(
            ReferenceCountedOpenSslContext context,
            ContextKey.Side side,
            @Nullable OwnCertificate own,
            PeerTrustManager peers) {
        this.context = context;
        this.side = side;
        this.own = own;
        this.peers = peers;
    }

    /**
     * @throws TlsUnavailable when our own certificate is not valid now
     * @throws io.netty.util.IllegalReferenceCountException when the context was released meanwhile
     */
    SslHandler newHandler(ByteBufAllocator alloc, ConnectionTls connection, Instant now) throws TlsUnavailable {
        if (own != null && !own.isValidAt(now)) {
            throw new TlsUnavailable("own certificate is valid from "
                    + own.leaf().getNotBefore().toInstant() + " until "
                    + own.leaf().getNotAfter().toInstant() + ", now is " + now);
        }
        // Only Netty's own handler comes with an engine that unwraps several records at once, so its engine is taken.
        var engine = (ReferenceCountedOpenSslEngine) context.newHandler(alloc).engine();
        boolean made = false;
        try {
            configure(engine.sslPointer(), connection.serverName());
            var handler = new TlsHandler(engine, connection, own == null ? null : own.id(), peers);
            made = true;
            return handler;
        } finally {
            if (!made) {
                engine.release();
            }
        }
    }

    PeerTrustManager peers() {
        return peers;
    }

    void release() {
        context.release();
    }

    private void configure(long ssl, @Nullable String serverName) throws TlsUnavailable {
        // Netty turns tickets on again for each TLS 1.3 engine, and one renegotiation for clients.
        SSL.setOptions(ssl, SSL.SSL_OP_NO_TICKET);
        if (side.isClient()) {
            try {
                SSL.setRenegotiateMode(ssl, SSL.SSL_RENEGOTIATE_NEVER);
            } catch (Exception e) {
                throw new TlsUnavailable("renegotiation cannot be refused: " + e.getMessage());
            }
        }
        if (serverName != null) {
            // Not by way of Netty's peer host: the JDK's rules there refuse the underscores of Istio's server names.
            SSL.setTlsExtHostName(ssl, serverName);
        }
    }
}
