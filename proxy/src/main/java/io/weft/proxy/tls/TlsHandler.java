package io.weft.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateExecutor;
import io.weft.certs.identity.SpiffeId;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection's TLS. Runs on the channel's event loop; not sharable; owns its engine, which is freed when the handler
 * leaves the pipeline, and with it a reference to the context: a context whose secret was replaced lives as long as its
 * connections.
 */
final class TlsHandler extends SslHandler {
    private static final long CLOSE_NOTIFY_FLUSH_SECONDS = 3;
    private static final int MAX_RECORD_BYTES = 16 * 1024;

    private final ExpectedNames expected;
    private final @Nullable SpiffeId localId;
    private final boolean client;
    private final PeerTrustManager peers;
    private @Nullable PeerCertificate peer;
    private @Nullable TlsSession session;
    private boolean watching;
    private boolean peerEnded;

    TlsHandler(
            ReferenceCountedOpenSslEngine engine,
            ConnectionTls connection,
            @Nullable SpiffeId localId,
            PeerTrustManager peers) {
        super(engine, false, ImmediateExecutor.INSTANCE);
        this.expected = connection.expected();
        this.localId = localId;
        this.client = engine.getUseClientMode();
        this.peers = peers;
        setHandshakeTimeoutMillis(connection.handshakeTimeout().toMillis());
        setCloseNotifyFlushTimeout(CLOSE_NOTIFY_FLUSH_SECONDS, TimeUnit.SECONDS);
        // Small writes of one flush share records, up to the largest a record may be.
        setWrapDataSize(MAX_RECORD_BYTES);
        peers.begin(this);
        handshakeFuture().addListener(this::handshakeEnded);
    }

    ExpectedNames expected() {
        return expected;
    }

    void verified(PeerCertificate certificate) {
        peer = certificate;
    }

    /** @throws IllegalStateException before the handshake has succeeded */
    TlsSession session() {
        if (session == null) {
            if (!handshakeFuture().isSuccess()) {
                throw new IllegalStateException("no TLS session: the handshake has not succeeded");
            }
            session = read();
        }
        return session;
    }

    @Override
    public void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        peers.end(this);
        super.handlerRemoved0(ctx);
    }

    /** See {@link HalfClose#allow}. */
    void watchForEnd() {
        watching = true;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws SSLException {
        if (!peerEnded) {
            super.decode(ctx, in, out);
            if (!watching || ctx.isRemoved() || !hasPeerEnded()) {
                return;
            }
            peerEnded = true;
            ctx.fireUserEventTriggered(HalfClose.Event.PEER_ENDED);
        }
        if (!ctx.isRemoved()) {
            in.skipBytes(in.readableBytes()); // behind a close_notify nothing counts, and nothing may pile up
        }
    }

    private boolean hasPeerEnded() {
        long ssl = ((ReferenceCountedOpenSslEngine) engine()).sslPointer();
        return ssl != 0 && (SSL.getShutdown(ssl) & SSL.SSL_RECEIVED_SHUTDOWN) != 0;
    }

    private void handshakeEnded(Future<?> handshake) {
        peers.end(this);
        if (handshake.isSuccess() && session == null) {
            // Now, while the engine certainly lives: later the group and the SNI could not be asked for any more.
            session = read();
        }
    }

    private TlsSession read() {
        ReferenceCountedOpenSslEngine engine = (ReferenceCountedOpenSslEngine) engine();
        long ssl = engine.sslPointer();
        String group = null;
        String serverName = null;
        // Zero once the engine is freed; BoringSSL must not be asked about it then.
        if (ssl != 0) {
            try {
                group = SSL.getGroupName(ssl);
            } catch (Exception e) {
                throw new IllegalStateException("BoringSSL cannot name the group of a finished handshake", e);
            }
            serverName = client ? null : SSL.getSniHostname(ssl);
        }
        return new TlsSession(
                engine.getSession().getProtocol(),
                engine.getSession().getCipherSuite(),
                group,
                applicationProtocol(),
                serverName == null ? null : serverName.toLowerCase(Locale.ROOT),
                peer,
                localId);
    }
}
