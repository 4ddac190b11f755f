package io.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Drain;
import io.weft.proxy.http.Exchanges;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.RequestReceiver;
import io.weft.proxy.http.Response;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The server end of an HTTP/1 connection. One exchange at a time: a pipelined request waits, as bytes, until the answer
 * before it has been written.
 */
public final class Http1Server extends Http1End implements Downstream {

    /** Bytes of pipelined requests that are held while an answer is outstanding; then reading stops (case B9). */
    private static final int MAX_PIPELINED = 64 * 1024;

    private enum State {
        HEAD,
        BODY,
        /** The request is complete, its answer is not. */
        ANSWER,
        /** The last answer is complete, or was broken off: what still comes is thrown away. */
        LEAVING
    }

    private final Exchanges exchanges;
    private final HttpConnectionManager.Timeouts timeouts;
    private final RequestReader reader;
    private final Request request;
    private final AnswerWriter answers = new AnswerWriter(this);
    private final Deadline patience = new Patience();
    private final Deadline age = new Age();
    private final int maxRequests;

    private State state = State.HEAD;
    private @Nullable RequestReceiver exchange;
    private @Nullable Farewell farewell;
    private int requests;
    private boolean closeAfter;
    private boolean answered;
    private boolean tunnel;

    public Http1Server(Worker worker, HttpConnectionManager manager, Exchanges exchanges) {
        super(worker);
        this.exchanges = exchanges;
        this.timeouts = manager.timeouts();
        this.reader = new RequestReader(manager);
        this.request = reader.request();
        this.maxRequests = manager.limits().maxRequestsPerConnection();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        super.handlerAdded(context);
        await(timeouts.idle());
        if (timeouts.maxConnectionDuration().isPositive()) {
            worker().deadlines()
                    .set(age, worker().now(), timeouts.maxConnectionDuration().toNanos());
        }
    }

    private void await(Duration limit) {
        worker().deadlines().set(patience, worker().now(), limit.toNanos());
    }

    // ---- the request ----

    @Override
    boolean step(ByteBuf in) throws BadMessage {
        return switch (state) {
            case HEAD -> in.isReadable() && headStep(in);
            case BODY -> !isPaused() && bodyStep(in);
            case ANSWER, LEAVING -> false;
        };
    }

    private boolean headStep(ByteBuf in) throws BadMessage {
        boolean begun = reader.hasBegun();
        MessageReader.Part part = reader.next(in);
        if (part == MessageReader.Part.NOTHING) {
            if (!begun) {
                await(timeouts.requestHeaders()); // counts from the first byte, however slowly the others come
            }
            return false;
        }
        begin(part == MessageReader.Part.WHOLE);
        return true;
    }

    private void begin(boolean end) {
        closeAfter = !reader.keepAlive() || ++requests == maxRequests;
        answered = false;
        tunnel = false;
        state = end ? State.ANSWER : State.BODY;
        if (!end) {
            await(timeouts.request());
        }
        RequestReceiver begun = exchanges.begin(this, request, end);
        // The answer may have been given within the call; then the next exchange must not be told of this one.
        if (state == State.BODY || (state == State.ANSWER && !answered)) {
            exchange = begun;
        }
    }

