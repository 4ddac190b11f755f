package io.weft.controlplane.serve;

import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a stream knows of one type. Never modified.
 *
 * @param told of these resources the proxy was told all that it subscribed to; a refused response counts as told, so that it is not
 *     sent in a loop. Shared with all streams that were offered the same, so what a stream costs does not grow with the mesh
 * @param departing what the proxy still has but is no more: clusters and endpoints whose removal waits for listeners and routes to let go
 * @param refused names that were in a refused response; they go along with the next change, for the proxy may have dropped the good
 *     ones together with the bad one
 * @param unanswered responses that were neither taken nor refused yet, by nonce, oldest first
 */
record TypeState(
        Subscription subscription,
        ResourceList told,
        Map<String, EncodedResource> departing,
        Names refused,
        Map<String, Unanswered> unanswered,
        SyncStatus status) {

    /**
     * A response on its way.
     *
     * @param names what it gave or removed and no later response did
     * @param superseded whether a later response took over some of its names, perhaps the bad ones
     */
    record Unanswered(String version, Names names, boolean superseded) {
        Unanswered without(Predicate<String> taken) {
            Names rest = names.without(taken);
            return new Unanswered(version, rest, superseded || rest.size() < names.size());
        }
    }

    /** A proxy that never answers costs no more than this; the oldest responses are then taken as accepted. */
    static final int MOST_UNANSWERED = 128;

    static TypeState of(Subscription subscription, ResourceList told) {
        return new TypeState(subscription.asIn(told), told, Map.of(), Names.NONE, Map.of(), SyncStatus.NOTHING_SENT);
    }

    /** Whether the proxy has taken all that it was sent. */
    boolean settled() {
        return unanswered.isEmpty() && refused.isEmpty();
    }

    /** Forgets what the proxy no longer wants. */
    TypeState subscribed(Subscription next) {
        return new TypeState(next.asIn(told), told, departing, refused, unanswered, status)
                .dropped(name -> !next.covers(name));
    }

    /** Forgets all about these names. */
    TypeState dropped(Predicate<String> names) {
        return new TypeState(
                subscription, told, without(departing, names), refused.without(names), superseded(names), status);
    }

    /** The proxy is about to be told all that these differ in from what it was told before. */
    TypeState telling(ResourceList now, Map<String, EncodedResource> leaving) {
        return new TypeState(subscription, now, leaving, refused, unanswered, status);
    }

    TypeState sent(String version, String nonce, Collection<EncodedResource> resources, Collection<String> removed) {
        Names names = Names.ofResources(resources);
        if (!removed.isEmpty()) {
            var all = new ArrayList<>(names.list());
            all.addAll(removed);
            names = Names.of(all);
        }
        var open = new LinkedHashMap<>(superseded(names::contains));
        open.put(nonce, new Unanswered(version, names, false));
        if (open.size() > MOST_UNANSWERED) {
            open.pollFirstEntry();
        }
        return new TypeState(
                subscription,
                told,
                without(departing, names::contains),
                refused.without(names::contains),
                Collections.unmodifiableMap(open),
                status.sent(version, nonce));
    }

    /** A proxy came back and has all of this version already. */
    TypeState resumed(String version) {
        return new TypeState(
                subscription,
                told,
                departing,
                refused,
                unanswered,
                status.sent(version, "").acked(version));
    }

    TypeState acked(String nonce, Unanswered response) {
        return new TypeState(
                subscription,
                told,
                departing,
                refused,
                without(unanswered, nonce::equals),
                status.acked(response.version()));
    }

    TypeState nacked(String nonce, Unanswered response, String error) {
        var bad = new ArrayList<>(refused.list());
        bad.addAll(response.names().list());
        return new TypeState(
                subscription,
                told,
                departing,
                Names.of(bad),
                without(unanswered, nonce::equals),
                status.nacked(new SyncStatus.Nack(response.version(), nonce, error)));
    }

    /** What the proxy says to an older response no longer matters for these names. */
    private Map<String, Unanswered> superseded(Predicate<String> names) {
        if (unanswered.isEmpty()) {
            return unanswered;
        }
        var open = new LinkedHashMap<String, Unanswered>();
        unanswered.forEach((nonce, response) -> open.put(nonce, response.without(names)));
        return Collections.unmodifiableMap(open);
    }

    private static <V> Map<String, V> without(Map<String, V> map, Predicate<String> names) {
        if (map.keySet().stream().noneMatch(names)) {
            return map;
        }
        var rest = new LinkedHashMap<>(map);
        rest.keySet().removeIf(names);
        return rest.isEmpty() ? Map.of() : Collections.unmodifiableMap(rest);
    }
}
