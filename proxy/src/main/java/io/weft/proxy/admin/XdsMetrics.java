package io.weft.proxy.admin;

import io.weft.proxy.telemetry.Labels;
import io.weft.proxy.telemetry.Metric;
import io.weft.proxy.telemetry.MetricSource;
import io.weft.proxy.xds.ResourceType;
import io.weft.proxy.xds.XdsStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What is counted of the control plane, under Envoy's names. */
public final class XdsMetrics implements MetricSource {

    private final Supplier<XdsStatus> status;

    public XdsMetrics(Supplier<XdsStatus> status) {
        this.status = status;
    }

    @Override
    public List<Metric> read() {
        XdsStatus now = status.get();
        List<Metric> metrics = new ArrayList<>();
        metrics.add(Metric.gauge(
                "control_plane.connected_state",
                "envoy_control_plane_connected_state",
                Labels.NONE,
                now.connected() ? 1 : 0));
        metrics.add(Metric.total("control_plane.connects", "weft_control_plane_connects", Labels.NONE, now.connects()));
        metrics.add(Metric.gauge("config.sequence", "weft_config_sequence", Labels.NONE, now.sequence()));
        now.types().forEach((type, updates) -> {
            String name = name(type);
            metrics.add(
                    Metric.total(name + ".update_success", family(name, "success"), Labels.NONE, updates.accepted()));
            metrics.add(
                    Metric.total(name + ".update_rejected", family(name, "rejected"), Labels.NONE, updates.rejected()));
        });
        return metrics;
    }

    private static String family(String name, String what) {
        return "envoy_" + name.replace('.', '_') + "_update_" + what;
    }

    /** Envoy counts routes, endpoints and secrets for each of them; here they are counted together. */
    private static String name(ResourceType type) {
        return switch (type) {
            case CLUSTERS -> "cluster_manager.cds";
            case ENDPOINTS -> "cluster.eds";
            case LISTENERS -> "listener_manager.lds";
            case ROUTES -> "http.rds";
            case SECRETS -> "sds";
        };
    }
}
