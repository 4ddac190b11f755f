package io.weft.proxy.telemetry;

import io.weft.proxy.cluster.ClusterReport;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What the event loops' clusters and the configuration tell: connections, members, health. */
public final class ClusterMetrics implements MetricSource {

    private final Supplier<Snapshot> snapshot;
    private final Supplier<Map<String, ClusterReport>> reports;

    /** @param reports by cluster name, added up over the event loops; clusters that were never used may be missing */
    public ClusterMetrics(Supplier<Snapshot> snapshot, Supplier<Map<String, ClusterReport>> reports) {
        this.snapshot = snapshot;
        this.reports = reports;
    }

    @Override
    public List<Metric> read() {
        List<Metric> metrics = new ArrayList<>();
        Map<String, ClusterReport> used = reports.get();
        for (Cluster cluster : snapshot.get().clusters().values()) {
            members(cluster, metrics);
            ClusterReport report = used.get(cluster.name());
            if (report != null) {
                traffic(cluster.name(), report.totals(), metrics);
            }
        }
        return metrics;
    }

    private static void members(Cluster cluster, List<Metric> metrics) {
        long total = 0;
        long healthy = 0;
        for (Cluster.Locality locality : cluster.endpoints()) {
            for (Cluster.Endpoint endpoint : locality.endpoints()) {
                total++;
                healthy += endpoint.health() == Cluster.Health.HEALTHY ? 1 : 0;
            }
        }
        gauge(cluster.name(), "membership_total", total, metrics);
        gauge(cluster.name(), "membership_healthy", healthy, metrics);
    }

    private static void traffic(String name, ClusterReport.Traffic traffic, List<Metric> metrics) {
        total(name, "upstream_cx_total", traffic.connections(), metrics);
        total(name, "upstream_cx_connect_fail", traffic.connectFailures(), metrics);
        total(name, "upstream_rq_total", traffic.requests(), metrics);
        gauge(name, "upstream_cx_active", traffic.connectionsActive(), metrics);
        gauge(name, "upstream_rq_active", traffic.requestsActive(), metrics);
    }

    private static void gauge(String cluster, String what, long value, List<Metric> metrics) {
        metrics.add(Metric.gauge(
                "cluster." + cluster + "." + what,
                "envoy_cluster_" + what,
                Labels.of("envoy_cluster_name", cluster),
                value));
    }

    private static void total(String cluster, String what, long value, List<Metric> metrics) {
        metrics.add(Metric.total(
                "cluster." + cluster + "." + what,
                "envoy_cluster_" + what,
                Labels.of("envoy_cluster_name", cluster),
                value));
    }
}
