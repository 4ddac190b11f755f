package io.weft.proxy.exchange;

import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import org.jspecify.annotations.Nullable;

/** One of the time limits of an exchange: what it is called, and who hears that it has passed. */
final class TimeLimit extends Deadline {

    enum Kind {
        /** The route's {@code timeout}: from the end of the request to the end of the answer. */
        ROUTE(ResponseFlag.UT, "response_timeout", "upstream request timeout"),
        /** Nothing has moved in either direction. */
        IDLE(ResponseFlag.SI, "stream_idle_timeout", "stream timeout"),
        /** The route's {@code per_try_timeout}: from the end of the request, or of the dial, to the head of the answer. */
        TRY(ResponseFlag.UT, "upstream_per_try_timeout", "upstream request timeout"),
        /** The cluster's {@code max_stream_duration}: from when the stream is there to the end of the answer. */
        STREAM(ResponseFlag.UMSDR, "upstream_max_stream_duration_reached", "upstream max stream duration reached"),
        /** The route's or connection manager's {@code max_stream_duration}: from the head to the end of the answer. */
        DURATION(ResponseFlag.DT, "max_duration_timeout", "downstream duration timeout"),
        /** The pause before another attempt is over. */
        BACK_OFF(ResponseFlag.UT, "", "");

        private final ResponseFlag flag;
        private final String details;
        private final String body;

        Kind(ResponseFlag flag, String details, String body) {
            this.flag = flag;
            this.details = details;
            this.body = body;
        }

        ResponseFlag flag() {
            return flag;
        }

        /** @param requestEnded whether the endpoint is late; it is the client otherwise */
        LocalReply reply(boolean requestEnded) {
            int status = (this == STREAM || this == DURATION) && !requestEnded ? 408 : 504;
            return this == DURATION
                    ? LocalReply.deadline(status, body, details)
                    : new LocalReply(status, body, details);
        }

        String details() {
            return details;
        }
    }

    private final Exchange exchange;
    private final Kind kind;

    private TimeLimit(Exchange exchange, Kind kind) {
        this.exchange = exchange;
        this.kind = kind;
    }

    /**
     * Sets or moves a limit. Most exchanges have few of them, so that each is made when it is first set.
     *
     * @param known null while it was never set
     * @param nanos from now; zero or less for no limit
     */
    static @Nullable TimeLimit set(@Nullable TimeLimit known, Exchange exchange, Kind kind, long nanos) {
        if (nanos <= 0) {
            return known;
        }
        TimeLimit limit = known == null ? new TimeLimit(exchange, kind) : known;
        Worker worker = exchange.connection().worker();
        worker.deadlines().set(limit, worker.now(), nanos);
        return limit;
    }

    static void clear(@Nullable TimeLimit limit, Worker worker) {
        if (limit != null) {
            worker.deadlines().clear(limit);
        }
    }

    @Override
    protected void expired() {
        exchange.expired(kind);
    }
}
