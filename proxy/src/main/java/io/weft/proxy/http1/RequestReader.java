package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Request;

/** Takes one request after another out of a connection's bytes. */
final class RequestReader extends MessageReader {

    private final RequestParser parser;
    private final HttpConnectionManager.Http1 accepted;
    private final Request request = new Request();

    RequestReader(HttpConnectionManager manager) {
        this.parser = new RequestParser(manager.limits());
        this.accepted = manager.http1();
    }

    @Override
    void begin() {
        super.begin();
        request.clear();
        parser.reset();
    }

    @Override
    Part headPart(ByteBuf in) throws BadMessage {
        if (!parser.parse(in, request)) {
            return Part.NOTHING;
        }
        if (request.http10()) {
            acceptHttp10();
        }
        return follows(request.body(), request.contentLength());
    }

    private void acceptHttp10() throws BadMessage {
        if (!accepted.acceptHttp10()) {
            throw new BadMessage(426, "low_version");
        }
        if (!request.headers().has(FieldName.HOST)) {
            String host = accepted.defaultHost();
            if (host == null) {
                throw new BadMessage(400, "missing_host");
            }
            request.authority(host);
        }
    }

    /** The head read last, or as far as it was read. */
    Request request() {
        return request;
    }

    /** Whether any byte of a request has come. */
    boolean hasBegun() {
        return parser.begun();
    }

    /** Whether the client lets the connection live on. */
    boolean keepAlive() {
        return parser.keepAlive();
    }
}
