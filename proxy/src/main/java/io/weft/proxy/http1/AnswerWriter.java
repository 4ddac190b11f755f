package io.weft.proxy.http1;

import io.netty.buffer.ByteBufAllocator;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import io.weft.proxy.http1.HeadWriter.Persistence;

/** Writes answers as the version of HTTP wants them that their requests came by (RFC 9112 sections 6 and 9). */
final class AnswerWriter {

    private final Http1End end;
    private final BodyWriter body;

    AnswerWriter(Http1End end) {
        this.end = end;
        this.body = new BodyWriter(end);
    }

    BodyWriter body() {
        return body;
    }

    /** HTTP/1.0 knows no interim answers. */
    void interim(Response response, Request request) {
        if (!request.http10()) {
            end.write(HeadWriter.response(response, false, Persistence.UNSAID, alloc()));
        }
    }

    void switching(Response response) {
        body.begin(false);
        end.write(HeadWriter.response(response, false, Persistence.UPGRADE, alloc()));
    }

    /**
     * Writes a final head.
     *
     * @param last nothing follows
     * @param closes whether the connection ends with this answer, whatever it says
     * @return whether it ends: {@code closes}, or this client cannot tell the end of the body otherwise
     */
    boolean head(Response response, Request request, boolean last, boolean closes) {
        Headers headers = response.headers();
        boolean bodyless = request.isHead() || response.status() == 204 || response.status() == 304;
        boolean endless = request.http10() && response.body() == Request.Body.STREAM;
        boolean chunked = response.body() == Request.Body.STREAM && !last && !request.http10();
        if (endless) {
            headers.removeAll(FieldName.TRANSFER_ENCODING);
        }
        if (last && !bodyless && response.contentLength() < 0) {
            headers.removeAll(FieldName.TRANSFER_ENCODING);
            headers.set(FieldName.CONTENT_LENGTH, "0");
        }
        boolean ends = closes || endless;
        Persistence persistence =
                ends ? Persistence.CLOSE : request.http10() ? Persistence.KEEP_ALIVE : Persistence.UNSAID;
        body.begin(chunked);
        end.write(HeadWriter.response(response, chunked, persistence, alloc()));
        return ends;
    }

    private ByteBufAllocator alloc() {
        return end.context().alloc();
    }
}
