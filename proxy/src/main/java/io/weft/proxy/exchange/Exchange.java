package io.weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.cluster.ClusterState;
import io.weft.proxy.cluster.Clusters;
import io.weft.proxy.cluster.Host;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Route;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.RequestReceiver;
import io.weft.proxy.http.Response;
import io.weft.proxy.http.ResponseReceiver;
import io.weft.proxy.http.Upstream;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.pool.HostPool;
import io.weft.proxy.pool.PooledConnection;
import io.weft.proxy.pool.StreamReceiver;
import io.weft.proxy.route.Matched;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Holds what has happened so far; what to do next is decided by the parts it calls: rules,
 * filters, routes, cluster, pool. All on the downstream connection's event loop.
 *
 * <p>Order: path made canonical, headers cleaned, filters, route, then the first attempt. The body is passed on as it
 * comes; while no stream is there it waits, up to a limit, and then the client is no longer read from.
 */
@SuppressWarnings("ReferenceEquality") // a stream is itself and no other
public final class Exchange implements RequestReceiver, ResponseReceiver, StreamReceiver {

    private static final int MAX_WAITING_BODY = 64 * 1024;

    private final HttpChain chain;
    private final Connection connection;
    private final Clusters clusters;
    private final Worker worker;
    private final Downstream downstream;
    private final Request request;
    private final ExchangeRecord record;
    private final ArrayDeque<ByteBuf> waitingBody = new ArrayDeque<>(2);
    private final Deadline timeout = new Timeout();
    private final Deadline idle = new Idle();

    private @Nullable Matched matched;
    private Route.@Nullable Forward forward;
    private @Nullable ClusterState cluster;
    private @Nullable Host host;
    private @Nullable HostPool pool;
    private @Nullable Upstream upstream;
    private @Nullable Headers waitingTrailers;
    private int waitingBytes;
    private long idleNanos;
    private int retriesLeft;
    private boolean replayed;
    private boolean bodySent;
    private boolean requestEnded;
    private boolean responseStarted;
    private boolean tunnel;
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

    private void forward(Matched found, Route.Forward action) {
        forward = action;
        retriesLeft = action.retry().attempts();
        chain.rewrite(found, action, request);
        String name = chain.cluster(action.cluster(), worker);
        ClusterState state = clusters.find(name);
        record.cluster(name);
        if (state == null) {
            record.flag(ResponseFlag.NC);
            reply(new LocalReply(503, "", "cluster_not_found"));
            return;
        }
        cluster = state;
        idleNanos = chain.idleNanos(action);
        if (idleNanos > 0) {
            worker.deadlines().set(idle, worker.now(), idleNanos);
        }
        if (requestEnded) {
            startTimeout(action);
        }
        attempt(state);
    }

    /** From the end of the request to the end of the response, as Envoy counts it. */
    private void startTimeout(Route.Forward action) {
        worker.deadlines().set(timeout, worker.now(), action.timeout().toNanos());
    }

    private void attempt(ClusterState state) {
        Host picked = state.pick(connection);
        if (picked == null) {
            record.flag(ResponseFlag.UH);
            reply(new LocalReply(503, "no healthy upstream", "no_healthy_upstream"));
            return;
        }
        host = picked;
        picked.begin();
        record.attempt(picked);
        HostPool chosen = picked.pool(overHttp2(state.cluster().protocol()));
        pool = chosen;
        chosen.acquire(this);
    }

    private boolean overHttp2(Cluster.Protocol protocol) {
        return switch (protocol) {
            case HTTP1 -> false;
            case HTTP2, ALPN -> true;
            case DOWNSTREAM -> downstream.protocol().equals("HTTP/2");
        };
    }

    // ---- StreamReceiver ----

    @Override
    @SuppressWarnings("ReferenceEquality") // the same stream, not one like it
    public void ready(PooledConnection pooled) {
        pool = null;
        Upstream stream = pooled.open(this);
        upstream = stream;
        record.upstreamReady(stream);
        boolean whole = requestEnded && waitingBody.isEmpty() && waitingTrailers == null;
        stream.request(request, whole);
        // Where the head could not be sent, another attempt may have begun by now and taken the body along.
        if (!whole && upstream == stream) {
            sendWaiting(stream);
        }
    }

    private void sendWaiting(Upstream stream) {
        ByteBuf piece;
        while ((piece = waitingBody.pollFirst()) != null) {
            bodySent = true;
            stream.data(piece, requestEnded && waitingBody.isEmpty() && waitingTrailers == null);
        }
        Headers trailers = waitingTrailers;
        if (trailers != null) {
            stream.trailers(trailers);
            waitingTrailers = null;
        }
        if (waitingBytes >= MAX_WAITING_BODY && stream.isWritable()) {
            downstream.read(true);
        }
        waitingBytes = 0;
    }

