package io.weft.proxy.xds;

import io.weft.proxy.xds.Effect.Deliver;
import io.weft.proxy.xds.Effect.Purpose;
import io.weft.proxy.xds.Effect.Send;
import io.weft.proxy.xds.Subscription.Held;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of Envoy's xDS transport protocol over ADS, delta and state of the world, as a pure function: the
 * same state and event give the same state and effects.
 *
 * <p>A resource that its parser rejects is rejected alone: the good ones of the same response are taken, the old version
 * of the bad one stays, and the control plane is told which field was wrong. What was accepted outlives the stream.
 */
final class Protocol {

    private Protocol() {}

    static Step step(State state, Event event) {
        return switch (event) {
            case Event.Connected connected -> connected(state, connected.now());
            case Event.Response response -> response(state, response);
            case Event.UnknownType unknown -> unknown(state, unknown);
            case Event.StreamClosed closed -> closed(state, closed);
            case Event.CredentialsChanged _ -> Step.of(state.closed(0), new Effect.Reconnect(Duration.ZERO));
            case Event.SubscriptionsChanged changed -> subscriptions(state, changed);
            case Event.Tick tick -> tick(state, tick.now());
        };
    }

    private static Step connected(State state, long now) {
        State open = state.closed(state.failures()).open();
        List<Effect> effects = new ArrayList<>();
        for (ResourceType type : ResourceType.values()) {
            if (open.of(type).active()) {
                open = openType(open, type, now, effects);
            }
        }
        return new Step(open, effects);
    }

    private static State openType(State state, ResourceType type, long now, List<Effect> effects) {
        Subscription subscription = state.of(type).opened(state.of(type).timers(state.deadline(now)));
        effects.add(new Send(Purpose.SUBSCRIBE, firstRequest(state.delta(), type, subscription)));
        return state.with(type, subscription);
    }

    private static Request firstRequest(boolean delta, ResourceType type, Subscription subscription) {
        if (delta) {
            Map<String, String> versions = new HashMap<>();
            subscription.held().forEach((name, held) -> versions.put(name, held.version()));
            return new Request.Delta(type.url(), "", subscription.wanted(), Set.of(), versions, null);
        }
        // A server that knows our version may say nothing. When something wanted is missing, that must not happen.
        boolean complete = subscription.held().keySet().containsAll(subscription.wanted());
        return new Request.StateOfTheWorld(
                type.url(), complete ? subscription.version() : "", "", subscription.wanted(), null);
    }

    private static Step subscriptions(State state, Event.SubscriptionsChanged changed) {
        State next = state;
        List<Effect> effects = new ArrayList<>();
        for (ResourceType type : ResourceType.values()) {
            Set<String> names = changed.names().getOrDefault(type, Set.of());
            if (!names.equals(next.of(type).wanted())) {
                next = resubscribe(next, type, names, changed.now(), effects);
            }
        }
        return new Step(next, effects);
    }

    private static State resubscribe(
            State state, ResourceType type, Set<String> names, long now, List<Effect> effects) {
        Subscription before = state.of(type);
        Map<String, Long> timers = new HashMap<>(before.deadlines());
        timers.keySet().removeIf(name -> !name.equals(Subscription.WILDCARD) && !names.contains(name));
        Subscription after = before.wanting(names, timers);
        if (!state.connected()) {
            return state.with(type, after);
        }
        if (!before.opened()) {
            return after.active() ? openType(state.with(type, after), type, now, effects) : state.with(type, after);
        }
        Set<String> added = minus(names, before.wanted());
        added.forEach(name -> timers.put(name, state.deadline(now)));
        Request request = state.delta()
                ? new Request.Delta(type.url(), "", added, minus(before.wanted(), names), Map.of(), null)
                : new Request.StateOfTheWorld(type.url(), after.version(), after.nonce(), names, null);
        effects.add(new Send(Purpose.SUBSCRIBE, request));
        return state.with(type, before.wanting(names, timers));
    }

