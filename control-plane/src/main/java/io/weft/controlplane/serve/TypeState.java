package io.weft.controlplane.serve;

import io.weft.controlplane.generate.EncodedResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;

/**
 * What a stream knows of one type. Never modified.
 *
 * @param held what the proxy was last told, version by name; a refused response counts as told, so that it is not sent in a loop
 * @param departing what is still held but is no more: clusters and endpoints whose removal waits for listeners and routes to let go
 * @param refused names that were in a refused response; they go along with the next change, for the proxy may have dropped the good
 *     ones together with the bad one
 * @param unanswered responses that were neither taken nor refused yet, by nonce, oldest first
 */
record TypeState(
        Subscription subscription,
        Map<String, String> held,
        Map<String, EncodedResource> departing,
        Set<String> refused,
        Map<String, Unanswered> unanswered,
        SyncStatus status) {

    /**
     * A response on its way.
     *
     * @param names what it gave or removed and no later response did
     * @param superseded whether a later response took over some of its names, perhaps the bad ones
     */
    record Unanswered(String version, Set<String> names, boolean superseded) {
        Unanswered without(Collection<String> taken) {
            Set<String> rest = less(names, taken);
            return new Unanswered(version, rest, superseded || rest.size() < names.size());
        }
    }

    /** A proxy that never answers costs no more than this; the oldest responses are then taken as accepted. */
    static final int MOST_UNANSWERED = 128;

    static TypeState of(Subscription subscription, Map<String, String> held) {
        return new TypeState(subscription, held, Map.of(), Set.of(), Map.of(), SyncStatus.NOTHING_SENT);
    }

    /** The wanted resources of which the proxy has no version or another one. */
    List<EncodedResource> changed(NavigableMap<String, EncodedResource> now) {
        var changed = new ArrayList<EncodedResource>();
        for (EncodedResource resource : subscription.of(now)) {
            if (!resource.version().equals(held.get(resource.name()))) {
                changed.add(resource);
            }
        }
        return changed;
    }

    /** What the proxy has and is no more. */
    List<String> gone(NavigableMap<String, EncodedResource> now) {
        return held.keySet().stream()
                .filter(name -> !now.containsKey(name))
                .sorted()
                .toList();
    }

    /** Whether the proxy has taken all that it was sent. */
    boolean settled() {
        return unanswered.isEmpty() && refused.isEmpty();
    }

    TypeState subscribed(Subscription next) {
        return new TypeState(next, held, departing, refused, unanswered, status);
    }

    /** Forgets what the proxy no longer wants. */
    TypeState dropped(Collection<String> names) {
        return new TypeState(
                subscription,
                without(held, names),
                without(departing, names),
                less(refused, names),
                superseded(names),
                status);
    }

    TypeState departing(Map<String, EncodedResource> leaving) {
        return new TypeState(subscription, held, leaving, refused, unanswered, status);
    }

    TypeState sent(String version, String nonce, Collection<EncodedResource> resources, Collection<String> removed) {
        var holds = new HashMap<>(held);
        var names = new LinkedHashSet<String>();
        for (EncodedResource resource : resources) {
            holds.put(resource.name(), resource.version());
            names.add(resource.name());
        }
        holds.keySet().removeAll(Set.copyOf(removed));
        names.addAll(removed);
        var open = new LinkedHashMap<>(superseded(names));
        open.put(nonce, new Unanswered(version, Collections.unmodifiableSet(names), false));
        if (open.size() > MOST_UNANSWERED) {
            open.pollFirstEntry();
        }
        return new TypeState(
                subscription,
                Collections.unmodifiableMap(holds),
                without(departing, names),
                less(refused, names),
                Collections.unmodifiableMap(open),
                status.sent(version, nonce));
    }

    /** A proxy came back and has all of this version already. */
    TypeState resumed(String version, Collection<EncodedResource> resources) {
        var holds = new HashMap<String, String>();
        resources.forEach(resource -> holds.put(resource.name(), resource.version()));
        return new TypeState(
                subscription,
                Collections.unmodifiableMap(holds),
                departing,
                refused,
                unanswered,
                status.sent(version, "").acked(version));
    }

    TypeState acked(String nonce, Unanswered response) {
        return new TypeState(
                subscription,
                held,
                departing,
                refused,
                without(unanswered, Set.of(nonce)),
                status.acked(response.version()));
    }

    TypeState nacked(String nonce, Unanswered response, String error) {
        var bad = new LinkedHashSet<>(refused);
        bad.addAll(response.names());
        return new TypeState(
                subscription,
                held,
                departing,
                Collections.unmodifiableSet(bad),
                without(unanswered, Set.of(nonce)),
                status.nacked(new SyncStatus.Nack(response.version(), nonce, error)));
    }

    /** What the proxy says to an older response no longer matters for these names. */
    private Map<String, Unanswered> superseded(Collection<String> names) {
        if (names.isEmpty() || unanswered.isEmpty()) {
            return unanswered;
        }
        var open = new LinkedHashMap<String, Unanswered>();
        unanswered.forEach((nonce, response) -> open.put(nonce, response.without(names)));
        return Collections.unmodifiableMap(open);
    }

    private static <V> Map<String, V> without(Map<String, V> map, Collection<String> names) {
        if (names.stream().noneMatch(map::containsKey)) {
            return map;
        }
        var rest = new LinkedHashMap<>(map);
        names.forEach(rest::remove);
        return Collections.unmodifiableMap(rest);
    }

    private static Set<String> less(Set<String> set, Collection<String> names) {
        if (set.isEmpty()) {
            return set;
        }
        var rest = new LinkedHashSet<>(set);
        names.forEach(rest::remove);
        return Collections.unmodifiableSet(rest);
    }
}
