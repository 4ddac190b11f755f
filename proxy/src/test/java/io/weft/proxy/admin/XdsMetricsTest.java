package io.weft.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.telemetry.StatsReader;
import io.weft.proxy.xds.ResourceType;
import io.weft.proxy.xds.XdsStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class XdsMetricsTest {

    @Test
    void rejected_updates_of_the_control_plane_are_counted_by_kind() {
        XdsStatus status = new XdsStatus(
                true,
                true,
                3,
                "",
                true,
                List.of(),
                9,
                Map.of(ResourceType.LISTENERS, new XdsStatus.Updates(5, 2, "listeners[web]: not supported")));

        assertThat(new StatsReader(List.of(new XdsMetrics(() -> status))).plain(StatsReader.Choice.ALL))
                .isEqualTo("""
                        config.sequence: 9
                        control_plane.connected_state: 1
                        control_plane.connects: 3
                        listener_manager.lds.update_rejected: 2
                        listener_manager.lds.update_success: 5
                        """);
    }
}