    private static Step response(State state, Event.Response response) {
        State heard = state.heard();
        Subscription subscription = heard.of(response.type());
        if (!subscription.opened()) {
            return refuse(
                    heard, response, "not subscribed to " + response.type().url());
        }
        if (response.nonce().isEmpty()) {
            return refuse(heard, response, "nonce is empty: expected one, to acknowledge the response by");
        }
        Reading reading = new Reading(subscription, heard.delta(), response, heard.deadline(response.now()));
        boolean good = reading.rejected().isEmpty();
        Subscription after = subscription.answered(
                reading.held(), reading.timers(), good ? response.version() : subscription.version(), response.nonce());
        List<Effect> effects = new ArrayList<>();
        effects.add(new Deliver(
                response.type(), reading.accepted(), reading.removed(), Set.of(), Set.of(), reading.rejected(), true));
        effects.add(
                good
                        ? new Send(Purpose.ACK, reply(heard.delta(), response.type(), after, null))
                        : new Send(
                                Purpose.NACK,
                                reply(heard.delta(), response.type(), after, ErrorDetail.of(reading.rejected()))));
        return new Step(heard.with(response.type(), after), effects);
    }

    private static Step refuse(State state, Event.Response response, String reason) {
        Subscription subscription = state.of(response.type());
        Subscription answered = subscription.answered(
                subscription.held(), subscription.deadlines(), subscription.version(), response.nonce());
        return Step.of(state, new Send(Purpose.NACK, reply(state.delta(), response.type(), answered, reason)));
    }

    private static Request reply(boolean delta, ResourceType type, Subscription subscription, @Nullable String error) {
        return delta
                ? new Request.Delta(type.url(), subscription.nonce(), Set.of(), Set.of(), Map.of(), error)
                : new Request.StateOfTheWorld(
                        type.url(), subscription.version(), subscription.nonce(), subscription.wanted(), error);
    }

    private static Step unknown(State state, Event.UnknownType unknown) {
        String error = ErrorDetail.bounded("type URL " + unknown.url() + ": not subscribed");
        Request request = state.delta()
                ? new Request.Delta(unknown.url(), unknown.nonce(), Set.of(), Set.of(), Map.of(), error)
                : new Request.StateOfTheWorld(unknown.url(), "", unknown.nonce(), Set.of(), error);
        return Step.of(state.heard(), new Send(Purpose.NACK, request));
    }

    private static Step closed(State state, Event.StreamClosed closed) {
        int failures = state.answered() || closed.ending() == Ending.FRESH ? 0 : state.failures();
        Duration pause = BackOff.of(closed.ending()).pause(failures, closed.jitter());
        return Step.of(state.closed(Math.min(failures + 1, 1000)), new Effect.Reconnect(pause));
    }

    private static Step tick(State state, long now) {
        Map<ResourceType, Subscription> all = new EnumMap<>(state.subscriptions());
        List<Effect> effects = new ArrayList<>();
        for (ResourceType type : ResourceType.values()) {
            Subscription subscription = state.of(type);
            Map<String, Long> timers = new HashMap<>(subscription.deadlines());
            Map<String, Held> held = new HashMap<>(subscription.held());
            timers.values().removeIf(deadline -> isDue(deadline, now));
            held.values().removeIf(holding -> isDue(holding.expires(), now));
            Set<String> absent = minus(subscription.deadlines().keySet(), timers.keySet());
            Set<String> expired = minus(subscription.held().keySet(), held.keySet());
            if (!absent.isEmpty() || !expired.isEmpty()) {
                all.put(type, subscription.answered(held, timers, subscription.version(), subscription.nonce()));
                effects.add(new Deliver(type, List.of(), Set.of(), expired, absent, List.of(), false));
            }
        }
        return new Step(state.with(all), effects);
    }

    private static boolean isDue(long deadline, long now) {
        return deadline != Subscription.NEVER && deadline - now <= 0;
    }

    static Set<String> minus(Set<String> all, Set<String> without) {
        Set<String> rest = new HashSet<>(all);
        rest.removeAll(without);
        return Set.copyOf(rest);
    }
}
