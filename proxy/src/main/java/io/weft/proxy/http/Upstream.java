package io.weft.proxy.http;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.tls.TlsSession;
import org.jspecify.annotations.Nullable;

/** The endpoint's end of one exchange. Implemented by the client ends of {@code http1} and {@code http2}. */
public interface Upstream {

    /** Sends the request's head, first of all. The request stays the caller's. */
    void request(Request request, boolean end);

    /** Sends a piece of the body and takes over its buffer. */
    void data(ByteBuf data, boolean end);

    /** Sends trailers; they end the request. */
    void trailers(Headers trailers);

    /** Gives up. Afterwards the receiver hears nothing more. */
    void cancel();

    /** Whether more of the response's body is wanted now. */
    void read(boolean wanted);

    /** Whether the endpoint keeps up; when it does again, {@link ResponseReceiver#upstreamWritable} is called. */
    boolean isWritable();

    /** Whether this connection has carried an exchange before: then its end may have been under way already. */
    boolean isReused();

    /** {@code HTTP/1.1} or {@code HTTP/2}, for logs. */
    String protocol();

    /** The connection's local address as text, for logs. */
    String localAddress();

    /** What the handshake on this connection agreed on, for logs; null for a plain connection. */
    @Nullable
    TlsSession tls();
}
