package io.weft.proxy.http;

import io.netty.buffer.ByteBuf;

/** What a client end tells of the response. Implemented by the exchange. */
public interface ResponseReceiver {

    /** A head, interim or final; it stays the caller's and may be changed by the receiver until it returns. */
    void response(Response response, boolean end);

    /** A piece of the body; the receiver owns the buffer. */
    void responseData(ByteBuf data, boolean end);

    /** Trailers end the response. */
    void responseTrailers(Headers trailers);

    /** The exchange will not be completed; nothing more is heard of it. */
    void upstreamReset(Reset reason, String details);

    void upstreamWritable();

    enum Reset {
        /** The connection ended before the first byte of a response. */
        CLOSED_BEFORE_RESPONSE,
        /** The connection ended within a response. */
        CLOSED_WITHIN_RESPONSE,
        /** HTTP/2 REFUSED_STREAM or GOAWAY below the stream: the endpoint has not looked at the request. */
        REFUSED,
        /** HTTP/2 RST_STREAM with another code. */
        RESET,
        /** The endpoint broke HTTP's rules. */
        PROTOCOL_ERROR
    }
}