    @Override
    public void failed(Failure failure) {
        pool = null;
        if (ended) {
            return;
        }
        leaveHost();
        boolean connect = failure.kind() != Failure.Kind.OVERFLOW;
        if (failure.kind() == Failure.Kind.GONE && !replayed) {
            replayed = true; // the endpoint left while we waited for it: another one may serve
            again();
            return;
        }
        if (connect && retry(Route.RetryPolicy.On.CONNECT_FAILURE)) {
            return;
        }
        if (connect) {
            record.flag(ResponseFlag.UF);
            String kind = failure.kind() == Failure.Kind.TIMEOUT ? "connection_timeout" : "remote_connection_failure";
            record.upstreamFailure(failure.details());
            reply(new LocalReply(
                    503,
                    "upstream connect error or disconnect/reset before headers. reset reason: " + kind,
                    "upstream_reset_before_response_started{" + kind + "}"));
        } else {
            record.flag(ResponseFlag.UO);
            reply(new LocalReply(503, "upstream overflow", "upstream_reset_before_response_started{overflow}"));
        }
    }

    private boolean retry(Route.RetryPolicy.On on) {
        Route.Forward action = forward;
        if (action == null
                || retriesLeft == 0
                || bodySent
                || !action.retry().on().contains(on)) {
            return false;
        }
        retriesLeft--;
        again();
        return true;
    }

    private void again() {
        ClusterState state = cluster;
        if (state != null) {
            attempt(state);
        }
    }

    // ---- the request as it comes ----

    @Override
    public void requestData(ByteBuf data, boolean end) {
        record.requestBytes(data.readableBytes());
        requestEnded = end;
        if (ended) {
            data.release();
            return;
        }
        touch();
        Upstream stream = upstream;
        if (stream == null) {
            waitingBody.addLast(data);
            waitingBytes += data.readableBytes();
            if (waitingBytes >= MAX_WAITING_BODY) {
                downstream.read(false);
            }
        } else {
            bodySent = true;
            stream.data(data, end);
            if (!end && !stream.isWritable()) {
                downstream.read(false);
            }
        }
        requestMaybeEnded();
    }

    @Override
    public void requestTrailers(Headers trailers) {
        requestEnded = true;
        if (ended) {
            return;
        }
        Upstream stream = upstream;
        if (stream == null) {
            waitingTrailers = trailers;
        } else {
            stream.trailers(trailers);
        }
        requestMaybeEnded();
    }

    private void requestMaybeEnded() {
        if (requestEnded) {
            record.requestEnded(worker.now());
        }
        Route.Forward action = forward;
        if (requestEnded && action != null) {
            startTimeout(action);
        }
    }

