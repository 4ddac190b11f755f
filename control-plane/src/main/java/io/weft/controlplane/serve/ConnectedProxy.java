package io.weft.controlplane.serve;

import io.weft.controlplane.generate.ResourceType;
import java.time.Instant;
import java.util.Map;

/**
 * An open stream, as {@code /debug/syncz} shows it.
 *
 * @param nodeId what the proxy calls itself
 * @param identity what its certificate says
 * @param variant {@code delta} or {@code sotw}
 * @param types how far it is, for each type that it asked for
 * @param unanswered for each of these types, how many responses it has neither taken nor refused
 */
public record ConnectedProxy(
        String nodeId,
        String identity,
        String source,
        String variant,
        String userAgent,
        Instant since,
        Map<ResourceType, SyncStatus> types,
        Map<ResourceType, Integer> unanswered) {
    public ConnectedProxy {
        types = Map.copyOf(types);
        unanswered = Map.copyOf(unanswered);
    }
}
