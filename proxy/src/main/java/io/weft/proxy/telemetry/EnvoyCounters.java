package io.weft.proxy.telemetry;

import io.weft.proxy.telemetry.Metric.Value;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counters of one listener, connection manager, TCP proxy, policy or cluster on one event loop. */
final class EnvoyCounters {

    /** By Envoy's names. */
    enum Count {
        DOWNSTREAM_CX_TOTAL("downstream_cx_total"),
        DOWNSTREAM_CX_DESTROY("downstream_cx_destroy"),
        DOWNSTREAM_CX_SSL_TOTAL("downstream_cx_ssl_total"),
        DOWNSTREAM_CX_RX_BYTES_TOTAL("downstream_cx_rx_bytes_total"),
        DOWNSTREAM_CX_TX_BYTES_TOTAL("downstream_cx_tx_bytes_total"),
        DOWNSTREAM_CX_NO_ROUTE("downstream_cx_no_route"),
        NO_FILTER_CHAIN_MATCH("no_filter_chain_match"),
        SSL_HANDSHAKE("ssl.handshake"),
        SSL_CONNECTION_ERROR("ssl.connection_error"),
        DOWNSTREAM_RQ_TOTAL("downstream_rq_total"),
        DOWNSTREAM_RQ_COMPLETED("downstream_rq_completed"),
        DOWNSTREAM_RQ_RX_RESET("downstream_rq_rx_reset"),
        RBAC_ALLOWED("rbac.allowed"),
        RBAC_DENIED("rbac.denied"),
        UPSTREAM_RQ_COMPLETED("upstream_rq_completed"),
        UPSTREAM_RQ_TIMEOUT("upstream_rq_timeout"),
        UPSTREAM_RQ_RETRY("upstream_rq_retry"),
        UPSTREAM_CX_NONE_HEALTHY("upstream_cx_none_healthy");

        private final String text;

        Count(String text) {
            this.text = text;
        }
    }

    /** What is counted under a scope; the others are not shown there. */
    enum Scope {
        LISTENER(
                "listener",
                "envoy_listener_address",
                Count.DOWNSTREAM_CX_TOTAL,
                Count.DOWNSTREAM_CX_DESTROY,
                Count.NO_FILTER_CHAIN_MATCH,
                Count.SSL_HANDSHAKE,
                Count.SSL_CONNECTION_ERROR),
        HTTP(
                "http",
                "envoy_http_conn_manager_prefix",
                Count.DOWNSTREAM_CX_TOTAL,
                Count.DOWNSTREAM_CX_DESTROY,
                Count.DOWNSTREAM_CX_SSL_TOTAL,
                Count.DOWNSTREAM_RQ_TOTAL,
                Count.DOWNSTREAM_RQ_COMPLETED,
                Count.DOWNSTREAM_RQ_RX_RESET,
                Count.RBAC_ALLOWED,
                Count.RBAC_DENIED),
        TCP(
                "tcp",
                "envoy_tcp_prefix",
                Count.DOWNSTREAM_CX_TOTAL,
                Count.DOWNSTREAM_CX_DESTROY,
                Count.DOWNSTREAM_CX_RX_BYTES_TOTAL,
                Count.DOWNSTREAM_CX_TX_BYTES_TOTAL,
                Count.DOWNSTREAM_CX_NO_ROUTE,
                Count.RBAC_ALLOWED,
                Count.RBAC_DENIED),
        CLUSTER(
                "cluster",
                "envoy_cluster_name",
                Count.UPSTREAM_RQ_COMPLETED,
                Count.UPSTREAM_RQ_TIMEOUT,
                Count.UPSTREAM_RQ_RETRY,
                Count.UPSTREAM_CX_NONE_HEALTHY);

        private final String prefix;
        private final String label;

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<Count> shown;

        Scope(String prefix, String label, Count... shown) {
            this.prefix = prefix;
            this.label = label;
            this.shown = List.of(shown);
        }
    }

    private final Map<Count, Counter> counters = new EnumMap<>(Count.class);
    private final Counter[] statusClasses = new Counter[5];

    EnvoyCounters() {
        for (Count count : Count.values()) {
            counters.put(count, new Counter());
        }
        for (int i = 0; i < statusClasses.length; i++) {
            statusClasses[i] = new Counter();
        }
    }

    void add(Count count) {
        add(count, 1);
    }

    void add(Count count, long more) {
        Counter counter = counters.get(count);
        if (counter != null) {
            counter.add(more);
        }
    }

    void status(int code) {
        if (code >= 100 && code < 600) {
            statusClasses[code / 100 - 1].add(1);
        }
    }

    private static long sum(List<EnvoyCounters> parts, Count count) {
        long sum = 0;
        for (EnvoyCounters part : parts) {
            Counter counter = part.counters.get(count);
            sum += counter == null ? 0 : counter.get();
        }
        return sum;
    }

    static long activeConnections(List<EnvoyCounters> parts) {
        // The loops go on while they are read: what ends meanwhile must not make it negative.
        return Math.max(0, sum(parts, Count.DOWNSTREAM_CX_TOTAL) - sum(parts, Count.DOWNSTREAM_CX_DESTROY));
    }

    static List<Metric> read(Scope scope, String name, List<EnvoyCounters> parts) {
        List<Metric> metrics = new ArrayList<>();
        String plain = scope.prefix + "." + name + ".";
        String family = "envoy_" + scope.prefix + "_";
        Labels labels = Labels.of(scope.label, name);
        for (Count count : scope.shown) {
            metrics.add(
                    Metric.total(plain + count.text, family + count.text.replace('.', '_'), labels, sum(parts, count)));
        }
        if (scope != Scope.CLUSTER) {
            metrics.add(Metric.gauge(
                    plain + "downstream_cx_active", family + "downstream_cx_active", labels, activeConnections(parts)));
        }
        String direction = scope == Scope.CLUSTER ? "upstream_rq_" : "downstream_rq_";
        if (scope == Scope.HTTP) {
            long active = sum(parts, Count.DOWNSTREAM_RQ_TOTAL) - sum(parts, Count.DOWNSTREAM_RQ_COMPLETED);
            metrics.add(Metric.gauge(
                    plain + "downstream_rq_active", family + "downstream_rq_active", labels, Math.max(0, active)));
        }
        if (scope == Scope.HTTP || scope == Scope.CLUSTER) {
            for (int i = 0; i < 5; i++) {
                long sum = 0;
                for (EnvoyCounters part : parts) {
                    sum += part.statusClasses[i].get();
                }
                Labels with = Labels.of("envoy_response_code_class", Integer.toString(i + 1), scope.label, name);
                metrics.add(new Metric(
                        plain + direction + (i + 1) + "xx", family + direction + "xx", with, new Value.Total(sum)));
            }
        }
        return metrics;
    }
}
