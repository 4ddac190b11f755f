package io.weft.proxy.admin;

import io.weft.proxy.config.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * {@code /config_dump}: what was received, in Envoy's shape, and what was made of it and is in force, as records.
 */
final class ConfigDumpPage implements Function<AdminRequest, AdminAnswer> {

    private final AdminParts parts;

    ConfigDumpPage(AdminParts parts) {
        this.parts = parts;
    }

    @Override
    public AdminAnswer apply(AdminRequest request) {
        boolean withEndpoints = request.has("include_eds");
        List<Object> sections = new ArrayList<>();
        sections.addAll(parts.configuration().sections(withEndpoints));
        sections.add(inForce(parts.snapshot().get(), withEndpoints));
        return AdminAnswer.json(Map.of("configs", sections));
    }

    private static Object inForce(Snapshot snapshot, boolean withEndpoints) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("@type", "weft.proxy.Snapshot");
        shown.put("sequence", snapshot.sequence());
        shown.put("listeners", RecordJson.of(new TreeMap<>(snapshot.listeners())));
        Map<String, Object> clusters = new TreeMap<>();
        snapshot.clusters()
                .forEach((name, cluster) ->
                        clusters.put(name, RecordJson.of(withEndpoints ? cluster : cluster.withEndpoints(List.of()))));
        shown.put("clusters", clusters);
        shown.put("routes", RecordJson.of(new TreeMap<>(snapshot.routes())));
        shown.put("secrets", RecordJson.of(new TreeMap<>(snapshot.secrets())));
        return shown;
    }
}
