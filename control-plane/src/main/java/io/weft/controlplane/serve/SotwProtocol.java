package io.weft.controlplane.serve;

import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.ENDPOINT;
import static io.weft.controlplane.generate.ResourceType.LISTENER;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceType;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The state-of-the-world variant. A response with clusters or listeners holds all of them, and what is not in it is removed; one of
 * another type holds what changed, and removes nothing. So clusters that vanish go along in the response that comes first and are
 * left out of a second one, once listeners and routes have let go of them.
 *
 * <p>A request that does not answer the last response of its type is not heeded: the proxy will send another one when it has come to
 * that response.
 */
final class SotwProtocol implements Protocol<SotwRequest> {
    @Override
    public void received(Turn turn, SotwRequest request) {
        if (turn.refused(request.type(), request.names())) {
            return;
        }
        TypeState state = turn.type(request.type());
        if (state == null) {
            first(turn, request);
        } else {
            boolean current = request.nonce().equals(state.status().sentNonce());
            TypeState answered = turn.answered(request.type(), state, request.nonce(), request.error());
            turn.put(request.type(), answered);
            if (current) {
                later(turn, request, answered);
            } else {
                turn.effect(new Effect.ExpiredNonce(request.type()));
            }
            if (Turn.isLateRefusal(state, request.nonce(), request.error())) {
                sendRefusedAgain(turn, request.type());
            }
        }
        endpointsOfClustersSentAgain(turn);
        letGo(turn);
    }

    private static void first(Turn turn, SotwRequest request) {
        ResourceType type = request.type();
        TypeState state = TypeState.of(Subscription.first(type, request.names()), Map.of());
        turn.put(type, state);
        if (state.subscription().isEmpty()) {
            return;
        }
        Collection<EncodedResource> wanted = state.subscription().of(turn.now(type));
        String version = version(turn, type, state);
        if (version.equals(request.version()) && request.error().isEmpty()) {
            turn.put(type, state.resumed(version, wanted));
        } else {
            send(turn, type, List.copyOf(wanted));
        }
    }

    private static void later(Turn turn, SotwRequest request, TypeState answered) {
        ResourceType type = request.type();
        Subscription before = answered.subscription();
        Subscription after = before.replaced(request.names());
        if (after.equals(before)) {
            return;
        }
        var unwanted = new ArrayList<String>();
        for (String name : answered.held().keySet()) {
            if (!after.covers(name)) {
                unwanted.add(name);
            }
        }
        TypeState state = answered.subscribed(after).dropped(unwanted);
        turn.put(type, state);
        boolean more =
                (after.wildcard() && !before.wildcard()) || !before.names().containsAll(after.names());
        boolean badOneIsGone = !state.refused().isEmpty()
                && state.refused().size() < answered.refused().size();
        if (more || badOneIsGone) {
            sendChanged(turn, type, state, turn.plusRefused(type, state, missedBefore(turn, type, before, after)));
        }
    }

    /** Names that are new in the subscription are sent even when an earlier response happened to hold them. */
    private static List<EncodedResource> missedBefore(
            Turn turn, ResourceType type, Subscription before, Subscription after) {
        return after.of(turn.now(type)).stream()
                .filter(resource -> !before.covers(resource.name()))
                .toList();
    }

    @Override
    public void offered(Turn turn, Offer offer) {
        turn.take(offer);
        for (ResourceType type : ResourceType.values()) {
            TypeState state = turn.type(type);
            if (state == null) {
                continue;
            }
            List<EncodedResource> changed = turn.plusOwed(type, state, state.changed(turn.now(type)));
            var gone = new TreeSet<>(state.gone(turn.now(type)));
            gone.removeAll(state.departing().keySet());
            if (!isFullState(type) && !gone.isEmpty()) {
                // Nothing can be said of these in this variant: the proxy drops them when nothing refers to them any
                // more.
                boolean badOneIsGone = state.refused().stream().anyMatch(gone::contains);
                state = state.dropped(gone);
                turn.put(type, state);
                gone.clear();
                changed = badOneIsGone ? turn.plusRefused(type, state, changed) : changed;
            }
            if (!changed.isEmpty() || !gone.isEmpty()) {
                sendChanged(turn, type, state, turn.plusRefused(type, state, changed));
            }
        }
        letGo(turn);
    }

