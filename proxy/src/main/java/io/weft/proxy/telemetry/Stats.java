package io.weft.proxy.telemetry;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.exchange.ExchangeObserver;
import io.weft.proxy.exchange.ExchangeRecord;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.runtime.ConnectionObserver;
import io.weft.proxy.tcp.TcpUpstream;
import io.weft.proxy.telemetry.EnvoyCounters.Count;
import io.weft.proxy.telemetry.EnvoyCounters.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts what passes, under Envoy's names and Istio's. Every event loop counts for itself; {@link #read} adds up.
 */
public final class Stats implements ExchangeObserver, ConnectionObserver, MetricSource {

    /** How many series each metric may have before the rest is counted together. */
    public static final int DEFAULT_LIMIT = 10_000;

    private static final String OVERFLOW = "__overflow__";
    private static final String RBAC_DENIED = "rbac_access_denied_matched_policy[";

    private final SeriesTable<String, EnvoyCounters> listeners;
    private final SeriesTable<String, EnvoyCounters> http;
    private final SeriesTable<String, EnvoyCounters> tcp;
    private final SeriesTable<String, EnvoyCounters> clusters;
    private final IstioMetrics istio;

    /**
     * @param loops how many event loops there are; their workers are numbered from 0
     * @param limit series per metric, see {@link #DEFAULT_LIMIT}
     */
    public Stats(int loops, int limit, Workload own) {
        this.listeners = new SeriesTable<>(loops, limit, OVERFLOW, EnvoyCounters::new);
        this.http = new SeriesTable<>(loops, limit, OVERFLOW, EnvoyCounters::new);
        this.tcp = new SeriesTable<>(loops, limit, OVERFLOW, EnvoyCounters::new);
        this.clusters = new SeriesTable<>(loops, limit, OVERFLOW, EnvoyCounters::new);
        this.istio = new IstioMetrics(loops, limit, own);
    }

    // ---- exchanges ----

    @Override
    public void began(ExchangeRecord record) {
        http(record.connection(), record.manager()).add(Count.DOWNSTREAM_RQ_TOTAL);
    }

    @Override
    public void ended(ExchangeRecord record, long now) {
        EnvoyCounters counters = http(record.connection(), record.manager());
        counters.add(Count.DOWNSTREAM_RQ_COMPLETED);
        counters.status(record.status());
        if (record.has(ResponseFlag.DC)) {
            counters.add(Count.DOWNSTREAM_RQ_RX_RESET);
        }
        if (!record.manager().filters().isEmpty()) {
            boolean denied = record.details().startsWith(RBAC_DENIED);
            counters.add(denied ? Count.RBAC_DENIED : Count.RBAC_ALLOWED);
        }
        if (!record.cluster().isEmpty()) {
            cluster(record);
        }
        istio.ended(record, now);
    }

    private void cluster(ExchangeRecord record) {
        EnvoyCounters counters = clusters.get(loop(record.connection()), record.cluster());
        counters.add(Count.UPSTREAM_RQ_COMPLETED);
        counters.status(record.status());
        if (record.has(ResponseFlag.UT)) {
            counters.add(Count.UPSTREAM_RQ_TIMEOUT);
        }
        if (record.has(ResponseFlag.UH)) {
            counters.add(Count.UPSTREAM_CX_NONE_HEALTHY);
        }
        if (record.attempts() > 1) {
            counters.add(Count.UPSTREAM_RQ_RETRY, record.attempts() - 1);
        }
    }

    // ---- connections ----

    @Override
    public void accepted(Connection connection) {
        listener(connection).add(Count.DOWNSTREAM_CX_TOTAL);
    }

    @Override
    public void chosen(Connection connection) {
        EnvoyCounters counters = terminal(connection);
        if (counters != null) {
            counters.add(Count.DOWNSTREAM_CX_TOTAL);
        }
    }

    @Override
    public void secured(Connection connection) {
        listener(connection).add(Count.SSL_HANDSHAKE);
        EnvoyCounters counters = terminal(connection);
        if (counters != null) {
            counters.add(Count.DOWNSTREAM_CX_SSL_TOTAL);
        }
    }

    @Override
    public void carried(Connection connection, TcpUpstream upstream) {
        istio.opened(connection, upstream);
    }

    @Override
    public void ended(Connection connection, @Nullable TcpUpstream upstream) {
        FilterChain chain = connection.filterChain();
        if (chain == null) {
            listener(connection).add(Count.NO_FILTER_CHAIN_MATCH);
            return;
        }
        if (connection.details().startsWith("tls_handshake_failed")) {
            listener(connection).add(Count.SSL_CONNECTION_ERROR);
            return;
        }
        EnvoyCounters counters = terminal(connection);
        if (counters == null) {
            return;
        }
        if (!chain.network().isEmpty()) {
            boolean denied = connection.details().startsWith(RBAC_DENIED);
            counters.add(denied ? Count.RBAC_DENIED : Count.RBAC_ALLOWED);
        }
        counters.add(Count.DOWNSTREAM_CX_RX_BYTES_TOTAL, connection.received());
        counters.add(Count.DOWNSTREAM_CX_TX_BYTES_TOTAL, connection.sent());
        if (connection.has(ResponseFlag.NC)) {
            counters.add(Count.DOWNSTREAM_CX_NO_ROUTE);
        }
        if (upstream != null && upstream.isCarried()) {
            istio.closed(connection, upstream);
        }
    }

    @Override
    public void closed(Connection connection) {
        listener(connection).add(Count.DOWNSTREAM_CX_DESTROY);
        EnvoyCounters counters = terminal(connection);
        if (counters != null) {
            counters.add(Count.DOWNSTREAM_CX_DESTROY);
        }
    }

    private EnvoyCounters http(Connection connection, HttpConnectionManager manager) {
        return http.get(loop(connection), manager.statPrefix());
    }

    private EnvoyCounters listener(Connection connection) {
        return listeners.get(loop(connection), address(connection.listener()));
    }

    /** As Envoy writes an address in a name: with an underscore before the port. */
    private static String address(Listener listener) {
        return switch (listener.address()) {
            case Address.Socket socket -> socket.host() + "_" + socket.port();
            case Address.Pipe pipe -> pipe.path();
        };
    }

    private @Nullable EnvoyCounters terminal(Connection connection) {
        FilterChain chain = connection.filterChain();
        if (chain == null) {
            return null;
        }
        return switch (chain.terminal()) {
            case HttpConnectionManager manager -> http(connection, manager);
            case TcpProxy proxy -> tcp.get(loop(connection), proxy.statPrefix());
        };
    }

    private static int loop(Connection connection) {
        return connection.worker().index();
    }

    /** Accepted connections that are open; any thread. */
    public long activeConnections() {
        return listeners.all().values().stream()
                .mapToLong(EnvoyCounters::activeConnections)
                .sum();
    }

    @Override
    public List<Metric> read() {
        List<Metric> metrics = new ArrayList<>();
        clusters.all().forEach((name, parts) -> metrics.addAll(EnvoyCounters.read(Scope.CLUSTER, name, parts)));
        http.all().forEach((name, parts) -> metrics.addAll(EnvoyCounters.read(Scope.HTTP, name, parts)));
        tcp.all().forEach((name, parts) -> metrics.addAll(EnvoyCounters.read(Scope.TCP, name, parts)));
        listeners.all().forEach((name, parts) -> metrics.addAll(EnvoyCounters.read(Scope.LISTENER, name, parts)));
        metrics.addAll(istio.read());
        return metrics;
    }
}
