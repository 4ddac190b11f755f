/**
 * TLS on both sides of the proxy, by BoringSSL: contexts from configuration and secrets, handlers for connections, and
 * who the peer was.
 *
 * <p>Receives {@code config} records; hands on {@code SslHandler}s and, after the handshake, a {@link
 * io.weft.proxy.tls.TlsSession}; must never let a connection go on in plaintext, or with a peer that was not verified,
 * because something was missing.
 */
@NullMarked
package io.weft.proxy.tls;

import org.jspecify.annotations.NullMarked;
