package io.weft.controlplane.serve;

import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.ENDPOINT;
import static io.weft.controlplane.generate.ResourceType.LISTENER;
import static io.weft.controlplane.generate.ResourceType.ROUTE;

import io.grpc.Status;
import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceList;
import io.weft.controlplane.generate.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One step while it is being computed; lives no longer than that. What both variants do alike is here. */
final class Turn {
    private final EnumMap<ResourceType, TypeState> types = new EnumMap<>(ResourceType.class);
    private final EnumMap<ResourceType, News> news = new EnumMap<>(ResourceType.class);
    private final Set<String> owedEndpoints;
    private final List<Effect> effects = new ArrayList<>();
    private Offer offer;
    private long nonces;
    private boolean closed;

    /**
     * What the proxy was not told yet of what it wants.
     *
     * @param gone without what departs later
     */
    record News(List<EncodedResource> changed, List<String> gone) {
        static final News NONE = new News(List.of(), List.of());
    }

    Turn(SessionState state) {
        types.putAll(state.types());
        owedEndpoints = new TreeSet<>(state.owedEndpoints().list());
        offer = state.offer();
        nonces = state.nonces();
    }

    Step done() {
        return new Step(new SessionState(types, offer, Names.of(owedEndpoints), nonces, closed), effects);
    }

    @Nullable
    TypeState type(ResourceType type) {
        return types.get(type);
    }

    void put(ResourceType type, TypeState state) {
        types.put(type, state);
    }

    ResourceList now(ResourceType type) {
        return offer.resources(type);
    }

    String version(ResourceType type) {
        return offer.version(type);
    }

    String nextNonce() {
        return Long.toString(++nonces);
    }

    void effect(Effect effect) {
        effects.add(effect);
    }

    void end() {
        closed = true;
    }

    void close(Status.Code code, String reason) {
        closed = true;
        effects.add(new Effect.Close(code, reason));
    }

    /** Ends the stream when a proxy asks for something that no client of the protocol would. */
    boolean refused(ResourceType type, Collection<String> names) {
        if (names.size() > Protocol.MOST_NAMES) {
            close(
                    Status.Code.RESOURCE_EXHAUSTED,
                    names.size() + " names of " + type.typeUrl() + " in one subscription; at most "
                            + Protocol.MOST_NAMES);
        } else if (names.contains("")) {
            close(Status.Code.INVALID_ARGUMENT, "an empty name in a subscription to " + type.typeUrl());
        }
        return closed;
    }

    /** Notes that the proxy took or refused the response with the nonce; a nonce that is not known changes nothing. */
    TypeState answered(ResourceType type, TypeState state, String nonce, Optional<String> error) {
        TypeState.Unanswered response = state.unanswered().get(nonce);
        if (response == null) {
            return state;
        }
        if (error.isPresent()) {
            effects.add(new Effect.Nacked(type, response.version(), error.get()));
            return state.nacked(nonce, response, error.get());
        }
        effects.add(new Effect.Acked(type, response.version()));
        return state.acked(nonce, response);
    }

    /**
     * Whether a refusal came late: what was wrong with the response may have been put right by a later one already, so the rest of it
     * must be sent again now, as no change will bring it along.
     */
    static boolean isLateRefusal(TypeState state, String nonce, Optional<String> error) {
        TypeState.Unanswered response = state.unanswered().get(nonce);
        return response != null && error.isPresent() && response.superseded();
    }

    /** Keeps the account of which endpoints must follow the clusters that were just sent. */
    void accountFor(ResourceType type, Collection<EncodedResource> resources) {
        switch (type) {
            case CLUSTER ->
                resources.stream()
                        .map(EncodedResource::name)
                        .filter(now(ENDPOINT)::has)
                        .forEach(owedEndpoints::add);
            case ENDPOINT -> resources.forEach(resource -> owedEndpoints.remove(resource.name()));
            case LISTENER, ROUTE, SECRET -> {}
        }
    }

    /** With the endpoints of clusters that were sent again. */
    List<EncodedResource> plusOwed(ResourceType type, TypeState state, List<EncodedResource> resources) {
        return type == ENDPOINT ? plus(type, state, resources, owedEndpoints) : resources;
    }

    /** With what was in a refused response, and so may not have been taken although nothing was wrong with it. */
    List<EncodedResource> plusRefused(ResourceType type, TypeState state, List<EncodedResource> resources) {
        return plus(type, state, resources, state.refused().list());
    }

    private List<EncodedResource> plus(
            ResourceType type, TypeState state, List<EncodedResource> resources, Collection<String> names) {
        if (names.isEmpty()) {
            return resources;
        }
        var all = new LinkedHashMap<String, EncodedResource>();
        resources.forEach(resource -> all.put(resource.name(), resource));
        for (String name : names) {
            EncodedResource resource = now(type).get(name);
            if (resource != null && state.subscription().covers(name)) {
                all.put(name, resource);
            }
        }
        return List.copyOf(all.values());
    }

    /** Takes the next offer over, and finds what is new in it and what departs with it. */
    void take(Offer next) {
        offer = next;
        types.replaceAll((type, state) -> take(type, state, next.resources(type)));
        owedEndpoints.removeIf(name -> !now(ENDPOINT).has(name));
    }

    private TypeState take(ResourceType type, TypeState state, ResourceList now) {
        Subscription subscription = state.subscription();
        ResourceList.Difference difference = now.since(state.told());
        var changed = new ArrayList<EncodedResource>();
        for (EncodedResource resource : difference.changed()) {
            // What comes back before it departed is there already.
            EncodedResource kept = state.departing().get(resource.name());
            if (subscription.covers(resource.name())
                    && (kept == null || !kept.version().equals(resource.version()))) {
                changed.add(resource);
            }
        }
        var leaving = new LinkedHashMap<String, EncodedResource>();
        for (EncodedResource resource : difference.gone()) {
            if (subscription.covers(resource.name())) {
                leaving.put(resource.name(), resource);
            }
        }
        if (type != CLUSTER && type != ENDPOINT) {
            news.put(type, new News(changed, List.copyOf(leaving.keySet())));
            return state.telling(now, Map.of());
        }
        state.departing().forEach((name, resource) -> {
            if (!now.has(name)) {
                leaving.put(name, resource);
            }
        });
        news.put(type, new News(changed, List.of()));
        return state.telling(now, leaving.isEmpty() ? Map.of() : Collections.unmodifiableMap(leaving));
    }

    /** What the offer that was taken in this step brings. */
    News news(ResourceType type) {
        return Objects.requireNonNull(news.getOrDefault(type, News.NONE));
    }

    /** Whether clusters may go: nothing that the proxy was sent and has not taken may still refer to them. */
    boolean nothingRefersToDeparting() {
        return isSettled(LISTENER) && isSettled(ROUTE);
    }

    private boolean isSettled(ResourceType type) {
        TypeState state = types.get(type);
        return state == null || state.settled();
    }
}