    private static void sendRefusedAgain(Turn turn, ResourceType type) {
        TypeState state = turn.type(type);
        if (state != null) {
            List<EncodedResource> refused = turn.plusRefused(type, state, List.of());
            if (!refused.isEmpty()) {
                sendChanged(turn, type, state, refused);
            }
        }
    }

    private static void endpointsOfClustersSentAgain(Turn turn) {
        TypeState endpoints = turn.type(ENDPOINT);
        if (endpoints != null) {
            List<EncodedResource> owed = turn.plusOwed(ENDPOINT, endpoints, List.of());
            if (!owed.isEmpty()) {
                send(turn, ENDPOINT, owed);
            }
        }
    }

    private static void letGo(Turn turn) {
        if (!turn.nothingRefersToDeparting()) {
            return;
        }
        TypeState clusters = turn.type(CLUSTER);
        if (clusters != null && !clusters.departing().isEmpty()) {
            var names = List.copyOf(clusters.departing().keySet());
            TypeState state = clusters.dropped(names);
            turn.put(CLUSTER, state);
            send(turn, CLUSTER, List.copyOf(state.subscription().of(turn.now(CLUSTER))));
        }
        TypeState endpoints = turn.type(ENDPOINT);
        if (endpoints != null && !endpoints.departing().isEmpty()) {
            turn.put(
                    ENDPOINT,
                    endpoints.dropped(List.copyOf(endpoints.departing().keySet())));
        }
    }

    private static void sendChanged(Turn turn, ResourceType type, TypeState state, List<EncodedResource> changed) {
        send(turn, type, isFullState(type) ? List.copyOf(state.subscription().of(turn.now(type))) : changed);
    }

    private static void send(Turn turn, ResourceType type, List<EncodedResource> wanted) {
        TypeState state = turn.type(type);
        if (state == null) {
            throw new IllegalStateException("a response of a type that was not asked for: " + type);
        }
        var all = new LinkedHashMap<String, EncodedResource>();
        wanted.forEach(resource -> all.put(resource.name(), resource));
        if (type == CLUSTER) {
            state.departing().forEach(all::putIfAbsent);
        }
        var gone = new TreeSet<String>();
        if (isFullState(type)) {
            gone.addAll(state.gone(turn.now(type)));
            gone.removeAll(state.departing().keySet());
        }
        String version = version(turn, type, state);
        String nonce = turn.nextNonce();
        // A proxy leaves alone what is in a full response and did not change, so nothing is owed for that.
        List<EncodedResource> news = type == CLUSTER ? state.changed(turn.now(type)) : wanted;
        turn.put(type, state.sent(version, nonce, wanted, gone));
        turn.accountFor(type, news);
        turn.effect(new Effect.SendSotw(type, version, nonce, List.copyOf(all.values())));
    }

    private static boolean isFullState(ResourceType type) {
        return type == CLUSTER || type == LISTENER;
    }

    /** A hash of all that the proxy has of the type once it has taken the next response. */
    private static String version(Turn turn, ResourceType type, TypeState state) {
        if (state.subscription().wildcard() && state.departing().isEmpty()) {
            return turn.version(type);
        }
        var all = new ArrayList<>(state.subscription().of(turn.now(type)));
        all.addAll(state.departing().values());
        StringBuilder content = new StringBuilder();
        for (EncodedResource resource : all) {
            content.append(resource.name())
                    .append('\n')
                    .append(resource.version())
                    .append('\n');
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(content.toString().getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
