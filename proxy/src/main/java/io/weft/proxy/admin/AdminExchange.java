package io.weft.proxy.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.RequestReceiver;
import io.weft.proxy.http.Response;
import java.nio.charset.StandardCharsets;

/** One request to a page. What comes as its body is thrown away: no page reads one. On the admin's event loop. */
final class AdminExchange implements RequestReceiver {

    private final Downstream downstream;
    private final boolean head;
    private boolean over;

    AdminExchange(Downstream downstream, boolean head) {
        this.downstream = downstream;
        this.head = head;
    }

    /** Once; without effect when the client has gone. */
    void answer(AdminAnswer answer) {
        if (over) {
            return;
        }
        over = true;
        send(downstream, answer, head);
    }

    static void send(Downstream downstream, AdminAnswer answer, boolean head) {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        boolean empty = head || body.length == 0;
        Response response = new Response();
        response.status(answer.status(), Response.phrase(answer.status()));
        response.headers().add(FieldName.CONTENT_TYPE, answer.contentType());
        response.headers().add(FieldName.CONTENT_LENGTH, Integer.toString(body.length));
        response.headers().add("cache-control", "no-cache, no-store");
        response.headers().add("x-content-type-options", "nosniff");
        response.body(empty ? Request.Body.NONE : Request.Body.LENGTH, body.length);
        downstream.respond(response, empty);
        if (!empty) {
            downstream.data(Unpooled.wrappedBuffer(body), true);
        }
    }

    @Override
    public void requestData(ByteBuf data, boolean end) {
        data.release();
    }

    @Override
    public void requestTrailers(Headers trailers) {}

    @Override
    public void requestMalformed(BadMessage problem) {
        answer(AdminAnswer.problem(problem.status(), problem.details()));
    }

    @Override
    public void downstreamGone() {
        over = true;
    }

    @Override
    public void downstreamWritable() {}
}
