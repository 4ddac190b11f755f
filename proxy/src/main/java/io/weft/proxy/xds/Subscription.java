package io.weft.proxy.xds;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the protocol remembers of one type.
 *
 * @param wildcard everything of the type is wanted, whatever its name
 * @param wanted by name
 * @param opened a request of this type went out on the current stream
 * @param held what was accepted; survives the stream
 * @param deadlines until when a wanted name may stay unanswered before it counts as absent
 * @param version last accepted response of the state-of-the-world variant
 * @param nonce of the last response on the current stream
 */
record Subscription(
        boolean wildcard,
        Set<String> wanted,
        boolean opened,
        Map<String, Held> held,
        Map<String, Long> deadlines,
        String version,
        String nonce) {

    /** Stands for all names of a type. */
    static final String WILDCARD = "*";

    static final long NEVER = Long.MAX_VALUE;

    /** @param expires in nanoseconds of the monotonic clock, or {@link #NEVER} */
    record Held(String version, long expires) {}

    static Subscription none(boolean wildcard) {
        return new Subscription(wildcard, Set.of(), false, Map.of(), Map.of(), "", "");
    }

    boolean active() {
        return wildcard || !wanted.isEmpty();
    }

    boolean wants(String name) {
        return wildcard || wanted.contains(name);
    }

    /** The stream is gone: nonces and timers go with it, what is held stays. */
    Subscription disconnected() {
        return new Subscription(wildcard, wanted, false, held, Map.of(), version, "");
    }

    Subscription opened(Map<String, Long> timers) {
        return new Subscription(wildcard, wanted, true, held, timers, version, nonce);
    }

    Subscription wanting(Set<String> names, Map<String, Long> timers) {
        Map<String, Held> kept = held;
        if (!wildcard && !names.containsAll(held.keySet())) {
            kept = new HashMap<>(held);
            kept.keySet().retainAll(names);
        }
        return new Subscription(wildcard, names, opened, kept, timers, version, nonce);
    }

    Subscription answered(Map<String, Held> nowHeld, Map<String, Long> timers, String newVersion, String newNonce) {
        return new Subscription(wildcard, wanted, opened, nowHeld, timers, newVersion, newNonce);
    }

    /** The names that are waited for: wanted and not held. */
    Map<String, Long> timers(long deadline) {
        Map<String, Long> timers = new HashMap<>();
        if (wildcard && held.isEmpty()) {
            timers.put(WILDCARD, deadline);
        }
        for (String name : wanted) {
            if (!held.containsKey(name)) {
                timers.put(name, deadline);
            }
        }
        return timers;
    }
}
