package io.weft.proxy.http;

import io.netty.buffer.ByteBuf;

/** The client's end of one exchange. Implemented by the server ends of {@code http1} and {@code http2}. */
public interface Downstream {

    /**
     * Sends a response head, interim or final.
     *
     * @param end nothing follows
     */
    void respond(Response response, boolean end);

    /** Sends a piece of the body and takes over its buffer. */
    void data(ByteBuf data, boolean end);

    /** Sends trailers; they end the response. */
    void trailers(Headers trailers);

    /** Breaks the response off in a way that the client cannot take for its end. */
    void abort();

    /** Whether more of the request's body is wanted now. */
    void read(boolean wanted);

    /** Whether the client keeps up; when it does again, {@link RequestReceiver#downstreamWritable} is called. */
    boolean isWritable();

    /** {@code HTTP/1.1} and so on, for logs. */
    String protocol();
}
