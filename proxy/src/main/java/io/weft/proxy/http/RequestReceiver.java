package io.weft.proxy.http;

import io.netty.buffer.ByteBuf;

/** What a server end tells of a request whose head it has handed over. Implemented by the exchange. */
public interface RequestReceiver {

    /** A piece of the body; the receiver owns the buffer. */
    void requestData(ByteBuf data, boolean end);

    /** Trailers end the request. */
    void requestTrailers(Headers trailers);

    /** The body broke HTTP's rules: nothing of it may be taken for complete. */
    void requestMalformed(BadMessage problem);

    /** The client went away or reset the stream. */
    void downstreamGone();

    void downstreamWritable();
}
