package io.weft.proxy.xds;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The control plane's side of the protocol in memory, both variants. It answers only when told to. */
final class FakeServer {

    private static final class Watch {
        boolean opened;
        boolean wildcard;
        boolean stale = true;
        final Set<String> names = new HashSet<>();
        Map<String, String> sent = new HashMap<>();
        String nonce = "";
    }

    private final boolean delta;
    private final World world;
    private final Map<ResourceType, Watch> watches = new EnumMap<>(ResourceType.class);
    private int nonces;

    FakeServer(boolean delta, World world) {
        this.delta = delta;
        this.world = world;
    }

    void disconnect() {
        watches.clear();
    }

    void receive(Request request) {
        ResourceType type = java.util.Objects.requireNonNull(ResourceType.of(request.typeUrl()));
        Watch watch = watches.computeIfAbsent(type, _ -> new Watch());
        switch (request) {
            case Request.Delta ask -> {
                if (!watch.opened) {
                    watch.sent = new HashMap<>(ask.held());
                    watch.wildcard = ask.subscribe().isEmpty();
                }
                watch.names.addAll(ask.subscribe());
                watch.names.removeAll(ask.unsubscribe());
                watch.sent.keySet().removeAll(ask.unsubscribe());
                // What is subscribed anew is always answered, even if it was sent before.
                if (watch.opened) {
                    watch.sent.keySet().removeAll(ask.subscribe());
                }
            }
            case Request.StateOfTheWorld ask -> {
                watch.stale |= !watch.names.equals(ask.names()) || !ask.nonce().equals(watch.nonce);
                watch.wildcard = ask.names().isEmpty() && type.fullState();
                watch.names.clear();
                watch.names.addAll(ask.names());
            }
        }
        watch.opened = true;
    }

    /** The next response of a type, or null when the client is up to date. */
    Event.@Nullable Response respond(ResourceType type) {
        Watch watch = watches.get(type);
        if (watch == null) {
            return null;
        }
        Map<String, Resource> all = new HashMap<>(world.resources(type));
        if (!watch.wildcard) {
            all.keySet().retainAll(watch.names);
        }
        List<Judged> judged = new ArrayList<>();
        Map<String, String> now = new HashMap<>();
        all.forEach((name, resource) -> now.put(name, Integer.toHexString(resource.hashCode())));
        Set<String> removed = delta ? Protocol.minus(watch.sent.keySet(), now.keySet()) : Set.of();
        all.forEach((name, resource) -> {
            String version = java.util.Objects.requireNonNull(now.get(name));
            if (!delta || !version.equals(watch.sent.get(name))) {
                judged.add(Samples.accepted(version, resource));
            }
        });
        boolean nothing = delta
                ? judged.isEmpty() && removed.isEmpty() && !(watch.wildcard && watch.stale)
                : now.equals(watch.sent) && !watch.stale;
        if (nothing) {
            return null;
        }
        watch.sent = now;
        watch.stale = false;
        watch.nonce = "n" + nonces++;
        return new Event.Response(type, "v" + nonces, watch.nonce, judged, List.copyOf(removed), 0);
    }
}
