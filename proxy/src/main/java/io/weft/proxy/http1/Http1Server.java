package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Drain;
import io.weft.proxy.http.Exchanges;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.RequestReceiver;
import io.weft.proxy.http.Response;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server end of an HTTP/1 connection. One exchange at a time: a pipelined request waits, as bytes, until the answer
 * before it has been written.
 *
 * <p>Last in its pipeline, not sharable, all on the connection's event loop. Owns every buffer it reads until it hands a
 * piece to the exchange.
 */
public final class Http1Server extends ChannelInboundHandlerAdapter implements Downstream {

    /** Bytes of pipelined requests that are held while an answer is outstanding; then reading stops (case B9). */
    private static final int MAX_PIPELINED = 64 * 1024;

    private static final long LINGER = TimeUnit.SECONDS.toNanos(1);

    private enum State {
        HEAD,
        BODY,
        /** The request is complete, its answer is not. */
        ANSWER,
        /** The answer is complete and announced the end: what still comes is thrown away. */
        LINGER
    }

    private final Worker worker;
    private final Exchanges exchanges;
    private final HttpConnectionManager.Timeouts timeouts;
    private final RequestParser parser;
    private final BodyReader body = new BodyReader();
    private final Request request = new Request();
    private final Deadline patience = new Patience();
    private final boolean acceptHttp10;

    private State state = State.HEAD;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable ByteBuf held;
    private @Nullable RequestReceiver exchange;
    private boolean processing;
    private boolean paused;
    private boolean autoReadOff;
    private boolean inputClosed;
    private boolean closeAfter;
    private boolean answered;
    private boolean tunnel;
    private boolean chunked;
    private boolean firstChunk;

