package io.weft.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import io.weft.proxy.http.ResponseReceiver;
import io.weft.proxy.http.ResponseReceiver.Reset;
import io.weft.proxy.http.Upstream;
import io.weft.proxy.tls.TlsSession;
import org.jspecify.annotations.Nullable;

/** The endpoint's end of one exchange over HTTP/2. */
final class ClientStream implements Upstream, Http2End.Exchanging {

    private static final int MAX_INTERIM = 16;

    private final Http2Client client;
    private final int id;
    private final boolean reused;
    private final Response response = new Response();
    private @Nullable ResponseReceiver receiver;
    private boolean head;
    private boolean headCame;
    private boolean requestEnded;
    private boolean paused;
    private int interim;
    private int unconsumed;
    private long received;

    ClientStream(Http2Client client, ResponseReceiver receiver, int id, boolean reused) {
        this.client = client;
        this.receiver = receiver;
        this.id = id;
        this.reused = reused;
    }

    int id() {
        return id;
    }

    // ---- Upstream ----

    @Override
    public void request(Request request, boolean end) {
        head = request.isHead();
        requestEnded = end;
        ChannelFuture written = client.encoder()
                .writeHeaders(
                        client.context(),
                        id,
                        HeadWriter.request(request),
                        0,
                        end,
                        client.context().newPromise());
        client.opened(this, written);
        client.flushLater();
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        if (receiver == null || (!end && !data.isReadable())) {
            data.release();
            return;
        }
        requestEnded = end;
        client.encoder()
                .writeData(client.context(), id, data, 0, end, client.context().newPromise());
        client.flushLater();
    }

    @Override
    public void trailers(Headers trailers) {
        if (receiver == null) {
            return;
        }
        requestEnded = true;
        client.encoder()
                .writeHeaders(
                        client.context(),
                        id,
                        HeadWriter.trailers(trailers),
                        0,
                        true,
                        client.context().newPromise());
        client.flushLater();
    }

    @Override
    public void cancel() {
        receiver = null;
        reset();
    }

    /** The endpoint need not go on. Of a stream that is no more nothing may be said (RFC 9113 section 5.1). */
    private void reset() {
        if (client.connection().stream(id) != null) {
            client.resetStream(
                    client.context(),
                    id,
                    Http2Error.CANCEL.code(),
                    client.context().newPromise());
            client.flushLater();
        }
    }

    @Override
    public void read(boolean wanted) {
        paused = !wanted;
        Http2Stream stream = client.connection().stream(id);
        if (wanted && unconsumed > 0 && stream != null) {
            int bytes = unconsumed;
            unconsumed = 0;
            try {
                client.connection().local().flowController().consumeBytes(stream, bytes);
                client.flushLater();
            } catch (Http2Exception e) {
                cancel();
            }
        }
    }

    @Override
    public boolean isWritable() {
        Http2Stream stream = client.connection().stream(id);
        return stream != null
                && client.connection().remote().flowController().isWritable(stream)
                && client.context().channel().isWritable();
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public String protocol() {
        return "HTTP/2";
    }

    @Override
    public String localAddress() {
        return client.localAddress();
    }

    @Override
    public @Nullable TlsSession tls() {
        return client.tls();
    }

    // ---- frames ----

    void head(Http2Headers headers, boolean end) throws BadMessage {
        ResponseReceiver exchange = receiver;
        if (exchange == null) {
            return;
        }
        if (headCame) {
            if (!end) {
                throw new BadMessage(502, "http2.second_head");
            }
            checkLength(true);
            Headers trailers = HeadReader.trailers(headers);
            finished();
            if (trailers != null) {
                exchange.responseTrailers(trailers);
            } else {
                exchange.responseData(Unpooled.EMPTY_BUFFER, true);
            }
            return;
        }
        response.clear();
        HeadReader.response(headers, response, end, head);
        if (response.isInterim()) {
            if (end) {
                throw new BadMessage(502, "http2.interim_response_ends_stream");
            }
            if (++interim > MAX_INTERIM) {
                throw new BadMessage(502, "http2.too_many_interim_responses");
            }
            exchange.response(response, false);
            return;
        }
        headCame = true;
        if (end) {
            finished();
        }
        exchange.response(response, end);
    }

    /** Returns how many bytes are consumed at once. */
    int body(ByteBuf data, boolean end) throws BadMessage {
        int size = data.readableBytes();
        ResponseReceiver exchange = receiver;
        if (exchange == null) {
            return size;
        }
        if (!headCame) {
            throw new BadMessage(502, "http2.data_before_head");
        }
        received += size;
        checkLength(end);
        if (end) {
            finished();
        }
        exchange.responseData(data.retain(), end);
        if (paused && !end) {
            unconsumed += size;
            return 0;
        }
        return size;
    }

    private void checkLength(boolean end) throws BadMessage {
        // An answer to HEAD, 204 and 304 may tell a length but has no body; over HTTP/1 it would be the next answer.
        if (response.body() == Request.Body.NONE) {
            if (received > 0) {
                throw new BadMessage(502, "http2.body_where_none_may_be");
            }
            return;
        }
        long length = response.contentLength();
        if (length >= 0 && (received > length || (end && received != length))) {
            throw new BadMessage(502, "http2.content_length_differs_from_body");
        }
    }

    /**
     * The response has ended; what was not sent of the request is of no use any more. It may also wait for a window that
     * the endpoint never opens again.
     */
    private void finished() {
        receiver = null;
        Http2Stream stream = client.connection().stream(id);
        if (stream != null
                && (!requestEnded || client.encoder().flowController().hasFlowControlled(stream))) {
            reset();
        }
    }

    @Override
    public void writable() {
        ResponseReceiver exchange = receiver;
        if (exchange != null) {
            exchange.upstreamWritable();
        }
    }

    void reset(Reset reason, String details) {
        ResponseReceiver exchange = receiver;
        receiver = null;
        if (exchange != null) {
            exchange.upstreamReset(reason, details);
        }
    }

    /** The head was not sent: the endpoint knows nothing of this exchange. */
    void unopened(@Nullable Throwable cause) {
        boolean refused = cause instanceof Http2Exception problem && problem.error() == Http2Error.REFUSED_STREAM;
        reset(refused ? Reset.REFUSED : Reset.RESET, refused ? "local_refused_stream_reset" : "local_reset");
    }

    void closed(boolean unseen) {
        Reset reason = unseen ? Reset.REFUSED : headCame ? Reset.CLOSED_WITHIN_RESPONSE : Reset.CLOSED_BEFORE_RESPONSE;
        reset(reason, "connection_termination");
    }
}
