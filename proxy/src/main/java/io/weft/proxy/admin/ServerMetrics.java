package io.weft.proxy.admin;

import io.weft.proxy.config.Snapshot;
import io.weft.proxy.telemetry.AccessLogs;
import io.weft.proxy.telemetry.Labels;
import io.weft.proxy.telemetry.Metric;
import io.weft.proxy.telemetry.MetricSource;
import io.weft.proxy.tls.CertificateFacts;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Envoy's {@code server.*} and what is counted of the access logs. */
public final class ServerMetrics implements MetricSource {

    private final Lifecycle lifecycle;
    private final int concurrency;
    private final Supplier<Snapshot> snapshot;
    private final AccessLogs logs;
    private final InstantSource clock;

    public ServerMetrics(
            Lifecycle lifecycle, int concurrency, Supplier<Snapshot> snapshot, AccessLogs logs, InstantSource clock) {
        this.lifecycle = lifecycle;
        this.concurrency = concurrency;
        this.snapshot = snapshot;
        this.logs = logs;
        this.clock = clock;
    }

    @Override
    public List<Metric> read() {
        Stage stage = lifecycle.stage();
        MemoryUse memory = MemoryUse.now();
        List<Metric> metrics = new ArrayList<>();
        gauge(metrics, "uptime", lifecycle.uptime().toSeconds());
        gauge(metrics, "live", stage == Stage.LIVE ? 1 : 0);
        gauge(metrics, "state", state(stage));
        gauge(metrics, "concurrency", concurrency);
        gauge(metrics, "memory_allocated", memory.allocated());
        gauge(metrics, "memory_heap_size", memory.heap());
        gauge(metrics, "memory_direct", memory.direct());
        gauge(metrics, "memory_physical_size", memory.resident());
        Instant now = clock.instant();
        CertificateFacts.of(snapshot.get()).stream()
                .mapToLong(fact -> fact.daysLeft(now))
                .min()
                .ifPresent(days -> gauge(metrics, "days_until_first_cert_expiring", days));
        metrics.add(Metric.total(
                "access_logs.lines_written", "weft_access_log_lines_written", Labels.NONE, logs.written()));
        metrics.add(Metric.total(
                "access_logs.lines_dropped", "weft_access_log_lines_dropped", Labels.NONE, logs.dropped()));
        return metrics;
    }

    private static void gauge(List<Metric> metrics, String name, long value) {
        metrics.add(Metric.gauge("server." + name, "envoy_server_" + name, Labels.NONE, value));
    }

    /** Envoy's numbers of {@code ServerInfo.State}. */
    private static int state(Stage stage) {
        return switch (stage) {
            case LIVE -> 0;
            case DRAINING, STOPPED -> 1;
            case INITIALIZING -> 2;
        };
    }
}
