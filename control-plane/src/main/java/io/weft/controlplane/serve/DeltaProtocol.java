package io.weft.controlplane.serve;

import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.ENDPOINT;

import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceList;
import io.weft.controlplane.generate.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The incremental variant: only what changed is sent, and what vanished is named. A proxy that comes back says what it has kept, and
 * gets the difference. A response is cut at {@value #RESPONSE_BYTES} bytes of resources, since clients refuse messages above 4 MiB.
 */
final class DeltaProtocol implements Protocol<DeltaRequest> {
    static final int RESPONSE_BYTES = 2 << 20;

    @Override
    public void received(Turn turn, DeltaRequest request) {
        if (turn.refused(request.type(), request.subscribe())) {
            return;
        }
        TypeState state = turn.type(request.type());
        if (state == null) {
            first(turn, request);
        } else {
            later(turn, request, turn.answered(request.type(), state, request.nonce(), request.error()));
            if (Turn.isLateRefusal(state, request.nonce(), request.error())) {
                sendRefusedAgain(turn, request.type());
            }
        }
        endpointsOfClustersSentAgain(turn);
        letGo(turn);
    }

    private static void first(Turn turn, DeltaRequest request) {
        ResourceType type = request.type();
        var names = new TreeSet<>(request.subscribe());
        request.unsubscribe().forEach(names::remove);
        Subscription subscription = Subscription.first(type, names);
        ResourceList now = turn.now(type);
        TypeState state = TypeState.of(subscription, now);
        turn.put(type, state);
        if (subscription.isEmpty()) {
            return;
        }
        Map<String, String> kept = request.initialVersions();
        List<EncodedResource> changed = kept.isEmpty() ? subscription.of(now) : without(subscription.of(now), kept);
        var removed = new TreeSet<String>();
        for (String name : kept.keySet()) {
            if (subscription.covers(name) && !now.has(name)) {
                removed.add(name);
            }
        }
        removed.addAll(missing(now, subscription.names()));
        // Even an empty answer is sent: it says that this is all there is, and gives the proxy a version to
        // acknowledge.
        send(turn, type, turn.plusOwed(type, state, changed), removed);
    }

    private static List<EncodedResource> without(List<EncodedResource> resources, Map<String, String> kept) {
        var changed = new ArrayList<EncodedResource>();
        for (EncodedResource resource : resources) {
            if (!resource.version().equals(kept.get(resource.name()))) {
                changed.add(resource);
            }
        }
        return changed;
    }

    private static void later(Turn turn, DeltaRequest request, TypeState answered) {
        ResourceType type = request.type();
        if (request.subscribe().isEmpty() && request.unsubscribe().isEmpty()) {
            // By far the most frequent request, and its cost must not grow with the mesh.
            turn.put(type, answered);
            return;
        }
        Subscription before = answered.subscription();
        Subscription after = before.changed(request.subscribe(), request.unsubscribe());
        if (turn.refused(type, after.names().list())) {
            return;
        }
        TypeState state = answered.subscribed(after);
        turn.put(type, state);

        // What is asked for by name is sent even if the proxy has it: it asks because it needs it again.
        var asked = new TreeSet<>(request.subscribe());
        if (after.wildcard()) {
            // A name that is given back while the wildcard stays: the proxy may have dropped it and is to have it.
            request.unsubscribe().stream().filter(before.names()::contains).forEach(asked::add);
        }
        boolean all = asked.remove(Subscription.ALL);
        if (!after.wildcard()) {
            asked.removeIf(name -> !after.names().contains(name));
        }
        boolean badOneIsGone = !state.refused().isEmpty()
                && state.refused().size() < answered.refused().size();
        if (!all && asked.isEmpty() && !badOneIsGone) {
            return;
        }
        ResourceList now = turn.now(type);
        var resources = new LinkedHashMap<String, EncodedResource>();
        if (all) {
            for (EncodedResource resource : after.of(now)) {
                if (!before.covers(resource.name())) {
                    resources.put(resource.name(), resource);
                }
            }
        }
        for (String name : asked) {
            EncodedResource resource = now.get(name);
            if (resource != null) {
                resources.put(name, resource);
            }
        }
        List<EncodedResource> wanted = turn.plusOwed(type, state, List.copyOf(resources.values()));
        var removed = new TreeSet<>(missing(now, asked));
        removed.addAll(refusedRemovals(turn, type, state));
        send(turn, type, turn.plusRefused(type, state, wanted), removed);
    }

    @Override
    public void offered(Turn turn, Offer offer) {
        turn.take(offer);
        for (ResourceType type : ResourceType.values()) {
            TypeState state = turn.type(type);
            if (state == null) {
                continue;
            }
            Turn.News news = turn.news(type);
            Collection<String> removed = new TreeSet<>(news.gone());
            List<EncodedResource> changed = turn.plusOwed(type, state, news.changed());
            if (!changed.isEmpty() || !removed.isEmpty()) {
                removed.addAll(refusedRemovals(turn, type, state));
                send(turn, type, turn.plusRefused(type, state, changed), removed);
            }
        }
        letGo(turn);
    }

    private static void sendRefusedAgain(Turn turn, ResourceType type) {
        TypeState state = turn.type(type);
        if (state != null) {
            List<EncodedResource> refused = turn.plusRefused(type, state, List.of());
            Collection<String> removed = refusedRemovals(turn, type, state);
            if (!refused.isEmpty() || !removed.isEmpty()) {
                send(turn, type, refused, removed);
            }
        }
    }

    private static Collection<String> refusedRemovals(Turn turn, ResourceType type, TypeState state) {
        ResourceList now = turn.now(type);
        return state.refused()
                .without(name -> now.has(name) || state.departing().containsKey(name))
                .list();
    }

    private static void endpointsOfClustersSentAgain(Turn turn) {
        TypeState endpoints = turn.type(ENDPOINT);
        if (endpoints != null) {
            List<EncodedResource> owed = turn.plusOwed(ENDPOINT, endpoints, List.of());
            if (!owed.isEmpty()) {
                send(turn, ENDPOINT, owed, List.of());
            }
        }
    }

    /** Removes what departed, clusters before their endpoints, as soon as nothing refers to it. */
    private static void letGo(Turn turn) {
        if (!turn.nothingRefersToDeparting()) {
            return;
        }
        for (ResourceType type : List.of(CLUSTER, ENDPOINT)) {
            TypeState state = turn.type(type);
            if (state != null && !state.departing().isEmpty()) {
                send(turn, type, List.of(), new TreeSet<>(state.departing().keySet()));
            }
        }
    }

    private static List<String> missing(ResourceList now, Iterable<String> names) {
        var missing = new ArrayList<String>();
        for (String name : names) {
            if (!now.has(name)) {
                missing.add(name);
            }
        }
        return missing;
    }

    private static void send(
            Turn turn, ResourceType type, List<EncodedResource> resources, Collection<String> removed) {
        int from = 0;
        do {
            int to = from;
            long bytes = 0;
            while (to < resources.size() && (to == from || bytes < RESPONSE_BYTES)) {
                bytes += resources.get(to).any().getValue().size();
                to++;
            }
            boolean last = to == resources.size();
            List<EncodedResource> part = resources.subList(from, to);
            Collection<String> gone = last ? removed : List.of();
            sendOne(turn, type, part, gone);
            from = to;
        } while (from < resources.size());
    }

    private static void sendOne(
            Turn turn, ResourceType type, List<EncodedResource> resources, Collection<String> removed) {
        TypeState state = turn.type(type);
        if (state == null) {
            throw new IllegalStateException("a response of a type that was not asked for: " + type);
        }
        String nonce = turn.nextNonce();
        String version = turn.version(type);
        turn.put(type, state.sent(version, nonce, resources, removed));
        turn.accountFor(type, resources);
        turn.effect(new Effect.SendDelta(type, version, nonce, List.copyOf(resources), List.copyOf(removed)));
    }
}
