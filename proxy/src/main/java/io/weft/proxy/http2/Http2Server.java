package io.weft.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Drain;
import io.weft.proxy.http.Exchanges;
import io.weft.proxy.http.Request;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import java.util.concurrent.TimeUnit;

/**
 * The server end of an HTTP/2 connection. Each stream is one exchange; all are on the connection's event loop. Not
 * sharable; last in its pipeline.
 */
public final class Http2Server extends Http2End<ServerStream> {

    /** After the first GOAWAY a client may still have streams on their way to us. */
    private static final long GOAWAY_GRACE = TimeUnit.MILLISECONDS.toNanos(500);

    /** What an answer earns its reader: a WINDOW_UPDATE for the stream and one for the connection, twice. */
    private static final int CONTROL_FRAMES_PER_ANSWER = 4;

    private final Exchanges exchanges;
    private final HttpConnectionManager manager;
    private final Deadline idle = new Idle();
    private final Deadline goAway = new SecondGoAway();
    private final UnreadAnswers unread;
    private final ControlBudget budget;
    private final Deadline age = new Age();
    private int requests;

    Http2Server(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Worker worker,
            HttpConnectionManager manager,
            Exchanges exchanges) {
        super(decoder, encoder, settings, worker);
        this.exchanges = exchanges;
        this.manager = manager;
        this.unread =
                new UnreadAnswers(this, worker, manager.timeouts().streamIdle().toNanos());
        this.budget = new ControlBudget(worker().now());
        connection().addListener(new StreamsEnd());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        super.handlerAdded(added);
        widen(manager.http2().connectionWindow());
        worker().deadlines().set(idle, worker().now(), manager.timeouts().idle().toNanos());
        worker().deadlines()
                .set(
                        age,
                        worker().now(),
                        manager.timeouts().maxConnectionDuration().toNanos());
    }

    void reset(Http2Stream stream, Http2Error code) {
        if (connection().stream(stream.id()) != null) {
            unread.reset(
                    resetStream(context(), stream.id(), code.code(), context().newPromise()));
            flushLater();
        }
    }

    /** An answer was handed over whole. */
    void answered() {
        budget.earn(CONTROL_FRAMES_PER_ANSWER);
        unread.answered();
    }

    @Override
    void over() {
        worker().deadlines().clear(idle);
        worker().deadlines().clear(age);
        worker().deadlines().clear(goAway);
        worker().deadlines().clear(unread);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext channel, Object event) throws Exception {
        if (event instanceof Drain) {
            drain();
        } else if (event instanceof io.netty.channel.socket.ChannelInputShutdownReadComplete) {
            context().close(); // a client that sends no more cannot open windows either; its streams end now
        }
        super.userEventTriggered(channel, event);
    }

    /**
     * Ends the connection in two steps (RFC 9113 section 6.8): first the announcement, with room for streams that are on
     * their way; then the last stream that will be served.
     */
    private void drain() {
        if (exchanges.isDraining()) {
            return;
        }
        exchanges.drain();
        goAway(
                context(),
                Integer.MAX_VALUE,
                Http2Error.NO_ERROR.code(),
                Unpooled.EMPTY_BUFFER,
                context().newPromise());
        context().flush();
        worker().deadlines().set(goAway, System.nanoTime(), GOAWAY_GRACE);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext channel, boolean outbound, Throwable cause, Http2Exception.StreamException problem) {
        ServerStream mine = of(problem.streamId());
        if (mine != null && !outbound) {
            mine.requestMalformed(new BadMessage(400, "http2.protocol_error"));
        }
        super.onStreamError(channel, outbound, cause, problem);
    }

    /** What frames mean for streams. */
    final class Frames extends Heads {

        @Override
        public void onHeadersRead(ChannelHandlerContext channel, int id, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            ServerStream known = of(id);
            if (known == null) {
                begin(id, headers, end);
            } else if (!end) {
                throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "a second head");
            } else {
                try {
                    known.requestTrailers(HeadReader.trailers(headers));
                } catch (BadMessage problem) {
                    throw malformed(id, known, problem);
                }
            }
        }

