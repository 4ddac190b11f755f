package io.weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.cluster.ClusterState;
import io.weft.proxy.cluster.Clusters;
import io.weft.proxy.config.Route;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.RequestReceiver;
import io.weft.proxy.http.Response;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.route.Matched;
import io.weft.proxy.worker.Worker;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, from the client's side: decides what becomes of the request, keeps the time limits of the
 * whole, and ends it. The endpoint's side is {@link Attempts}. All on the downstream connection's event loop.
 *
 * <p>Order: path made canonical, headers cleaned, filters, route, then the first attempt. The body is passed on as it
 * comes; while no stream is there it waits, up to a limit, and then the client is no longer read from.
 */
final class Exchange implements RequestReceiver {

    private final HttpChain chain;
    private final Connection connection;
    private final Clusters clusters;
    private final Worker worker;
    private final Downstream downstream;
    private final Request request;
    private final ExchangeRecord record;

    private @Nullable Matched matched;
    private Route.@Nullable Forward forward;
    private @Nullable Attempts attempts;
    private @Nullable TimeLimit timeout;
    private @Nullable TimeLimit idle;
    private @Nullable TimeLimit lasting;
    private long idleNanos;
    private boolean requestEnded;
    private boolean responseStarted;
    private boolean ended;

    Exchange(HttpChain chain, Connection connection, Clusters clusters, Downstream downstream, Request request) {
        this.chain = chain;
        this.connection = connection;
        this.clusters = clusters;
        this.worker = connection.worker();
        this.downstream = downstream;
        this.request = request;
        this.record = new ExchangeRecord(chain.manager(), connection, request, downstream.protocol(), worker.now());
    }

    void begin(boolean end) {
        requestEnded = end;
        chain.began(record);
        if (end) {
            record.requestEnded(worker.now());
        }
        LocalReply refusal = chain.admit(request, connection, worker);
        if (refusal != null) {
            reply(refusal);
            return;
        }
        Matched found = chain.route(worker.snapshot(), request, worker.dice().next());
        if (found == null) {
            record.flag(ResponseFlag.NR);
            reply(new LocalReply(404, "", "route_not_found"));
            return;
        }
        matched = found;
        record.route(found.route().name());
        switch (found.route().action()) {
            case Route.Forward action -> forward(found, action);
            case Route.Redirect action ->
                reply(new LocalReply(action.status(), "", "direct_response", chain.location(action, found, request)));
            case Route.Respond action -> reply(new LocalReply(action.status(), action.body(), "direct_response"));
        }
    }

    private void forward(Matched found, Route.Forward routed) {
        chain.rewrite(found, routed, request);
        Route.Forward action = chain.hearsOrders() ? RequestOrders.apply(routed, request.headers()) : routed;
        forward = action;
        String name = chain.cluster(action.cluster(), worker);
        ClusterState state = clusters.find(name);
        record.cluster(name);
        if (state == null) {
            record.flag(ResponseFlag.NC);
            reply(new LocalReply(503, "", "cluster_not_found"));
            return;
        }
        idleNanos = chain.idleNanos(action);
        touch();
        lasting = TimeLimit.set(lasting, this, TimeLimit.Kind.DURATION, chain.durationNanos(action, request));
        if (requestEnded) {
            startTimeout(action);
        }
        Attempts made = new Attempts(this, state, action);
        attempts = made;
        made.attempt();
    }

    /** From the end of the request to the end of the response, as Envoy counts it. */
    private void startTimeout(Route.Forward action) {
        timeout = TimeLimit.set(
                timeout, this, TimeLimit.Kind.ROUTE, action.timeout().toNanos());
    }

    // ---- what the attempts need to know ----

    Connection connection() {
        return connection;
    }

    Downstream downstream() {
        return downstream;
    }

    Request request() {
        return request;
    }

    ExchangeRecord record() {
        return record;
    }

    boolean requestEnded() {
        return requestEnded;
    }

    boolean hasEnded() {
        return ended;
    }

    // ---- the request as it comes ----