    public Http1Server(Worker worker, HttpConnectionManager manager, Exchanges exchanges) {
        this.worker = worker;
        this.exchanges = exchanges;
        this.timeouts = manager.timeouts();
        this.parser = new RequestParser(manager.limits());
        this.acceptHttp10 = manager.http1().acceptHttp10();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        worker.deadlines().set(patience, worker.now(), timeouts.idle().toNanos());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        if (state == State.LINGER) {
            in.release();
            return;
        }
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

    /** Takes all it can out of {@code in}, keeps the rest, and releases it. */
    private void process(ByteBuf in) {
        processing = true;
        try {
            while (step(in)) {
                // each step moves the state or takes bytes
            }
        } catch (BadMessage problem) {
            malformed(problem);
        } finally {
            processing = false;
        }
        if (!in.isReadable() || state == State.LINGER) {
            in.release();
            if (inputClosed) {
                inputEnded();
            }
            return;
        }
        held = in;
        if (in.readableBytes() >= MAX_PIPELINED && (state == State.ANSWER || paused)) {
            autoRead(false);
        }
    }

    /** Returns false when nothing more can be done with the bytes at hand. */
    private boolean step(ByteBuf in) throws BadMessage {
        return switch (state) {
            case HEAD -> headStep(in);
            case BODY -> !paused && bodyStep(in);
            case ANSWER, LINGER -> false;
        };
    }

    private boolean headStep(ByteBuf in) throws BadMessage {
        if (!in.isReadable()) {
            return false;
        }
        if (!parser.parse(in, request)) {
            worker.deadlines()
                    .set(patience, worker.now(), timeouts.requestHeaders().toNanos());
            return false;
        }
        begin();
        return true;
    }

    private boolean bodyStep(ByteBuf in) throws BadMessage {
        ByteBuf piece = body.next(in);
        RequestReceiver receiver = exchange;
        boolean done = body.done();
        if (receiver == null) {
            throw new IllegalStateException("a body without an exchange");
        }
        if (piece != null && (!done || body.trailers() != null)) {
            receiver.requestData(piece, false);
            piece = null;
            if (!done) {
                return true;
            }
        } else if (!done) {
            return false;
        }
        requestComplete();
        Headers trailers = body.trailers();
        if (trailers != null) {
            receiver.requestTrailers(trailers);
        } else {
            receiver.requestData(piece == null ? Unpooled.EMPTY_BUFFER : piece, true);
        }
        return true;
    }

    private void begin() throws BadMessage {
        if (request.http10() && !acceptHttp10) {
            throw new BadMessage(426, "http_1_0_not_accepted");
        }
        closeAfter = !parser.keepAlive();
        answered = false;
        tunnel = false;
        boolean end = request.body() == Request.Body.NONE;
        if (end) {
            body.none();
            state = State.ANSWER;
        } else {
            if (request.body() == Request.Body.LENGTH) {
                body.length(request.contentLength());
            } else {
                body.chunked();
            }
            state = State.BODY;
            worker.deadlines().set(patience, worker.now(), timeouts.request().toNanos());
        }
        RequestReceiver begun = exchanges.begin(this, request, end);
        // The answer may have been given within the call; then the next exchange must not be told of this one.
        if (state != State.HEAD && state != State.LINGER && !answered) {
            exchange = begun;
        } else if (state == State.BODY) {
            exchange = begun;
        }
    }

    private void requestComplete() {
        state = answered ? state : State.ANSWER;
    }

    private void malformed(BadMessage problem) {
        RequestReceiver receiver = exchange;
        closeAfter = true;
        if (receiver != null) {
            receiver.requestMalformed(problem);
        } else if (state == State.HEAD) {
            state = State.BODY; // whatever follows cannot be understood: the answer ends the connection
            exchanges.refuse(this, request, problem);
        }
    }

    // ---- Downstream ----

    @Override
    public void respond(Response response, boolean end) {
        ChannelHandlerContext context = context();
        if (response.isInterim() && response.status() != 101) {
            if (!request.http10()) {
                write(HeadWriter.response(response, false, HeadWriter.Persistence.UNSAID, context.alloc()));
            }
            return;
        }
        if (response.status() == 101) {
            tunnel = true;
            chunked = false;
            body.untilClose();
            state = State.BODY;
            closeAfter = true;
            write(HeadWriter.response(response, false, HeadWriter.Persistence.UPGRADE, context.alloc()));
            return;
        }
        Headers headers = response.headers();
        boolean bodyless = request.isHead() || response.status() == 204 || response.status() == 304;
        chunked = response.body() == Request.Body.STREAM && !end && !request.http10();
        firstChunk = true;
        if (request.http10() && response.body() == Request.Body.STREAM) {
            headers.removeAll(FieldName.TRANSFER_ENCODING);
            closeAfter = true;
        }
        if (end && !bodyless && response.contentLength() < 0) {
            headers.removeAll(FieldName.TRANSFER_ENCODING);
            headers.set(FieldName.CONTENT_LENGTH, "0");
        }
        if (exchanges.isDraining() || (end && state == State.BODY)) {
            closeAfter = true;
        }
        HeadWriter.Persistence persistence = closeAfter
                ? HeadWriter.Persistence.CLOSE
                : request.http10() ? HeadWriter.Persistence.KEEP_ALIVE : HeadWriter.Persistence.UNSAID;
        write(HeadWriter.response(response, chunked, persistence, context.alloc()));
        if (end) {
            answerComplete();
        }
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        if (!chunked) {
            if (data.isReadable()) {
                write(data);
            } else {
                data.release();
            }
        } else if (data.isReadable()) {
            write(HeadWriter.chunkStart(
                    data.readableBytes(), firstChunk, context().alloc()));
            write(data);
            firstChunk = false;
        } else {
            data.release();
        }
        if (end) {
            if (chunked) {
                write(HeadWriter.chunksEnd(null, firstChunk, context().alloc()));
            }
            answerComplete();
        }
    }

    @Override
    public void trailers(Headers trailers) {
        if (chunked) {
            write(HeadWriter.chunksEnd(trailers, firstChunk, context().alloc()));
        }
        answerComplete();
    }

    @Override
    public void abort() {
        ChannelHandlerContext context = context();
        if (!chunked) {
            // Without chunks a mere end of the connection could be taken for the end of the body.
            context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        state = State.LINGER;
        exchange = null;
        context.close();
    }

    private void answerComplete() {
        answered = true;
        exchange = null;
        if (state == State.BODY && !tunnel) {
            closeAfter = true;
        }
        if (closeAfter) {
            state = State.LINGER;
            linger();
            return;
        }
        state = State.HEAD;
        request.clear();
        parser.reset();
        worker.deadlines().set(patience, worker.now(), timeouts.idle().toNanos());
        if (paused) {
            paused = false;
        }
        autoRead(true);
        if (inputClosed && held == null) {
            inputEnded();
        } else if (!processing) {
            resume();
        }
    }

    private void resume() {
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            process(rest);
        }
    }

    /** Closes in a way that the client still reads the answer: first our direction, then, once it has ended too, all. */
    private void linger() {
        ChannelHandlerContext context = context();
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            rest.release();
        }
        worker.deadlines().set(patience, worker.now(), LINGER);
        autoRead(true);
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) future -> {
            if (inputClosed || !future.isSuccess() || !(future.channel() instanceof DuplexChannel duplex)) {
                future.channel().close();
            } else if (context.pipeline().first() instanceof io.netty.handler.ssl.SslHandler) {
                future.channel().close();
            } else {
                duplex.shutdownOutput();
            }
        });
    }

    @Override
    public void read(boolean wanted) {
        paused = !wanted;
        autoRead(wanted);
        if (wanted && !processing) {
            resume();
        }
    }

    private void autoRead(boolean on) {
        if (autoReadOff == on) {
            autoReadOff = !on;
            context().channel().config().setAutoRead(on);
        }
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    @Override
    public String protocol() {
        return request.http10() ? "HTTP/1.0" : "HTTP/1.1";
    }

    // ---- events ----

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        RequestReceiver receiver = exchange;
        if (receiver != null && context.channel().isWritable()) {
            worker.enter();
            try {
                receiver.downstreamWritable();
            } finally {
                worker.leave();
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete && !inputClosed) {
            inputClosed = true;
            worker.enter();
            try {
                inputEnded();
            } finally {
                worker.leave();
            }
        }
        if (event instanceof Drain) {
            exchanges.drain();
            if (state == State.HEAD && !parser.begun()) {
                context.close();
            }
        }
        context.fireUserEventTriggered(event);
    }

    /** The client sends no more; an answer it waits for is still written. */
    private void inputEnded() {
        if (state == State.ANSWER) {
            closeAfter = true;
            return;
        }
        if (state == State.BODY && tunnel && exchange != null) {
            state = State.ANSWER;
            exchange.requestData(Unpooled.EMPTY_BUFFER, true);
            return;
        }
        context().close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        worker.deadlines().clear(patience);
        RequestReceiver receiver = exchange;
        exchange = null;
        state = State.LINGER;
        release();
        if (receiver != null) {
            worker.enter();
            try {
                receiver.downstreamGone();
            } finally {
                worker.leave();
            }
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        worker.deadlines().clear(patience);
        release();
    }

    private void release() {
        ByteBuf rest = held;
        if (rest != null && !processing) {
            held = null;
            rest.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
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

    /** The one timer of the connection; what it means depends on the state it finds. */
    private final class Patience extends Deadline {
        @Override
        protected void expired() {
            worker.enter();
            try {
                switch (state) {
                    case HEAD -> {
                        if (parser.begun()) {
                            closeAfter = true;
                            malformed(new BadMessage(408, "request_header_timeout"));
                        } else {
                            context().close();
                        }
                    }
                    case BODY -> {
                        if (timeouts.request().isPositive() && !tunnel) {
                            malformed(new BadMessage(408, "request_overall_timeout"));
                        }
                    }
                    case ANSWER ->
                        worker.deadlines()
                                .set(this, worker.now(), timeouts.idle().toNanos());
                    case LINGER -> context().close();
                }
            } finally {
                worker.leave();
            }
        }
    }
}
