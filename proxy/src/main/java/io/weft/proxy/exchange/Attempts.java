package io.weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.cluster.ClusterState;
import io.weft.proxy.cluster.Host;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Route;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import io.weft.proxy.http.ResponseReceiver;
import io.weft.proxy.http.Upstream;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.pool.HostPool;
import io.weft.proxy.pool.PooledConnection;
import io.weft.proxy.pool.RequestLimit;
import io.weft.proxy.pool.StreamReceiver;
import io.weft.proxy.worker.Worker;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint's side of an exchange: one attempt after the other until one is answered or nothing more is worth trying.
 * Holds the stream and what it waits for, and passes the body on; all on the downstream connection's event loop.
 */
@SuppressWarnings("ReferenceEquality") // a stream is itself and no other
final class Attempts implements StreamReceiver, ResponseReceiver {

    private final Exchange exchange;
    private final ExchangeRecord record;
    private final Downstream downstream;
    private final Request request;
    private final Worker worker;
    private final ClusterState cluster;
    private final Route.RetryPolicy policy;
    private final Route.HostRewrite hostRewrite;
    private final String asked;
    private final RequestBody body;

    private @Nullable Host host;
    private @Nullable HostPool pool;
    private @Nullable Upstream upstream;
    private @Nullable RequestLimit counted;
    private @Nullable Retries retries;
    private @Nullable TimeLimit perTry;
    private @Nullable TimeLimit lasting;
    private boolean headSent;
    private boolean hostReplaced;
    private boolean answered;
    private boolean tunnel;

    Attempts(Exchange exchange, ClusterState cluster, Route.Forward action) {
        this.exchange = exchange;
        this.record = exchange.record();
        this.downstream = exchange.downstream();
        this.request = exchange.request();
        this.worker = exchange.connection().worker();
        this.cluster = cluster;
        this.policy = action.retry();
        this.hostRewrite = action.host();
        this.asked = request.authority();
        this.body = new RequestBody(downstream, policy.attempts() > 0);
    }

    /** Begins the next attempt. */
    void attempt() {
        body.again();
        Retries further = retries;
        Host picked =
                further == null ? cluster.pick(exchange.connection()) : further.pick(cluster, exchange.connection());
        if (picked == null) {
            record.flag(ResponseFlag.UH);
            exchange.reply(new LocalReply(503, "no healthy upstream", "no_healthy_upstream"));
            return;
        }
        host = picked;
        headSent = false;
        picked.begin();
        record.attempt(picked);
        HostPool chosen = picked.pool(overHttp2(cluster.cluster().protocol()), asked);
        if (hostRewrite instanceof Route.HostRewrite.OfEndpoint rewrite) {
            HostRewriter.replace(request, picked.endpoint().hostname(), rewrite.appends() && !hostReplaced);
            hostReplaced = true;
        }
        pool = chosen;
        chosen.acquire(this);
    }

