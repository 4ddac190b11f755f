package io.weft.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.RequestReceiver;
import io.weft.proxy.http.Response;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of one exchange over HTTP/2. Bytes count as consumed, and the client may send more, only while the
 * exchange wants them.
 */
final class ServerStream implements Downstream, Http2End.Exchanging {

    private final Http2Server server;
    private final Http2Stream stream;
    private final Request request;
    private @Nullable RequestReceiver receiver;
    private long received;
    private int unconsumed;
    private boolean paused;
    private boolean requestEnded;
    private boolean responseEnded;
    private long movedAt;

    ServerStream(Http2Server server, Http2Stream stream, Request request) {
        this.server = server;
        this.stream = stream;
        this.request = request;
    }

    /** Before the exchange begins, because it may answer at once. */
    void begins(boolean end) {
        requestEnded = end;
    }

    void begun(RequestReceiver exchange) {
        if (!responseEnded) {
            receiver = exchange;
        }
    }

    /** Nothing is to be answered: the stream will be reset. */
    void mute() {
        responseEnded = true;
    }

    /** Whether the answer is complete but perhaps not yet sent. */
    boolean isEnding() {
        return responseEnded;
    }

    /** When the client last let this stream's answer move, on the clock of {@link System#nanoTime}. */
    long movedAt() {
        return movedAt;
    }

    void moved(long now) {
        movedAt = now;
    }

    // ---- frames ----

    /** Returns how many bytes are consumed at once. */
    int requestData(ByteBuf data, boolean end) throws BadMessage {
        int size = data.readableBytes();
        received += size;
        long length = request.contentLength();
        if (length >= 0 && (received > length || (end && received != length))) {
            throw new BadMessage(400, "http2.content_length_differs_from_body");
        }
        requestEnded = end;
        RequestReceiver exchange = receiver;
        if (exchange == null) {
            return size;
        }
        exchange.requestData(data.retain(), end);
        if (paused) {
            unconsumed += size;
            return 0;
        }
        return size;
    }

    void requestTrailers(@Nullable Headers trailers) throws BadMessage {
        if (request.contentLength() >= 0 && received != request.contentLength()) {
            throw new BadMessage(400, "http2.content_length_differs_from_body");
        }
        requestEnded = true;
        RequestReceiver exchange = receiver;
        if (exchange == null) {
            return;
        }
        if (trailers != null) {
            exchange.requestTrailers(trailers);
        } else {
            exchange.requestData(Unpooled.EMPTY_BUFFER, true);
        }
    }

    /** The caller resets the stream; what the exchange answers is for the log alone. */
    void requestMalformed(BadMessage problem) {
        RequestReceiver exchange = receiver;
        receiver = null;
        responseEnded = true;
        if (exchange != null) {
            exchange.requestMalformed(problem);
        }
    }

    void closed() {
        RequestReceiver exchange = receiver;
        receiver = null;
        if (exchange != null && !responseEnded) {
            exchange.downstreamGone();
        }
        responseEnded = true;
    }

    @Override
    public void writable() {
        RequestReceiver exchange = receiver;
        if (exchange != null) {
            exchange.downstreamWritable();
        }
    }

    // ---- Downstream ----

    @Override
    public void respond(Response response, boolean end) {
        if (responseEnded) {
            return;
        }
        ChannelFuture written = server.encoder()
                .writeHeaders(
                        server.context(),
                        stream.id(),
                        HeadWriter.response(response),
                        0,
                        end,
                        server.context().newPromise());
        server.flushLater();
        if (end) {
            ended(written);
        }
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        if (responseEnded || (!end && !data.isReadable())) {
            data.release();
            return;
        }
        ChannelFuture written = server.encoder()
                .writeData(
                        server.context(),
                        stream.id(),
                        data,
                        0,
                        end,
                        server.context().newPromise());
        server.flushLater();
        if (end) {
            ended(written);
        }
    }

    @Override
    public void trailers(Headers trailers) {
        if (responseEnded) {
            return;
        }
        ChannelFuture written = server.encoder()
                .writeHeaders(
                        server.context(),
                        stream.id(),
                        HeadWriter.trailers(trailers),
                        0,
                        true,
                        server.context().newPromise());
        server.flushLater();
        ended(written);
    }

    private void ended(ChannelFuture written) {
        responseEnded = true;
        receiver = null;
        movedAt = server.worker().now();
        server.answered();
        if (!requestEnded) {
            // The rest of the request is of no use: the client need not send it (RFC 9113 section 8.1). Only once the
            // answer is out: a reset throws away what waits for the client's window.
            written.addListener(done -> {
                if (done.isSuccess() && !requestEnded) {
                    reset(Http2Error.NO_ERROR);
                }
            });
        }
    }

    private void reset(Http2Error code) {
        server.reset(stream, code);
    }

    /** The client has not taken the end of its answer in time. */
    void giveUp() {
        reset(Http2Error.CANCEL);
    }

    @Override
    public void abort() {
        responseEnded = true;
        receiver = null;
        reset(Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void read(boolean wanted) {
        paused = !wanted;
        if (wanted && unconsumed > 0) {
            int bytes = unconsumed;
            unconsumed = 0;
            Http2LocalFlowController flow = server.connection().local().flowController();
            try {
                flow.consumeBytes(stream, bytes);
                server.flushLater();
            } catch (Http2Exception e) {
                abort();
            }
        }
    }

    @Override
    public boolean isWritable() {
        return server.connection().remote().flowController().isWritable(stream)
                && server.context().channel().isWritable();
    }

    @Override
    public String protocol() {
        return "HTTP/2";
    }
}
