package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import io.weft.proxy.http.ResponseReceiver;
import io.weft.proxy.http.ResponseReceiver.Reset;
import io.weft.proxy.http.Upstream;
import io.weft.proxy.pool.LocalAddress;
import io.weft.proxy.pool.PooledConnection;
import io.weft.proxy.tls.TlsSession;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import org.jspecify.annotations.Nullable;

/**
 * The client end of an HTTP/1 connection: one exchange at a time, then back to the pool. A byte that nobody asked for
 * ends the connection (attack case A20).
 *
 * <p>Last in its pipeline, not sharable, all on the connection's event loop.
 */
public final class Http1Client extends ChannelInboundHandlerAdapter implements Upstream, PooledConnection {

    private static final int MAX_INTERIM = 16;

    private final Worker worker;
    private final Owner owner;
    private final long idleNanos;
    private final int maxRequests;
    private final ResponseParser parser = new ResponseParser();
    private final BodyReader body = new BodyReader();
    private final Response response = new Response();
    private final Deadline idle = new Idle();

    private @Nullable ChannelHandlerContext ctx;
    private @Nullable TlsSession session;
    private String localAddress = "";
    private @Nullable ResponseReceiver receiver;
    private @Nullable ByteBuf held;
    private boolean head;
    private boolean chunked;
    private boolean firstChunk;
    private boolean requestDone;
    private boolean inBody;
    private boolean anyByte;
    private boolean tunnel;
    private boolean paused;
    private boolean autoReadOff;
    private boolean processing;
    private boolean draining;
    private boolean closed;
    private boolean inputClosed;
    private int interim;
    private int requests;

    /**
     * @param idleNanos how long the connection waits in the pool; zero without end
     * @param maxRequests after so many exchanges it is closed; zero never
     */
    public Http1Client(Worker worker, Owner owner, long idleNanos, int maxRequests) {
        this.worker = worker;
        this.owner = owner;
        this.idleNanos = idleNanos;
        this.maxRequests = maxRequests;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        session = TlsSession.of(context.channel());
        localAddress = LocalAddress.text(context.channel());
    }

    // ---- PooledConnection ----

    @Override
    public int room() {
        return receiver == null && !draining && !closed ? 1 : 0;
    }

    @Override
    public Upstream open(ResponseReceiver exchange) {
        receiver = exchange;
        requests++;
        requestDone = false;
        inBody = false;
        anyByte = false;
        tunnel = false;
        chunked = false;
        interim = 0;
        parser.reset();
        response.clear();
        return this;
    }

    @Override
    public void drain() {
        draining = true;
        if (receiver == null) {
            context().close();
        }
    }

    // ---- Upstream ----

