package io.weft.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.ResponseReceiver;
import io.weft.proxy.http.ResponseReceiver.Reset;
import io.weft.proxy.http.Upstream;
import io.weft.proxy.pool.PooledConnection;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The client end of an HTTP/2 connection: as many exchanges at once as the endpoint allows. Not sharable; last in its
 * pipeline; all on the connection's event loop.
 */
public final class Http2Client extends Http2ConnectionHandler implements PooledConnection {

    private static final int CONNECTION_WINDOW = 1024 * 1024;
    private static final int MAX_STREAMS = 1_000;

    private final Worker worker;
    private final Owner owner;
    private final long idleNanos;
    private final int maxRequests;
    private final Http2Connection.PropertyKey key;
    private final Deadline idle = new Idle();
    private @Nullable ChannelHandlerContext context;
    private int opened;
    private int opening;
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
        super(decoder, encoder, settings, false);
        this.worker = worker;
        this.owner = owner;
        this.idleNanos = idleNanos;
        this.maxRequests = maxRequests;
        this.key = connection().newKey();
        connection().addListener(new StreamsEnd());
        connection().remote().flowController().listener(this::writabilityChanged);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        super.handlerAdded(added);
        connection()
                .local()
                .flowController()
                .incrementWindowSize(connection().connectionStream(), CONNECTION_WINDOW - Http2Frames.DEFAULT_WINDOW);
        worker.flushLater(added.channel());
    }

    ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return known;
    }

    void flushLater() {
        worker.flushLater(context().channel());
    }

    // ---- PooledConnection ----

    @Override
    public int room() {
        if (draining || retired || connection().goAwayReceived() || connection().goAwaySent()) {
            return 0;
        }
        if (maxRequests > 0 && opened >= maxRequests) {
            return 0;
        }
        int allowed = Math.min(MAX_STREAMS, connection().local().maxActiveStreams());
        return Math.max(0, allowed - connection().local().numActiveStreams() - opening);
    }

    @Override
    public Upstream open(ResponseReceiver receiver) {
        opened++;
        opening++;
        worker.deadlines().clear(idle);
        return new ClientStream(this, receiver, connection().local().incrementAndGetNextStreamId(), opened > 1);
    }

    /** The stream's head was written, or never will be. */
    void opened(ClientStream mine) {
        opening--;
        Http2Stream stream = connection().stream(mine.id());
        if (stream == null) {
            mine.closed();
        } else {
            stream.setProperty(key, mine);
        }
    }

    @Override
    public void drain() {
        draining = true;
        if (connection().numActiveStreams() == 0) {
            retire();
            context().close();
        }
    }

    private void retire() {
        if (!retired) {
            retired = true;
            worker.deadlines().clear(idle);
            owner.retired(this);
        }
    }

    // ---- events ----

    private void writabilityChanged(Http2Stream stream) {
        ClientStream mine = stream.getProperty(key);
        if (mine != null && connection().remote().flowController().isWritable(stream)) {
            worker.enter();
            try {
                mine.writable();
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
        retire();
        worker.enter();
        try {
            super.channelInactive(channel);
        } finally {
            worker.leave();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext channel, Object event) throws Exception {
        if (event instanceof io.netty.channel.socket.ChannelInputShutdownReadComplete) {
            channel.close();
        }
        super.userEventTriggered(channel, event);
    }

    /** What frames mean for streams. */
    final class Frames extends Http2FrameAdapter {

        private @Nullable ClientStream stream(int id) {
            Http2Stream stream = connection().stream(id);
            return stream == null ? null : stream.getProperty(key);
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext channel, int id, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            ClientStream mine = stream(id);
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
        public void onHeadersRead(
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

        @Override
        public int onDataRead(ChannelHandlerContext channel, int id, ByteBuf data, int padding, boolean end) {
            ClientStream mine = stream(id);
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
            ClientStream mine = stream(id);
            if (mine != null) {
                boolean refused = errorCode == Http2Error.REFUSED_STREAM.code();
                mine.reset(refused ? Reset.REFUSED : Reset.RESET, "remote_reset_" + Http2Error.valueOf(errorCode));
            }
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext channel, Http2Settings settings) {
            if (room() > 0) {
                owner.released(Http2Client.this);
            }
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext channel, int last, long errorCode, ByteBuf debug) {
            String why = debug.toString(0, Math.min(64, debug.readableBytes()), StandardCharsets.ISO_8859_1);
            System.getLogger("io.weft.proxy.http2")
                    .log(System.Logger.Level.DEBUG, "GOAWAY {0} {1} {2}", last, errorCode, why);
            retire();
            if (connection().numActiveStreams() == 0) {
                channel.close();
            }
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
            ClientStream mine = stream.removeProperty(key);
            worker.enter();
            try {
                if (mine != null) {
                    // Streams above a GOAWAY's last one were not looked at by the endpoint.
                    boolean unseen = connection().goAwayReceived()
                            && stream.id() > connection().local().lastStreamKnownByPeer();
                    mine.closed(unseen);
                }
                if (connection().numActiveStreams() == 0) {
                    if (draining || connection().goAwayReceived()) {
                        retire();
                        context().close();
                        return;
                    }
                    worker.deadlines().set(idle, System.nanoTime(), idleNanos);
                }
                if (!retired && room() > 0) {
                    owner.released(Http2Client.this);
                }
            } finally {
                worker.leave();
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
