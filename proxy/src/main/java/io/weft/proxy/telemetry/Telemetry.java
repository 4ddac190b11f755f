package io.weft.proxy.telemetry;

import io.weft.proxy.exchange.ExchangeObserver;
import io.weft.proxy.exchange.ExchangeRecord;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.runtime.ConnectionObserver;
import io.weft.proxy.tcp.TcpUpstream;
import org.jspecify.annotations.Nullable;

/** Access logs and numbers as one observer, which is what a proxy takes. */
public record Telemetry(AccessLogs logs, Stats stats) implements ExchangeObserver, ConnectionObserver {

    @Override
    public void began(ExchangeRecord record) {
        stats.began(record);
    }

    @Override
    public void ended(ExchangeRecord record, long now) {
        stats.ended(record, now);
        logs.ended(record, now);
    }

    @Override
    public void accepted(Connection connection) {
        stats.accepted(connection);
    }

    @Override
    public void chosen(Connection connection) {
        stats.chosen(connection);
    }

    @Override
    public void secured(Connection connection) {
        stats.secured(connection);
    }

    @Override
    public void carried(Connection connection, TcpUpstream upstream) {
        stats.carried(connection, upstream);
    }

    @Override
    public void ended(Connection connection, @Nullable TcpUpstream upstream) {
        stats.ended(connection, upstream);
        logs.ended(connection, upstream);
    }

    @Override
    public void closed(Connection connection) {
        stats.closed(connection);
    }
}
