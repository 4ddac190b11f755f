package io.weft.proxy.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.weft.proxy.worker.Worker;
import org.jspecify.annotations.Nullable;

/**
 * What both ends of an HTTP/2 connection do: know which exchange a stream belongs to, tell it when its peer keeps up
 * again, and flush once per event. Not sharable; last in its pipeline; all on the connection's event loop.
 *
 * @param <S> one exchange's end
 */
abstract class Http2End<S extends Http2End.Exchanging> extends Http2ConnectionHandler {

    /** How long a peer may take to read why its connection ends. */
    static final long CLOSE_AFTER_ERROR_MILLIS = 1_000;

    /** The end of one exchange, as its connection sees it. */
    interface Exchanging {
        /** The peer takes more again. */
        void writable();
    }

    private final Worker worker;
    private final Http2Connection.PropertyKey key;
    private @Nullable ChannelHandlerContext context;

    Http2End(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings, Worker worker) {
        super(decoder, encoder, settings, false);
        this.worker = worker;
        this.key = connection().newKey();
        connection().remote().flowController().listener(this::writabilityChanged);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        super.handlerAdded(added);
    }

    /** Lets the peer send more on all streams together than RFC 9113 section 6.9.2 begins with. */
    final void widen(int connectionWindow) throws Http2Exception {
        int more = connectionWindow - Http2Frames.DEFAULT_WINDOW;
        if (more > 0) {
            connection()
                    .local()
                    .flowController()
                    .incrementWindowSize(connection().connectionStream(), more);
        }
    }

    final ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return known;
    }

    final Worker worker() {
        return worker;
    }

    final void flushLater() {
        worker.flushLater(context().channel());
    }

    // ---- which stream is whose ----

    final void carry(Http2Stream stream, S exchanging) {
        stream.setProperty(key, exchanging);
    }

    /** Null where nobody cares any more. */
    final @Nullable S of(Http2Stream stream) {
        return stream.getProperty(key);
    }

    final @Nullable S of(int id) {
        Http2Stream stream = connection().stream(id);
        return stream == null ? null : of(stream);
    }

    /** The stream is over; nobody hears of it again. */
    final @Nullable S drop(Http2Stream stream) {
        return stream.removeProperty(key);
    }

    // ---- events ----

    private void writabilityChanged(Http2Stream stream) {
        S exchanging = of(stream);
        if (exchanging != null && connection().remote().flowController().isWritable(stream)) {
            worker.enter();
            try {
                exchanging.writable();
            } finally {
                worker.leave();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object msg) throws Exception {
        worker.enter();
        try {
            super.channelRead(channel, msg);
        } finally {
            worker.leave();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext channel) throws Exception {
        over();
        worker.enter();
        try {
            super.channelInactive(channel);
        } finally {
            worker.leave();
        }
    }

    /** The connection is gone; its streams hear of it next. */
    abstract void over();

    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            channel.close(); // the socket's own errors, most often a reset: the streams hear of it
        } else {
            super.exceptionCaught(channel, cause);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext channel, boolean outbound, Throwable cause, @Nullable Http2Exception problem) {
        gracefulShutdownTimeoutMillis(CLOSE_AFTER_ERROR_MILLIS);
        super.onConnectionError(channel, outbound, cause, problem);
    }

    /** Frames whose priorities are of no interest. */
    abstract static class Heads extends Http2FrameAdapter {
        @Override
        public final void onHeadersRead(
                ChannelHandlerContext channel,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            onHeadersRead(channel, id, headers, padding, end);
        }
    }
}
