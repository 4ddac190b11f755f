package io.weft.controlplane.serve;

import io.weft.controlplane.generate.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request of the incremental variant.
 *
 * @param initialVersions what the proxy kept from an earlier stream, by name; heeded on the first request of a type only
 * @param nonce the response that this answers, or empty
 * @param error why that response was refused, or empty when it was taken
 */
record DeltaRequest(
        ResourceType type,
        List<String> subscribe,
        List<String> unsubscribe,
        Map<String, String> initialVersions,
        String nonce,
        Optional<String> error) {
    DeltaRequest {
        subscribe = List.copyOf(subscribe);
        unsubscribe = List.copyOf(unsubscribe);
        initialVersions = Map.copyOf(initialVersions);
    }
}
