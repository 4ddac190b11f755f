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
import java.util.HexFormat;
import java.util.List;

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
        TypeState state = TypeState.of(Subscription.first(type, request.names()), turn.now(type));
        turn.put(type, state);
        if (state.subscription().isEmpty()) {
            return;
        }
        List<EncodedResource> wanted = state.subscription().of(turn.now(type));
        String version = version(turn, type, state);
        if (version.equals(request.version()) && request.error().isEmpty()) {
            turn.put(type, state.resumed(version));
        } else {
            send(turn, type, new Response(wanted, wanted, List.of()));
        }
    }

    private static void later(Turn turn, SotwRequest request, TypeState answered) {
        ResourceType type = request.type();
        Subscription before = answered.subscription();
        Subscription after = before.replaced(request.names());
        if (after.equals(before)) {
            return;
        }
        TypeState state = answered.subscribed(after);
        turn.put(type, state);
        boolean more = (after.wildcard() && !before.wildcard())
                || !after.names().without(before.names()::contains).isEmpty();
        boolean badOneIsGone = !state.refused().isEmpty()
                && state.refused().size() < answered.refused().size();
        if (more || badOneIsGone) {
            List<EncodedResource> missed = missedBefore(turn, type, before, after);
            sendChanged(turn, type, state, turn.plusRefused(type, state, missed), missed, List.of());
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
            List<EncodedResource> news = turn.news(type).changed();
            List<EncodedResource> changed = turn.plusOwed(type, state, news);
            List<String> gone = turn.news(type).gone();
            if (!isFullState(type) && !gone.isEmpty()) {
                // Nothing can be said of these in this variant: the proxy drops them when nothing refers to them any
                // more.
                Names vanished = Names.of(gone);
                boolean badOneIsGone = vanished.list().stream().anyMatch(state.refused()::contains);
                state = state.dropped(vanished::contains);
                turn.put(type, state);
                gone = List.of();
                changed = badOneIsGone ? turn.plusRefused(type, state, changed) : changed;
            }
            if (!changed.isEmpty() || !gone.isEmpty()) {
                sendChanged(turn, type, state, turn.plusRefused(type, state, changed), news, gone);
            }
        }
        letGo(turn);
    }

    private static void sendRefusedAgain(Turn turn, ResourceType type) {
        TypeState state = turn.type(type);
        if (state != null) {
            List<EncodedResource> refused = turn.plusRefused(type, state, List.of());
            if (!refused.isEmpty()) {
                sendChanged(turn, type, state, refused, List.of(), List.of());
            }
        }
    }

    private static void endpointsOfClustersSentAgain(Turn turn) {
        TypeState endpoints = turn.type(ENDPOINT);
        if (endpoints != null) {
            List<EncodedResource> owed = turn.plusOwed(ENDPOINT, endpoints, List.of());
            if (!owed.isEmpty()) {
                send(turn, ENDPOINT, new Response(owed, owed, List.of()));
            }
        }
    }

    private static void letGo(Turn turn) {
        if (!turn.nothingRefersToDeparting()) {
            return;
        }
        TypeState clusters = turn.type(CLUSTER);
        if (clusters != null && !clusters.departing().isEmpty()) {
            TypeState state = clusters.dropped(clusters.departing()::containsKey);
            turn.put(CLUSTER, state);
            List<EncodedResource> rest = state.subscription().of(turn.now(CLUSTER));
            send(turn, CLUSTER, new Response(rest, List.of(), List.of()));
        }
        TypeState endpoints = turn.type(ENDPOINT);
        if (endpoints != null && !endpoints.departing().isEmpty()) {
            turn.put(ENDPOINT, endpoints.dropped(endpoints.departing()::containsKey));
        }
    }

    private static void sendChanged(
            Turn turn,
            ResourceType type,
            TypeState state,
            List<EncodedResource> changed,
            List<EncodedResource> news,
            List<String> gone) {
        List<EncodedResource> wanted = isFullState(type) ? state.subscription().of(turn.now(type)) : changed;
        send(turn, type, new Response(wanted, type == CLUSTER ? news : wanted, gone));
    }

    /**
     * What is to be sent.
     *
     * @param news what of it the proxy does not have: it leaves alone what is in a full response and did not change, so no endpoints are
     *     owed for that
     * @param gone what it is told by being left out
     */
    private record Response(List<EncodedResource> wanted, List<EncodedResource> news, List<String> gone) {}

    private static void send(Turn turn, ResourceType type, Response response) {
        TypeState state = turn.type(type);
        if (state == null) {
            throw new IllegalStateException("a response of a type that was not asked for: " + type);
        }
        List<EncodedResource> all = response.wanted();
        if (type == CLUSTER && !state.departing().isEmpty()) {
            all = new ArrayList<>(all);
            all.addAll(state.departing().values());
        }
        String version = version(turn, type, state);
        String nonce = turn.nextNonce();
        turn.put(type, state.sent(version, nonce, response.wanted(), response.gone()));
        turn.accountFor(type, response.news());
        turn.effect(new Effect.SendSotw(type, version, nonce, List.copyOf(all)));
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
