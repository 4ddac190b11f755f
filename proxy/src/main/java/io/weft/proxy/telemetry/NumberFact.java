package io.weft.proxy.telemetry;

import io.weft.proxy.exchange.ExchangeRecord;
import java.net.InetSocketAddress;

/** Operators that yield a number, by Envoy's names. Durations are whole milliseconds. */
enum NumberFact {
    RESPONSE_CODE,
    BYTES_RECEIVED,
    BYTES_SENT,
    /** Beginning to end. */
    DURATION,
    /** Beginning to the last byte of the request. */
    REQUEST_DURATION,
    /** Beginning to the first byte of the answer. */
    RESPONSE_DURATION,
    /** First byte of the answer to the end. */
    RESPONSE_TX_DURATION,
    /** Last byte of the request to the endpoint's first: what Envoy puts into x-envoy-upstream-service-time. */
    UPSTREAM_SERVICE_TIME,
    UPSTREAM_REQUEST_ATTEMPT_COUNT,
    CONNECTION_ID,
    DOWNSTREAM_LOCAL_PORT,
    DOWNSTREAM_REMOTE_PORT;

    /** -1 where it is not known. */
    long of(LogEntry entry) {
        ExchangeRecord exchange = entry.exchange();
        return switch (this) {
            case RESPONSE_CODE -> exchange == null ? 0 : exchange.status();
            case BYTES_RECEIVED -> exchange == null ? entry.connection().received() : exchange.requestBytes();
            case BYTES_SENT -> exchange == null ? entry.connection().sent() : exchange.responseBytes();
            case DURATION -> LogEntry.millis(entry.began(), entry.now());
            case REQUEST_DURATION -> exchange == null ? -1 : LogEntry.millis(exchange.began(), exchange.requestEnded());
            case RESPONSE_DURATION ->
                exchange == null ? -1 : LogEntry.millis(exchange.began(), exchange.responseBegan());
            case RESPONSE_TX_DURATION -> exchange == null ? -1 : LogEntry.millis(exchange.responseBegan(), entry.now());
            case UPSTREAM_SERVICE_TIME ->
                exchange == null || exchange.response() == null
                        ? -1
                        : LogEntry.millis(exchange.requestEnded(), exchange.responseBegan());
            case UPSTREAM_REQUEST_ATTEMPT_COUNT -> attempts(entry);
            case CONNECTION_ID -> entry.connection().id();
            case DOWNSTREAM_LOCAL_PORT -> port(entry.connection().destination());
            case DOWNSTREAM_REMOTE_PORT -> port(entry.connection().source());
        };
    }

    private static long attempts(LogEntry entry) {
        ExchangeRecord exchange = entry.exchange();
        if (exchange != null) {
            return exchange.attempts();
        }
        return entry.upstream() == null ? 0 : entry.upstream().attempts();
    }

    private static long port(InetSocketAddress address) {
        return address.getPort();
    }
}
