package io.weft.controlplane.admin;

import io.weft.controlplane.generate.ResourceType;
import io.weft.controlplane.serve.ConnectedProxy;
import io.weft.controlplane.serve.SyncStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code /debug/syncz}: one entry per connected proxy, with the field names of Istio's page, so that what reads that one reads this
 * one. Sent and acked are versions of content; a type is in sync when they are equal. Beside them stand the identity and, for each
 * refused type, the proxy's own words.
 */
final class SyncStatusPage {
    private SyncStatusPage() {}

    static List<Map<String, Object>> of(List<ConnectedProxy> connected) {
        var page = new ArrayList<Map<String, Object>>();
        connected.stream()
                .sorted(Comparator.comparing(ConnectedProxy::nodeId).thenComparing(ConnectedProxy::since))
                .forEach(proxy -> page.add(entry(proxy)));
        return page;
    }

    private static Map<String, Object> entry(ConnectedProxy proxy) {
        String[] id = proxy.nodeId().split("~", -1);
        var entry = new LinkedHashMap<String, Object>();
        entry.put("proxy", id.length == 4 ? id[2] : proxy.nodeId());
        entry.put("proxy_type", id.length == 4 ? id[0] : "");
        entry.put("node_id", proxy.nodeId());
        entry.put("identity", proxy.identity());
        entry.put("source", proxy.source());
        entry.put("xds", proxy.variant());
        entry.put("user_agent", proxy.userAgent());
        entry.put("connected_since", proxy.since().toString());
        for (ResourceType type : ResourceType.values()) {
            SyncStatus status = proxy.types().get(type);
            if (status != null) {
                entry.put(name(type) + "_sent", status.sentVersion());
                entry.put(name(type) + "_acked", status.ackedVersion());
                entry.put(
                        name(type) + "_status", word(status, proxy.unanswered().getOrDefault(type, 0)));
            }
        }
        var nacks = new LinkedHashMap<String, Object>();
        proxy.types().forEach((type, status) -> status.nack().ifPresent(nack -> nacks.put(name(type), nack)));
        entry.put("nacks", nacks);
        return entry;
    }

    private static String word(SyncStatus status, int unanswered) {
        if (status.nack().isPresent()) {
            return "NACKED";
        }
        if (status.sentVersion().isEmpty()) {
            return "NOT SENT";
        }
        return unanswered == 0 ? "SYNCED" : "STALE";
    }

    private static String name(ResourceType type) {
        return switch (type) {
            case CLUSTER -> "cluster";
            case ENDPOINT -> "endpoint";
            case LISTENER -> "listener";
            case ROUTE -> "route";
            case SECRET -> "secret";
        };
    }
}