    @Override
    public void requestData(ByteBuf data, boolean end) {
        record.requestBytes(data.readableBytes());
        requestEnded = end;
        Attempts made = attempts;
        if (ended || made == null) {
            data.release();
            return;
        }
        touch();
        made.data(data, end);
        requestMaybeEnded();
    }

    @Override
    public void requestTrailers(Headers trailers) {
        requestEnded = true;
        Attempts made = attempts;
        if (ended || made == null) {
            return;
        }
        made.trailers(trailers);
        requestMaybeEnded();
    }

    private void requestMaybeEnded() {
        if (requestEnded) {
            record.requestEnded(worker.now());
        }
        Route.Forward action = forward;
        if (requestEnded && !ended && action != null) {
            startTimeout(action);
        }
    }

    @Override
    public void requestMalformed(BadMessage problem) {
        record.flag(ResponseFlag.DPE);
        stop();
        if (responseStarted) {
            breakOff(problem.details());
        } else {
            reply(new LocalReply(problem.status(), "", problem.details()));
        }
    }

    @Override
    public void downstreamGone() {
        if (ended) {
            return;
        }
        record.flag(ResponseFlag.DC);
        record.details("downstream_remote_disconnect");
        stop();
        finish();
    }

    @Override
    public void downstreamWritable() {
        Attempts made = attempts;
        if (made != null) {
            made.read(true);
        }
    }

    // ---- the answer as it comes ----

    /** The head of an answer, and perhaps all of it. */
    void answer(Response response, boolean end) {
        responseStarted = true;
        record.responseStarted(response.status(), worker.now());
        record.response(response);
        chain.finish(response, matched);
        if (end) {
            finish();
        }
        downstream.respond(response, end);
    }

    /** From here on both directions are opaque. */
    void switched(Response response) {
        responseStarted = true;
        requestEnded = false;
        record.responseStarted(101, worker.now());
        TimeLimit.clear(timeout, worker);
        downstream.respond(response, false);
    }

    void answerData(ByteBuf data, boolean end) {
        record.responseBytes(data.readableBytes());
        if (ended) {
            data.release();
            return;
        }
        touch();
        if (end) {
            finish();
        }
        downstream.data(data, end);
    }

    void answerTrailers(Headers trailers) {
        if (ended) {
            return;
        }
        finish();
        downstream.trailers(trailers);
    }

    // ---- the end ----

    /** Answers in the endpoint's place. */
    void reply(LocalReply reply) {
        responseStarted = true;
        record.details(reply.details());
        record.responseStarted(reply.status(), worker.now());
        record.responseBytes(reply.length(request));
        Matched found = matched;
        finish();
        reply.send(downstream, request, headers -> chain.own(headers, found));
    }

    /** The answer cannot be completed: the client must not take it for a whole one. */
    void breakOff(String details) {
        record.details(details);
        finish();
        downstream.abort();
    }

    private void stop() {
        Attempts made = attempts;
        if (made != null) {
            made.stop();
        }
    }

    /**
     * The exchange is over and told of. The order must hold: before the end of the answer is handed on, for then the
     * server end may already read its next request into the same head.
     */
    private void finish() {
        if (ended) {
            return;
        }
        ended = true;
        TimeLimit.clear(timeout, worker);
        TimeLimit.clear(idle, worker);
        TimeLimit.clear(lasting, worker);
        Attempts made = attempts;
        if (made != null) {
            made.close();
        }
        chain.ended(record, System.nanoTime());
    }

    /** Something has moved. */
    void touch() {
        idle = TimeLimit.set(idle, this, TimeLimit.Kind.IDLE, idleNanos);
    }

    void expired(TimeLimit.Kind kind) {
        worker.enter();
        try {
            Attempts made = attempts;
            if (ended || made == null) {
                return;
            }
            switch (kind) {
                case ROUTE, IDLE, DURATION -> timedOut(kind);
                case TRY, STREAM -> made.timedOut(kind);
                case BACK_OFF -> made.attempt();
            }
        } finally {
            worker.leave();
        }
    }

    void timedOut(TimeLimit.Kind kind) {
        record.flag(kind.flag());
        stop();
        if (responseStarted) {
            breakOff(kind.details());
        } else {
            reply(kind.reply(requestEnded));
        }
    }
}
