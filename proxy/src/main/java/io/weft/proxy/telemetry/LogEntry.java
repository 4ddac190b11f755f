package io.weft.proxy.telemetry;

import io.weft.proxy.cluster.Host;
import io.weft.proxy.exchange.ExchangeRecord;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.tcp.TcpUpstream;
import io.weft.proxy.tls.TlsSession;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one line is about: an exchange that ended, or a connection that ended without one. Looked at on the event loop
 * while it is told; not kept.
 *
 * @param exchange null for a connection
 * @param upstream of a TCP connection; null where none was dialled
 * @param now {@link System#nanoTime} at the end
 * @param ended the same moment on the wall clock
 */
record LogEntry(
        Connection connection,
        @Nullable ExchangeRecord exchange,
        @Nullable TcpUpstream upstream,
        long now,
        Instant ended) {

    long began() {
        return exchange == null ? connection.began() : exchange.began();
    }

    Instant started() {
        return ended.minusNanos(now - began());
    }

    @Nullable
    Host host() {
        if (exchange != null) {
            return exchange.host();
        }
        return upstream == null ? null : upstream.host();
    }

    String cluster() {
        if (exchange != null) {
            return exchange.cluster();
        }
        return upstream == null ? "" : upstream.cluster();
    }

    String upstreamLocal() {
        if (exchange != null) {
            return exchange.upstreamLocal();
        }
        return upstream == null ? "" : upstream.localAddress();
    }

    @Nullable
    TlsSession upstreamTls() {
        if (exchange != null) {
            return exchange.upstreamTls();
        }
        return upstream == null ? null : upstream.tls();
    }

    boolean has(ResponseFlag flag) {
        return exchange == null ? connection.has(flag) : exchange.has(flag);
    }

    /** Milliseconds between two moments of {@link System#nanoTime}; -1 where either is unknown (0). */
    static long millis(long from, long to) {
        return from == 0 || to == 0 ? -1 : Math.max(0, to - from) / 1_000_000;
    }
}
