package io.weft.proxy.xds;

import io.weft.proxy.xds.Judged.Accepted;
import io.weft.proxy.xds.Judged.Heartbeat;
import io.weft.proxy.xds.Judged.Rejected;
import io.weft.proxy.xds.Subscription.Held;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A response held against what was there: what is taken, what is refused and what is gone. */
final class Reading {

    private final List<Accepted> accepted = new ArrayList<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, Held> held;
    private final Map<String, Long> timers;
    private final long now;

    /** @param deadline until when a name that is taken away may come back before it counts as absent */
    Reading(Subscription subscription, boolean delta, Event.Response response, long deadline) {
        held = new HashMap<>(subscription.held());
        timers = new HashMap<>(subscription.deadlines());
        timers.remove(Subscription.WILDCARD);
        now = response.now();
        Set<String> duplicates = duplicates(response.resources());
        for (Judged judged : response.resources()) {
            if (duplicates.contains(judged.name())) {
                continue;
            }
            switch (judged) {
                case Accepted resource when subscription.wants(resource.name()) -> take(resource);
                case Heartbeat beat
                when held.containsKey(beat.name()) ->
                    held.put(beat.name(), new Held(beat.version(), expiry(beat.ttl())));
                case Rejected bad -> rejected.add(bad);
                // What was unsubscribed while the response was on its way.
                case Accepted _, Heartbeat _ -> {}
            }
        }
        for (String name : duplicates) {
            rejected.add(new Rejected(name, response.version(), "more than one resource of this name in one response"));
        }
        remove(subscription, delta, response, deadline);
    }

    private void take(Accepted resource) {
        accepted.add(resource);
        held.put(resource.name(), new Held(resource.version(), expiry(resource.ttl())));
        timers.remove(resource.name());
    }

    /**
     * Only what was held can go. That a name never existed is not believed at once: the resource that refers to it may
     * itself be out of date, so its timer runs on.
     */
    private void remove(Subscription subscription, boolean delta, Event.Response response, long deadline) {
        Set<String> gone = new HashSet<>(response.removed());
        if (!delta && response.type().fullState()) {
            gone.addAll(held.keySet());
            for (Judged judged : response.resources()) {
                gone.remove(judged.name());
                if (judged.name().isEmpty()) {
                    // It may be any of them: nothing may be taken away on the strength of this response.
                    gone.clear();
                    break;
                }
            }
        }
        accepted.forEach(resource -> gone.remove(resource.name()));
        for (String name : gone) {
            if (held.remove(name) != null) {
                removed.add(name);
                if (subscription.wanted().contains(name)) {
                    timers.put(name, deadline);
                }
            }
        }
    }

    private static Set<String> duplicates(List<Judged> resources) {
        Set<String> seen = new HashSet<>();
        Set<String> twice = new HashSet<>();
        for (Judged judged : resources) {
            if (!judged.name().isEmpty() && !seen.add(judged.name())) {
                twice.add(judged.name());
            }
        }
        return twice;
    }

    private long expiry(@Nullable Duration ttl) {
        return ttl == null ? Subscription.NEVER : now + ttl.toNanos();
    }

    List<Accepted> accepted() {
        return List.copyOf(accepted);
    }

    List<Rejected> rejected() {
        return List.copyOf(rejected);
    }

    Set<String> removed() {
        return Set.copyOf(removed);
    }

    Map<String, Held> held() {
        return Map.copyOf(held);
    }

    Map<String, Long> timers() {
        return Map.copyOf(timers);
    }
}
