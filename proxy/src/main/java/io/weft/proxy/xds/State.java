package io.weft.proxy.xds;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * All that the protocol knows between two events.
 *
 * @param fetchTimeout how long a name may stay unanswered on a stream before it counts as absent; zero for ever
 * @param connected a stream is open
 * @param answered the control plane said something on this stream
 * @param failures streams in a row that ended without an answer
 */
record State(
        boolean delta,
        Duration fetchTimeout,
        boolean connected,
        boolean answered,
        int failures,
        Map<ResourceType, Subscription> subscriptions) {

    State {
        subscriptions = Collections.unmodifiableMap(new EnumMap<>(subscriptions));
    }

    /** @param clusters whether clusters are asked for; likewise listeners */
    static State initial(boolean delta, Duration fetchTimeout, boolean clusters, boolean listeners) {
        Map<ResourceType, Subscription> all = new EnumMap<>(ResourceType.class);
        for (ResourceType type : ResourceType.values()) {
            boolean wildcard = switch (type) {
                case CLUSTERS -> clusters;
                case LISTENERS -> listeners;
                case ENDPOINTS, ROUTES, SECRETS -> false;
            };
            all.put(type, Subscription.none(wildcard));
        }
        return new State(delta, fetchTimeout, false, false, 0, all);
    }

    Subscription of(ResourceType type) {
        Subscription subscription = subscriptions.get(type);
        if (subscription == null) {
            throw new IllegalStateException("no subscription of " + type);
        }
        return subscription;
    }

    State with(ResourceType type, Subscription subscription) {
        Map<ResourceType, Subscription> all = new EnumMap<>(subscriptions);
        all.put(type, subscription);
        return with(all);
    }

    State with(Map<ResourceType, Subscription> all) {
        return new State(delta, fetchTimeout, connected, answered, failures, all);
    }

    State open() {
        return new State(delta, fetchTimeout, true, false, failures, subscriptions);
    }

    State heard() {
        return answered ? this : new State(delta, fetchTimeout, connected, true, 0, subscriptions);
    }

    State closed(int nowFailures) {
        Map<ResourceType, Subscription> all = new EnumMap<>(ResourceType.class);
        subscriptions.forEach((type, subscription) -> all.put(type, subscription.disconnected()));
        return new State(delta, fetchTimeout, false, false, nowFailures, all);
    }

    long deadline(long now) {
        return fetchTimeout.isZero() ? Subscription.NEVER : now + fetchTimeout.toNanos();
    }

    /** When {@link Event.Tick} has something to do next; {@link Subscription#NEVER} for never. */
    long nextDeadline() {
        long next = Subscription.NEVER;
        for (Subscription subscription : subscriptions.values()) {
            for (long deadline : subscription.deadlines().values()) {
                next = Math.min(next, deadline);
            }
            for (Subscription.Held held : subscription.held().values()) {
                next = Math.min(next, held.expires());
            }
        }
        return next;
    }
}
