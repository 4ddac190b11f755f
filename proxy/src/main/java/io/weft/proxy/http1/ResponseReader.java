package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Response;

/** Takes one response after another out of a connection's bytes. */
final class ResponseReader extends MessageReader {

    private static final int MAX_INTERIM = 16;

    private final ResponseParser parser = new ResponseParser();
    private final Response response = new Response();
    private boolean toHead;
    private boolean anyByte;
    private boolean interimTold;
    private int interim;

    @Override
    void begin() {
        super.begin();
        toHead = false;
        anyByte = false;
        interimTold = false;
        interim = 0;
        parser.reset();
        response.clear();
    }

    /** Whether the request was HEAD: then its answer has no body whatever it says. */
    void answers(boolean head) {
        toHead = head;
    }

    @Override
    Part headPart(ByteBuf in) throws BadMessage {
        anyByte = true;
        if (interimTold) {
            interimTold = false;
            response.clear();
            parser.reset();
        }
        if (!parser.parse(in, response, toHead)) {
            return Part.NOTHING;
        }
        if (response.status() == 101) {
            opaque();
            return Part.SWITCHED;
        }
        if (response.isInterim()) {
            if (++interim > MAX_INTERIM) {
                throw new BadMessage(502, "too_many_interim_responses");
            }
            interimTold = true;
            return Part.INTERIM;
        }
        if (parser.untilClose()) {
            opaque();
            return Part.HEAD;
        }
        return follows(response.body(), response.contentLength());
    }

    /** The head read last; whole until the next one is read. */
    Response response() {
        return response;
    }

    /** Whether the endpoint lets the connection live on. */
    boolean keepAlive() {
        return parser.keepAlive();
    }

    /** Whether any byte of a response has come. */
    boolean hasBegun() {
        return anyByte;
    }
}
