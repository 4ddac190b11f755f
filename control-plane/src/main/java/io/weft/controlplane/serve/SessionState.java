package io.weft.controlplane.serve;

import io.weft.controlplane.generate.ResourceType;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * All that the protocol knows of one stream. Never modified, so it may be read by any thread, as {@code /debug/syncz} does.
 *
 * @param offer what the proxy is to have
 * @param owedEndpoints clusters that were sent since their endpoints were last sent: a proxy warms a cluster that it is given again,
 *     and waits for its endpoints even when they did not change
 * @param nonces how many responses were sent
 */
record SessionState(Map<ResourceType, TypeState> types, Offer offer, Names owedEndpoints, long nonces, boolean closed) {
    SessionState {
        types = Collections.unmodifiableMap(types.isEmpty() ? new EnumMap<>(ResourceType.class) : new EnumMap<>(types));
    }

    static SessionState start(Offer offer) {
        return new SessionState(Map.of(), offer, Names.NONE, 0, false);
    }

    Optional<TypeState> type(ResourceType type) {
        return Optional.ofNullable(types.get(type));
    }

    /** Whether the proxy has taken all that it was sent, of every type. */
    boolean settled() {
        return types.values().stream().allMatch(TypeState::settled);
    }

    SessionState ended() {
        return new SessionState(types, offer, owedEndpoints, nonces, true);
    }
}