    @Override
    public void requestMalformed(BadMessage problem) {
        record.flag(ResponseFlag.DPE);
        stopUpstream();
        if (responseStarted) {
            record.details(problem.details());
            finish();
            downstream.abort();
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
        stopUpstream();
        finish();
    }

    @Override
    public void downstreamWritable() {
        Upstream stream = upstream;
        if (stream != null) {
            stream.read(true);
        }
    }

    // ---- the answer as it comes ----

    @Override
    public void response(Response response, boolean end) {
        touch();
        if (response.isInterim()) {
            if (response.status() == 101) {
                switchProtocols(response);
            } else {
                downstream.respond(response, false);
            }
            return;
        }
        if (response.status() >= 500 && retryAnswer(end)) {
            return;
        }
        responseStarted = true;
        if (end) {
            upstream = null;
        }
        record.responseStarted(response.status(), worker.now());
        record.response(response);
        chain.finish(response, matched);
        if (end) {
            finish();
        }
        downstream.respond(response, end);
    }

    private boolean retryAnswer(boolean end) {
        Upstream stream = upstream;
        if (retriesLeft == 0 || bodySent || responseStarted || forward == null) {
            return false;
        }
        if (!forward.retry().on().contains(Route.RetryPolicy.On.SERVER_ERROR)) {
            return false;
        }
        if (!end && stream != null) {
            stream.cancel();
        }
        leaveHost();
        upstream = null;
        retriesLeft--;
        again();
        return true;
    }

    private void switchProtocols(Response response) {
        if (request.upgrade() == null) {
            stopUpstream();
            upstreamReset(Reset.PROTOCOL_ERROR, "unasked_switching_protocols");
            return;
        }
        tunnel = true;
        responseStarted = true;
        requestEnded = false;
        record.responseStarted(101, worker.now());
        worker.deadlines().clear(timeout);
        downstream.respond(response, false);
    }

    @Override
    public void responseData(ByteBuf data, boolean end) {
        record.responseBytes(data.readableBytes());
        if (ended) {
            data.release();
            return;
        }
        touch();
        if (end && !tunnel) {
            upstream = null;
        }
        if (end) {
            finish();
        }
        downstream.data(data, end);
        if (!end && !downstream.isWritable()) {
            Upstream stream = upstream;
            if (stream != null) {
                stream.read(false);
            }
        }
    }

    @Override
    public void responseTrailers(Headers trailers) {
        if (ended) {
            return;
        }
        upstream = null;
        finish();
        downstream.trailers(trailers);
    }

    @Override
    public void upstreamReset(Reset reason, String details) {
        Upstream stream = upstream;
        boolean reused = stream != null && stream.isReused();
        upstream = null;
        leaveHost();
        if (ended) {
            return;
        }
        if (responseStarted) {
            record.flag(reason == Reset.PROTOCOL_ERROR ? ResponseFlag.UPE : ResponseFlag.UC);
            record.details("upstream_reset_after_response_started{" + details + "}");
            finish();
            downstream.abort();
            return;
        }
        if (mayReplay(reason, reused) || retry(Route.RetryPolicy.On.RESET)) {
            return;
        }
        record.flag(
                switch (reason) {
                    case CLOSED_BEFORE_RESPONSE, CLOSED_WITHIN_RESPONSE -> ResponseFlag.UC;
                    case REFUSED, RESET -> ResponseFlag.UR;
                    case PROTOCOL_ERROR -> ResponseFlag.UPE;
                });
        boolean protocol = reason == Reset.PROTOCOL_ERROR;
        reply(new LocalReply(
                protocol ? 502 : 503,
                "upstream connect error or disconnect/reset before headers. reset reason: "
                        + (protocol ? "protocol error" : "connection termination"),
                "upstream_reset_before_response_started{" + details + "}"));
    }

    /**
     * A kept connection may have been closed by the endpoint while the request was on its way. If not one byte came
     * back and doing it twice does no harm, it is done once more, on another connection.
     */
    private boolean mayReplay(Reset reason, boolean reused) {
        boolean untouched = reason == Reset.REFUSED;
        boolean raced = reason == Reset.CLOSED_BEFORE_RESPONSE && reused && request.isIdempotent();
        if (replayed || bodySent || !(untouched || raced)) {
            return false;
        }
        replayed = true;
        again();
        return true;
    }

    @Override
    public void upstreamWritable() {
        downstream.read(true);
    }

    // ---- the end ----

    private void reply(LocalReply reply) {
        responseStarted = true;
        record.details(reply.details());
        record.responseStarted(reply.status(), worker.now());
        record.responseBytes(reply.length(request));
        finish();
        reply.send(downstream, request, chain.serverName());
    }

    private void stopUpstream() {
        Upstream stream = upstream;
        HostPool asked = pool;
        upstream = null;
        pool = null;
        if (stream != null) {
            stream.cancel();
        } else if (asked != null) {
            asked.forget(this);
        }
        leaveHost();
    }

    private void leaveHost() {
        Host left = host;
        if (left != null) {
            host = null;
            left.end();
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
        worker.deadlines().clear(timeout);
        worker.deadlines().clear(idle);
        leaveHost();
        ByteBuf piece;
        while ((piece = waitingBody.pollFirst()) != null) {
            piece.release();
        }
        chain.ended(record, System.nanoTime());
    }

    private void touch() {
        if (idleNanos > 0) {
            worker.deadlines().set(idle, worker.now(), idleNanos);
        }
    }

    private void timedOut(ResponseFlag flag, String details) {
        worker.enter();
        try {
            if (ended) {
                return;
            }
            record.flag(flag);
            stopUpstream();
            if (responseStarted) {
                record.details(details);
                finish();
                downstream.abort();
            } else {
                reply(new LocalReply(
                        504, flag == ResponseFlag.UT ? "upstream request timeout" : "stream timeout", details));
            }
        } finally {
            worker.leave();
        }
    }

    private final class Timeout extends Deadline {
        @Override
        protected void expired() {
            timedOut(ResponseFlag.UT, "response_timeout");
        }
    }

    private final class Idle extends Deadline {
        @Override
        protected void expired() {
            timedOut(ResponseFlag.SI, "stream_idle_timeout");
        }
    }
}