    @Override
    public void request(Request request, boolean end) {
        head = request.isHead();
        chunked = request.body() == Request.Body.STREAM;
        firstChunk = true;
        write(HeadWriter.request(request, context().alloc()));
        requestDone = end;
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        if (data.isReadable()) {
            if (chunked) {
                write(HeadWriter.chunkStart(
                        data.readableBytes(), firstChunk, context().alloc()));
                firstChunk = false;
            }
            write(data);
        } else {
            data.release();
        }
        if (end) {
            if (tunnel && context().channel() instanceof DuplexChannel duplex) {
                // Behind what was written before: a shutdown throws away what still waits.
                context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> duplex.shutdownOutput());
            }
            requestEnded(null);
        }
    }

    @Override
    public void trailers(Headers trailers) {
        requestEnded(trailers);
    }

    private void requestEnded(@Nullable Headers trailers) {
        if (chunked) {
            write(HeadWriter.chunksEnd(trailers, firstChunk, context().alloc()));
        }
        requestDone = true;
    }

    @Override
    public void cancel() {
        receiver = null;
        retire();
        context().close();
    }

    @Override
    public void read(boolean wanted) {
        paused = !wanted;
        autoRead(wanted);
        ByteBuf rest = held;
        if (wanted && !processing && rest != null) {
            held = null;
            process(rest);
            if (inputClosed) {
                ended();
            }
        }
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    @Override
    public boolean isReused() {
        return requests > 1;
    }

    @Override
    public String protocol() {
        return "HTTP/1.1";
    }

    @Override
    public String localAddress() {
        return localAddress;
    }

    @Override
    public @Nullable TlsSession tls() {
        return session;
    }

    // ---- bytes ----

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        worker.enter();
        try {
            ByteBuf earlier = held;
            if (earlier != null) {
                held = null;
                in = Cumulation.join(context.alloc(), earlier, in);
            }
            process(in);
        } finally {
            worker.leave();
        }
    }

    private void process(ByteBuf in) {
        processing = true;
        try {
            while (step(in)) {
                // each step takes bytes or ends the exchange
            }
        } catch (BadMessage problem) {
            fail(Reset.PROTOCOL_ERROR, problem.details());
        } finally {
            processing = false;
        }
        if (!in.isReadable() || closed) {
            in.release();
        } else if (receiver == null) {
            // Bytes that belong to no exchange: the next response could not be told from them.
            in.release();
            retire();
            context().close();
        } else {
            held = in;
        }
    }

    private boolean step(ByteBuf in) throws BadMessage {
        ResponseReceiver exchange = receiver;
        if (exchange == null || paused || !in.isReadable()) {
            return false;
        }
        anyByte = true;
        if (inBody) {
            return bodyStep(in, exchange);
        }
        if (!parser.parse(in, response, head)) {
            return false;
        }
        if (response.isInterim() && response.status() != 101) {
            if (++interim > MAX_INTERIM) {
                throw new BadMessage(502, "too_many_interim_responses");
            }
            exchange.response(response, false);
            response.clear();
            parser.reset();
            return true;
        }
        if (response.status() == 101) {
            tunnel = true;
            chunked = false;
            body.untilClose();
            inBody = true;
            exchange.response(response, false);
            return true;
        }
        switch (response.body()) {
            case NONE -> body.none();
            case LENGTH -> body.length(response.contentLength());
            case STREAM -> {
                if (parser.untilClose()) {
                    body.untilClose();
                } else {
                    body.chunked();
                }
            }
        }
        if (body.done()) {
            receiver = null;
            exchange.response(response, true);
            finished(!in.isReadable());
            return false;
        }
        inBody = true;
        exchange.response(response, false);
        return true;
    }

    private boolean bodyStep(ByteBuf in, ResponseReceiver exchange) throws BadMessage {
        ByteBuf piece = body.next(in);
        boolean done = body.done();
        Headers trailers = body.trailers();
        if (done) {
            receiver = null;
        }
        if (piece != null) {
            exchange.responseData(piece, done && trailers == null);
        } else if (done && trailers == null) {
            exchange.responseData(Unpooled.EMPTY_BUFFER, true);
        }
        if (done && trailers != null) {
            exchange.responseTrailers(trailers);
        }
        if (done) {
            finished(!in.isReadable());
        }
        return !done && piece != null;
    }

    /**
     * The response is complete and handed over; only now may the connection be given to another exchange, which would
     * overwrite the head.
     */
    private void finished(boolean clean) {
        boolean reusable = clean
                && requestDone
                && parser.keepAlive()
                && !draining
                && !tunnel
                && !closed
                && !inputClosed
                && (maxRequests == 0 || requests < maxRequests);
        if (reusable) {
            worker.deadlines().set(idle, worker.now(), idleNanos);
            owner.released(this);
        } else {
            retire();
            context().close();
        }
    }

    private void fail(Reset reason, String details) {
        ResponseReceiver exchange = receiver;
        receiver = null;
        retire();
        context().close();
        if (exchange != null) {
            exchange.upstreamReset(reason, details);
        }
    }

    private void retire() {
        if (!closed) {
            closed = true;
            worker.deadlines().clear(idle);
            owner.retired(this);
        }
    }

    // ---- events ----

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete && !inputClosed) {
            inputClosed = true;
            if (held == null) {
                ended();
            }
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputClosed = true;
        ended();
        release();
    }

    /** The endpoint sends no more. */
    private void ended() {
        worker.enter();
        try {
            ResponseReceiver exchange = receiver;
            if (exchange == null) {
                retire();
                context().close();
            } else if (inBody && body.endsWithConnection()) {
                receiver = null;
                retire();
                context().close();
                exchange.responseData(Unpooled.EMPTY_BUFFER, true);
            } else {
                fail(anyByte ? Reset.CLOSED_WITHIN_RESPONSE : Reset.CLOSED_BEFORE_RESPONSE, "connection_termination");
            }
        } finally {
            worker.leave();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        ResponseReceiver exchange = receiver;
        if (exchange != null && context.channel().isWritable()) {
            worker.enter();
            try {
                exchange.upstreamWritable();
            } finally {
                worker.leave();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        release();
    }

    private void release() {
        ByteBuf rest = held;
        if (rest != null && !processing) {
            held = null;
            rest.release();
        }
    }

    private void autoRead(boolean on) {
        if (autoReadOff == on) {
            autoReadOff = !on;
            context().channel().config().setAutoRead(on);
        }
    }

    private void write(ByteBuf out) {
        ChannelHandlerContext context = context();
        context.write(out, context.voidPromise());
        worker.flushLater(context.channel());
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext context = ctx;
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    private final class Idle extends Deadline {
        @Override
        protected void expired() {
            if (receiver == null) {
                retire();
                context().close();
            }
        }
    }
}