        private void begin(int id, Http2Headers headers, boolean end) throws Http2Exception {
            Http2Stream stream = connection().stream(id);
            if (stream == null) {
                return;
            }
            Request request = new Request();
            ServerStream mine = new ServerStream(Http2Server.this, stream, request);
            mine.begins(end);
            try {
                HeadReader.request(headers, request, end, manager.limits().maxHeaders());
            } catch (BadMessage problem) {
                if (problem.status() == 431) {
                    carry(stream, mine);
                    exchanges.refuse(mine, request, problem);
                    return;
                }
                mine.mute();
                exchanges.refuse(mine, request, problem);
                throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, problem.details());
            }
            carry(stream, mine);
            if (++requests == manager.limits().maxRequestsPerConnection()) {
                drain();
            }
            mine.begun(exchanges.begin(mine, request, end));
        }

        @Override
        public int onDataRead(ChannelHandlerContext channel, int id, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            ServerStream mine = of(id);
            int size = data.readableBytes();
            if (mine == null) {
                return size + padding;
            }
            try {
                return padding + mine.requestData(data, end);
            } catch (BadMessage problem) {
                throw malformed(id, mine, problem);
            }
        }

        /** Thrown rather than reset here, because Netty counts what it is thrown (attack case D2). */
        private Http2Exception malformed(int id, ServerStream mine, BadMessage problem) {
            mine.requestMalformed(problem);
            return Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, problem.details());
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext channel, int id, long errorCode) {
            Http2Stream stream = connection().stream(id);
            if (stream != null) {
                stream.resetSent(); // a reset is not answered with one (RFC 9113 section 5.4.2)
            }
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext channel, int id, int increment) throws Http2Exception {
            if (increment < ControlBudget.SMALL_INCREMENT) {
                budget.spend(worker().now());
            }
            ServerStream mine = of(id);
            if (mine != null) {
                mine.moved(worker().now());
            }
        }

        @Override
        public void onPingRead(ChannelHandlerContext channel, long data) throws Http2Exception {
            budget.spend(worker().now());
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext channel, long data) throws Http2Exception {
            budget.spend(worker().now());
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext channel, Http2Settings settings) throws Http2Exception {
            Http2Frames.capHeaderTable(encoder(), settings);
            budget.spend(worker().now());
        }

        @Override
        public void onPriorityRead(
                ChannelHandlerContext channel, int id, int dependency, short weight, boolean exclusive)
                throws Http2Exception {
            budget.spend(worker().now());
        }
    }

    /** However a stream ends, its exchange hears of it once. */
    private final class StreamsEnd extends Http2ConnectionAdapter {
        @Override
        public void onStreamActive(Http2Stream stream) {
            worker().deadlines().clear(idle);
        }

        @Override
        public void onStreamClosed(Http2Stream stream) {
            ServerStream mine = drop(stream);
            if (mine != null) {
                worker().enter();
                try {
                    mine.closed();
                } finally {
                    worker().leave();
                }
            }
            if (connection().numActiveStreams() == 0) {
                worker().deadlines()
                        .set(idle, System.nanoTime(), manager.timeouts().idle().toNanos());
            }
        }
    }

    private final class Idle extends Deadline {
        @Override
        protected void expired() {
            if (connection().numActiveStreams() == 0) {
                drain();
            }
        }
    }

    /** The connection has lived long enough. */
    private final class Age extends Deadline {
        @Override
        protected void expired() {
            drain();
        }
    }

    private final class SecondGoAway extends Deadline {
        @Override
        protected void expired() {
            worker().enter();
            try {
                boolean idle = connection().numActiveStreams() == 0;
                // Streams may take their time: each has its own timeouts.
                gracefulShutdownTimeoutMillis(idle ? CLOSE_AFTER_ERROR_MILLIS : -1);
                goAway(
                        context(),
                        connection().remote().lastStreamCreated(),
                        Http2Error.NO_ERROR.code(),
                        Unpooled.EMPTY_BUFFER,
                        context().newPromise());
                context().channel().close(); // comes by the base class, which waits for streams to end
            } finally {
                worker().leave();
            }
        }
    }
}
