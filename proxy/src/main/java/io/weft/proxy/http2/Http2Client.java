package io.weft.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.ResponseReceiver;
import io.weft.proxy.http.ResponseReceiver.Reset;
import io.weft.proxy.http.Upstream;
import io.weft.proxy.pool.LocalAddress;
import io.weft.proxy.pool.PooledConnection;
import io.weft.proxy.tls.TlsSession;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The client end of an HTTP/2 connection: as many exchanges at once as the endpoint allows. Not sharable; last in its
 * pipeline; all on the connection's event loop.
 */
public final class Http2Client extends Http2End<ClientStream> implements PooledConnection {

    private static final int CONNECTION_WINDOW = 1024 * 1024;
    private static final int MAX_STREAMS = 1_000;

    /** Until the endpoint has told its limit; it should allow no fewer (RFC 9113 section 6.5.2). */
    private static final int MAX_STREAMS_BEFORE_SETTINGS = 100;

    /** Ids are used up beyond that; a little is left for streams that are being opened. */
    private static final int LAST_STREAM = Integer.MAX_VALUE - 10_000;

    private final Owner owner;
    private final long idleNanos;
    private final int maxRequests;
    private final Deadline idle = new Idle();
    private @Nullable TlsSession session;
    private String localAddress = "";
    private int opened;
    private int opening;
    private boolean settled;
    private boolean draining;
    private boolean retired;

    Http2Client(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Worker worker,
            Owner owner,
            long idleNanos,
            int maxRequests) {
        super(decoder, encoder, settings, worker);
        this.owner = owner;
        this.idleNanos = idleNanos;
        this.maxRequests = maxRequests;
        connection().addListener(new StreamsEnd());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        session = TlsSession.of(added.channel());
        localAddress = LocalAddress.text(added.channel());
        super.handlerAdded(added);
        widen(CONNECTION_WINDOW);
        worker().flushLater(added.channel());
        // Whoever it was made for may be gone by now.
        worker().deadlines().set(idle, worker().now(), idleNanos);
    }

    @Nullable
    TlsSession tls() {
        return session;
    }

    String localAddress() {
        return localAddress;
    }

    // ---- PooledConnection ----

    @Override
    public int room() {
        if (draining || retired || isSpent()) {
            return 0;
        }
        int allowed =
                Math.min(MAX_STREAMS, settled ? connection().local().maxActiveStreams() : MAX_STREAMS_BEFORE_SETTINGS);
        return Math.max(0, allowed - connection().local().numActiveStreams() - opening);
    }

    /** Whether no exchange may ever begin on this connection again. */
    private boolean isSpent() {
        return connection().goAwayReceived()
                || connection().goAwaySent()
                || (maxRequests > 0 && opened >= maxRequests)
                || connection().local().lastStreamCreated() > LAST_STREAM
                || (settled && connection().local().maxActiveStreams() == 0);
    }

    @Override
    public Upstream open(ResponseReceiver receiver) {
        opened++;
        opening++;
        worker().deadlines().clear(idle);
        return new ClientStream(this, receiver, connection().local().incrementAndGetNextStreamId(), opened > 1);
    }

    /** The stream's head was written, or never will be. */
    void opened(ClientStream mine, ChannelFuture written) {
        opening--;
        Http2Stream stream = connection().stream(mine.id());
        if (stream != null) {
            carry(stream, mine);
            return;
        }
        mine.unopened(written.cause());
        changed();
    }

    private void changed() {
        if (connection().numActiveStreams() + opening == 0) {
            if (draining || isSpent()) {
                close();
                return;
            }
            if (!retired) {
                worker().deadlines().set(idle, System.nanoTime(), idleNanos);
            }
        }
        if (room() > 0) {
            owner.released(this);
        }
    }

    /** At once: there is nothing to wait for, or nobody who would answer. */
    private void close() {
        retire();
        context().close();
    }

    @Override
    public void drain() {
        draining = true;
        if (connection().numActiveStreams() + opening == 0) {
            close();
        }
    }

    private void retire() {
        if (!retired) {
            retired = true;
            worker().deadlines().clear(idle);
            owner.retired(this);
        }
    }

    // ---- events ----

    @Override
    void over() {
        retire();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext channel, Object event) throws Exception {
        if (event instanceof io.netty.channel.socket.ChannelInputShutdownReadComplete) {
            close(); // the endpoint has nothing more to say; who still waits shall hear of it now
        }
        super.userEventTriggered(channel, event);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext channel, boolean outbound, Throwable cause, Http2Exception.StreamException problem) {
        ClientStream mine = of(problem.streamId());
        if (mine != null && !outbound) {
            mine.reset(Reset.PROTOCOL_ERROR, "http2.protocol_error");
        }
        super.onStreamError(channel, outbound, cause, problem);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext channel, boolean outbound, Throwable cause, @Nullable Http2Exception problem) {
        retire();
        super.onConnectionError(channel, outbound, cause, problem);
    }

    /** What frames mean for streams. */
    final class Frames extends Heads {

        @Override
        public void onHeadersRead(ChannelHandlerContext channel, int id, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            ClientStream mine = of(id);
            if (mine == null) {
                return;
            }
            try {
                mine.head(headers, end);
            } catch (BadMessage problem) {
                malformed(id, mine, problem);
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext channel, int id, ByteBuf data, int padding, boolean end) {
            ClientStream mine = of(id);
            int size = data.readableBytes();
            if (mine == null) {
                return size + padding;
            }
            try {
                return padding + mine.body(data, end);
            } catch (BadMessage problem) {
                malformed(id, mine, problem);
                return size + padding;
            }
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext channel, int id, long errorCode) {
            Http2Stream stream = connection().stream(id);
            if (stream == null) {
                return;
            }
            stream.resetSent(); // a reset is not answered with one (RFC 9113 section 5.4.2)
            ClientStream mine = of(stream);
            if (mine != null) {
                boolean refused = errorCode == Http2Error.REFUSED_STREAM.code();
                mine.reset(
                        refused ? Reset.REFUSED : Reset.RESET,
                        refused ? "remote_refused_stream_reset" : "remote_reset");
            }
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext channel, Http2Settings settings) throws Http2Exception {
            Http2Frames.capHeaderTable(encoder(), settings);
            settled = true;
            changed();
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext channel, int last, long errorCode, ByteBuf debug) {
            String why = debug.toString(0, Math.min(64, debug.readableBytes()), StandardCharsets.ISO_8859_1);
            System.getLogger("io.weft.proxy.http2")
                    .log(System.Logger.Level.DEBUG, "GOAWAY {0} {1} {2}", last, errorCode, why);
            retire();
            changed();
        }

        private void malformed(int id, ClientStream mine, BadMessage problem) {
            mine.reset(Reset.PROTOCOL_ERROR, problem.details());
            resetStream(
                    context(), id, Http2Error.PROTOCOL_ERROR.code(), context().newPromise());
            flushLater();
        }
    }

    private final class StreamsEnd extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream stream) {
            ClientStream mine = drop(stream);
            worker().enter();
            try {
                if (mine != null) {
                    // Streams above a GOAWAY's last one were not looked at by the endpoint.
                    boolean unseen = connection().goAwayReceived()
                            && stream.id() > connection().local().lastStreamKnownByPeer();
                    mine.closed(unseen);
                }
                changed();
            } finally {
                worker().leave();
            }
        }
    }

    private final class Idle extends Deadline {
        @Override
        protected void expired() {
            drain();
        }
    }
}