    /** From now on the request counts for the cluster's limit. */
    private void count() {
        Host at = host;
        if (at != null) {
            RequestLimit limit = at.requests();
            limit.began();
            counted = limit;
        }
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
    public void ready(PooledConnection pooled) {
        pool = null;
        count();
        Upstream stream = pooled.open(this);
        upstream = stream;
        record.upstreamReady(stream);
        lasting = TimeLimit.set(
                lasting,
                exchange,
                TimeLimit.Kind.STREAM,
                cluster.cluster().maxStreamDuration().toNanos());
        boolean whole = exchange.requestEnded() && !body.isWaiting();
        stream.request(request, whole);
        // Where the head could not be sent, another attempt may have begun by now and taken the body along.
        if (upstream != stream) {
            return;
        }
        headSent = true;
        if (!whole) {
            while (upstream == stream && body.sendNext(stream, exchange.requestEnded())) {
                // one piece after the other, as long as the stream is there
            }
            body.resume(stream);
        }
        if (exchange.requestEnded() && upstream == stream) {
            startTry();
        }
    }

    @Override
    public void failed(Failure failure) {
        pool = null;
        if (exchange.hasEnded()) {
            return;
        }
        leaveHost();
        if (failure.kind() == Failure.Kind.GONE && retries().replays()) {
            attempt(); // the endpoint left while we waited for it: another one may serve
            return;
        }
        if (failure.kind() == Failure.Kind.OVERFLOW) {
            record.flag(ResponseFlag.UO);
            exchange.reply(LocalReply.overflow());
            return;
        }
        if (retry(RetryRules.Loss.CONNECT)) {
            return;
        }
        record.flag(ResponseFlag.UF);
        record.upstreamFailure(failure.details());
        exchange.reply(LocalReply.unreachable(failure.kind() == Failure.Kind.TIMEOUT));
    }

    // ---- another attempt ----

    private Retries retries() {
        Retries known = retries;
        if (known == null) {
            known = new Retries(exchange, policy);
            retries = known;
        }
        return known;
    }

    private boolean retry(RetryRules.Loss loss) {
        return mayRepeat()
                && RetryRules.covers(policy.on(), loss, headSent)
                && retries().again();
    }

    private boolean mayRepeat() {
        return !answered && body.isRepeatable();
    }

    private void startTry() {
        if (!answered) {
            perTry = TimeLimit.set(
                    perTry, exchange, TimeLimit.Kind.TRY, policy.perTryTimeout().toNanos());
        }
    }

    /** The attempt took longer than one may. Once the answer has begun, only the limits of the whole stream count. */
    void timedOut(TimeLimit.Kind kind) {
        if (answered && kind == TimeLimit.Kind.TRY) {
            return;
        }
        stop();
        if (!retry(RetryRules.Loss.RESET)) {
            exchange.timedOut(kind);
        }
    }

    // ---- the request as it comes ----

    void data(ByteBuf data, boolean end) {
        Upstream stream = upstream;
        body.data(stream, data, end);
        if (end && stream != null && upstream == stream) {
            startTry();
        }
    }

    void trailers(Headers trailers) {
        Upstream stream = upstream;
        body.trailers(stream, trailers);
        if (stream != null && upstream == stream) {
            startTry();
        }
    }

    void read(boolean wanted) {
        Upstream stream = upstream;
        if (stream != null) {
            stream.read(wanted);
        }
    }

    // ---- the answer as it comes ----

    @Override
    public void response(Response response, boolean end) {
        exchange.touch();
        if (response.isInterim()) {
            if (response.status() == 101) {
                switchProtocols(response);
            } else {
                downstream.respond(response, false);
            }
            return;
        }
        if (mayRepeat() && RetryRules.covers(policy, response) && retries().again()) {
            Upstream stream = upstream;
            upstream = null;
            if (!end && stream != null) {
                stream.cancel();
            }
            leaveHost();
            return;
        }
        answered = true;
        body.settle();
        if (end) {
            upstream = null;
        }
        exchange.answer(response, end);
    }

    private void switchProtocols(Response response) {
        if (request.upgrade() == null) {
            stop();
            upstreamReset(Reset.PROTOCOL_ERROR, "unasked_switching_protocols");
            return;
        }
        tunnel = true;
        answered = true;
        body.settle();
        exchange.switched(response);
    }

    @Override
    public void responseData(ByteBuf data, boolean end) {
        if (end && !tunnel) {
            upstream = null;
        }
        exchange.answerData(data, end);
        if (!end && !downstream.isWritable()) {
            read(false);
        }
    }

    @Override
    public void responseTrailers(Headers trailers) {
        upstream = null;
        exchange.answerTrailers(trailers);
    }

    @Override
    public void upstreamReset(Reset reason, String details) {
        Upstream stream = upstream;
        boolean reused = stream != null && stream.isReused();
        upstream = null;
        leaveHost();
        if (exchange.hasEnded()) {
            return;
        }
        if (answered) {
            record.flag(reason == Reset.PROTOCOL_ERROR ? ResponseFlag.UPE : ResponseFlag.UC);
            exchange.breakOff("upstream_reset_after_response_started{" + details + "}");
            return;
        }
        if (!body.isSent() && retries().replays(reason, reused, request)) {
            attempt();
            return;
        }
        if (retry(reason == Reset.REFUSED ? RetryRules.Loss.REFUSED : RetryRules.Loss.RESET)) {
            return;
        }
        record.flag(
                switch (reason) {
                    case CLOSED_BEFORE_RESPONSE, CLOSED_WITHIN_RESPONSE -> ResponseFlag.UC;
                    case REFUSED, RESET -> ResponseFlag.UR;
                    case PROTOCOL_ERROR -> ResponseFlag.UPE;
                });
        exchange.reply(LocalReply.reset(reason == Reset.PROTOCOL_ERROR, details));
    }

    @Override
    public void upstreamWritable() {
        downstream.read(true);
    }

    // ---- the end ----

    /** Gives up the attempt at hand. */
    void stop() {
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

    /** Nothing more is wanted of any attempt. */
    void close() {
        leaveHost();
        Retries further = retries;
        if (further != null) {
            further.close();
        }
        body.release();
    }

    private void leaveHost() {
        Host left = host;
        if (left != null) {
            host = null;
            left.end();
        }
        RequestLimit limit = counted;
        if (limit != null) {
            counted = null;
            limit.ended();
        }
        TimeLimit.clear(perTry, worker);
        TimeLimit.clear(lasting, worker);
    }
}