    private boolean bodyStep(ByteBuf in) throws BadMessage {
        RequestReceiver receiver = exchange;
        if (receiver == null) {
            throw new IllegalStateException("a body without an exchange");
        }
        switch (reader.next(in)) {
            case PIECE -> receiver.requestData(reader.piece(), false);
            case LAST_PIECE -> {
                state = State.ANSWER;
                receiver.requestData(reader.piece(), true);
            }
            case TRAILERS -> {
                state = State.ANSWER;
                receiver.requestTrailers(reader.trailers());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    void malformed(BadMessage problem) {
        RequestReceiver receiver = exchange;
        closeAfter = true;
        if (receiver != null) {
            receiver.requestMalformed(problem);
        } else if (state == State.HEAD) {
            state = State.BODY; // whatever follows cannot be understood: the answer ends the connection
            exchanges.refuse(this, request, problem);
        }
    }

    @Override
    boolean keeps(int bytes) {
        if (bytes >= MAX_PIPELINED && isWaiting()) {
            autoRead(false);
        }
        return state != State.LEAVING;
    }

    @Override
    boolean isWaiting() {
        return state == State.ANSWER || isPaused();
    }

    // ---- Downstream ----

    @Override
    public void respond(Response response, boolean end) {
        if (response.status() == 101) {
            tunnel = true;
            reader.opaque();
            state = State.BODY;
            closeAfter = true;
            answers.switching(response);
            return;
        }
        if (response.isInterim()) {
            answers.interim(response, request);
            return;
        }
        boolean closes = closeAfter || exchanges.isDraining() || (end && state == State.BODY);
        closeAfter = answers.head(response, request, end, closes);
        if (end) {
            answerComplete();
        }
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        answers.body().piece(data);
        if (end) {
            answers.body().end(null);
            answerComplete();
        }
    }

    @Override
    public void trailers(Headers trailers) {
        answers.body().end(trailers);
        answerComplete();
    }

    @Override
    public void abort() {
        ChannelHandlerContext context = context();
        if (!answers.body().isChunked()) {
            // Without chunks a mere end of the connection could be taken for the end of the body.
            context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        state = State.LEAVING;
        exchange = null;
        context.close();
    }

    private void answerComplete() {
        answered = true;
        exchange = null;
        if (closeAfter || (state == State.BODY && !tunnel)) {
            leave();
            return;
        }
        state = State.HEAD;
        reader.begin();
        await(timeouts.idle());
        unpause();
        resume();
    }

    private void leave() {
        state = State.LEAVING;
        worker().deadlines().clear(patience);
        Farewell last = new Farewell(this);
        farewell = last;
        last.begin(timeouts.streamIdle().toNanos());
    }

    @Override
    public void read(boolean wanted) {
        want(wanted);
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
            worker().enter();
            try {
                receiver.downstreamWritable();
            } finally {
                worker().leave();
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Drain) {
            exchanges.drain();
            closeIfIdle();
        }
        super.userEventTriggered(context, event);
    }

    private void closeIfIdle() {
        if (state == State.HEAD && !reader.hasBegun()) {
            context().close();
        }
    }

    /** The client sends no more; an answer it waits for is still written. */
    @Override
    void inputEnded() {
        switch (state) {
            case ANSWER -> closeAfter = true;
            case BODY -> {
                RequestReceiver receiver = exchange;
                if (tunnel && receiver != null) {
                    state = State.ANSWER;
                    receiver.requestData(Unpooled.EMPTY_BUFFER, true);
                } else {
                    context().close();
                }
            }
            case HEAD -> context().close();
            case LEAVING -> {
                Farewell last = farewell;
                if (last != null) {
                    last.inputEnded();
                }
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        over();
        RequestReceiver receiver = exchange;
        exchange = null;
        if (receiver != null) {
            worker().enter();
            try {
                receiver.downstreamGone();
            } finally {
                worker().leave();
            }
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        over();
    }

    private void over() {
        state = State.LEAVING;
        worker().deadlines().clear(patience);
        worker().deadlines().clear(age);
        Farewell last = farewell;
        if (last != null) {
            last.over();
        }
        release();
    }

    /**
     * The connection has lived long enough: the next answer says that it ends. A request may be on its way even to an idle
     * one, so it is closed only if none comes for a while.
     */
    private final class Age extends Deadline {
        @Override
        protected void expired() {
            if (exchanges.isDraining()) {
                closeIfIdle();
            } else {
                exchanges.drain();
                worker().deadlines()
                        .set(
                                this,
                                System.nanoTime(),
                                Math.max(1, timeouts.drain().toNanos()));
            }
        }
    }

    /** The timer of what is awaited; what it means depends on the state it finds. */
    private final class Patience extends Deadline {
        @Override
        protected void expired() {
            worker().enter();
            try {
                switch (state) {
                    case HEAD -> {
                        if (reader.hasBegun()) {
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
                    case ANSWER -> await(timeouts.idle());
                    case LEAVING -> {}
                }
            } finally {
                worker().leave();
            }
        }
    }
}
