package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
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
 */
public final class Http1Client extends Http1End implements Upstream, PooledConnection {

    private final Owner owner;
    private final long idleNanos;
    private final int maxRequests;
    private final ResponseReader reader = new ResponseReader();
    private final BodyWriter body = new BodyWriter(this);
    private final Deadline idle = new Idle();

    private @Nullable TlsSession session;
    private String localAddress = "";
    private @Nullable ResponseReceiver receiver;
    private boolean requestDone;
    private boolean tunnel;
    private boolean draining;
    private boolean closed;
    private int requests;

    /**
     * @param idleNanos how long the connection waits in the pool; zero without end
     * @param maxRequests after so many exchanges it is closed; zero never
     */
    public Http1Client(Worker worker, Owner owner, long idleNanos, int maxRequests) {
        super(worker);
        this.owner = owner;
        this.idleNanos = idleNanos;
        this.maxRequests = maxRequests;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        super.handlerAdded(context);
        session = TlsSession.of(context.channel());
        localAddress = LocalAddress.text(context.channel());
        // Whoever it was made for may be gone by now.
        worker().deadlines().set(idle, worker().now(), idleNanos);
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
        tunnel = false;
        reader.begin();
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
        reader.answers(request.isHead());
        body.begin(request.body() == Request.Body.STREAM);
        write(HeadWriter.request(request, context().alloc()));
        requestDone = end;
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        body.piece(data);
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
        body.end(trailers);
        requestDone = true;
    }

    @Override
    public void cancel() {
        receiver = null;
        close();
    }

    @Override
    public void read(boolean wanted) {
        want(wanted);
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
    boolean step(ByteBuf in) throws BadMessage {
        ResponseReceiver exchange = receiver;
        if (exchange == null || isPaused() || !in.isReadable()) {
            return false;
        }
        switch (reader.next(in)) {
            case NOTHING -> {
                return false;
            }
            case INTERIM, HEAD -> exchange.response(reader.response(), false);
            case SWITCHED -> {
                tunnel = true;
                body.begin(false);
                exchange.response(reader.response(), false);
            }
            case PIECE -> exchange.responseData(reader.piece(), false);
            case WHOLE -> {
                receiver = null;
                exchange.response(reader.response(), true);
                finished(!in.isReadable());
            }
            case LAST_PIECE -> {
                receiver = null;
                exchange.responseData(reader.piece(), true);
                finished(!in.isReadable());
            }
            case TRAILERS -> {
                receiver = null;
                exchange.responseTrailers(reader.trailers());
                finished(!in.isReadable());
            }
        }
        return true;
    }

    @Override
    boolean keeps(int bytes) {
        if (receiver == null) {
            close(); // bytes that belong to no exchange: the next response could not be told from them
        }
        return !closed;
    }

    @Override
    boolean isWaiting() {
        return isPaused();
    }

    /**
     * The response is complete and handed over; only now may the connection be given to another exchange, which would
     * overwrite the head.
     */
    private void finished(boolean clean) {
        boolean reusable = clean
                && requestDone
                && reader.keepAlive()
                && !draining
                && !tunnel
                && !closed
                && !isInputClosed()
                && (maxRequests == 0 || requests < maxRequests);
        if (reusable) {
            worker().deadlines().set(idle, worker().now(), idleNanos);
            owner.released(this);
        } else {
            close();
        }
    }

    @Override
    void malformed(BadMessage problem) {
        fail(Reset.PROTOCOL_ERROR, problem.details());
    }

    private void fail(Reset reason, String details) {
        ResponseReceiver exchange = receiver;
        receiver = null;
        close();
        if (exchange != null) {
            exchange.upstreamReset(reason, details);
        }
    }

    /** For good; told to the pool once. */
    private void close() {
        if (!closed) {
            closed = true;
            worker().deadlines().clear(idle);
            owner.retired(this);
        }
        release();
        context().close();
    }

    // ---- events ----

    @Override
    void inputEnded() {
        ResponseReceiver exchange = receiver;
        if (exchange == null) {
            close();
        } else if (reader.endsWithConnection()) {
            receiver = null;
            close();
            exchange.responseData(Unpooled.EMPTY_BUFFER, true);
        } else {
            fail(
                    reader.hasBegun() ? Reset.CLOSED_WITHIN_RESPONSE : Reset.CLOSED_BEFORE_RESPONSE,
                    "connection_termination");
        }
    }

    /** What was read before the end is still passed on, at the pace of the reader. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputHasClosed();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        ResponseReceiver exchange = receiver;
        if (exchange != null && context.channel().isWritable()) {
            worker().enter();
            try {
                exchange.upstreamWritable();
            } finally {
                worker().leave();
            }
        }
    }

    private final class Idle extends Deadline {
        @Override
        protected void expired() {
            if (receiver == null) {
                close();
            }
        }
    }
}
