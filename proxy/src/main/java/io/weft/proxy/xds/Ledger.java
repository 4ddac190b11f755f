package io.weft.proxy.xds;

import io.weft.proxy.wire.Bytes;
import io.weft.proxy.xds.ReceivedResource.Failure;
import io.weft.proxy.xds.ReceivedResource.Status;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What was received of each resource. Written by the thread of xDS, read by any. */
final class Ledger {

    /** Of one type, that were rejected and never accepted. */
    private static final int MAX_REJECTED = 1000;

    private final InstantSource clock;
    private final Map<ResourceType, Map<String, ReceivedResource>> types = new EnumMap<>(ResourceType.class);

    Ledger(InstantSource clock) {
        this.clock = clock;
        for (ResourceType type : ResourceType.values()) {
            types.put(type, new ConcurrentHashMap<>());
        }
    }

    void record(Effect.Deliver delivered) {
        ResourceType type = delivered.type();
        Map<String, ReceivedResource> resources = of(type);
        Instant now = clock.instant();
        delivered
                .accepted()
                .forEach(accepted -> resources.put(
                        accepted.name(),
                        new ReceivedResource(
                                type, accepted.name(), accepted.version(), now, Status.ACKED, accepted.bytes(), null)));
        for (Set<String> gone : List.of(delivered.removed(), delivered.expired())) {
            gone.forEach(resources::remove);
        }
        for (String name : delivered.absent()) {
            if (!name.equals(Subscription.WILDCARD)) {
                resources.compute(
                        name,
                        (_, before) -> before == null || before.status() == Status.REQUESTED
                                ? without(type, name, Status.DOES_NOT_EXIST, null)
                                : before);
            }
        }
        for (Judged.Rejected rejected : delivered.rejected()) {
            reject(type, resources, rejected, new Failure(rejected.version(), rejected.reason(), now));
        }
    }

    private static void reject(
            ResourceType type, Map<String, ReceivedResource> resources, Judged.Rejected rejected, Failure failure) {
        String name = rejected.name();
        ReceivedResource before = resources.get(name);
        if (before == null && resources.size() > MAX_REJECTED && isFull(resources)) {
            return;
        }
        resources.put(
                name,
                before == null
                        ? without(type, name, Status.NACKED, failure)
                        : new ReceivedResource(
                                type, name, before.version(), before.updated(), Status.NACKED, before.body(), failure));
    }

    private static boolean isFull(Map<String, ReceivedResource> resources) {
        return resources.values().stream()
                        .filter(resource -> resource.status() == Status.NACKED && resource.updated() == null)
                        .count()
                >= MAX_REJECTED;
    }

    /** Names that are asked for now; what was received under others is forgotten. */
    void asked(Map<ResourceType, Set<String>> names) {
        names.forEach((type, wanted) -> {
            Map<String, ReceivedResource> resources = of(type);
            resources.keySet().retainAll(wanted);
            wanted.forEach(name -> resources.computeIfAbsent(name, _ -> without(type, name, Status.REQUESTED, null)));
        });
    }

    private static ReceivedResource without(ResourceType type, String name, Status status, @Nullable Failure failure) {
        return new ReceivedResource(type, name, "", null, status, Bytes.EMPTY, failure);
    }

    /** Everything of a type by name, in order of names. */
    List<ReceivedResource> received(ResourceType type) {
        List<ReceivedResource> all = new ArrayList<>(of(type).values());
        all.sort(Comparator.comparing(ReceivedResource::name));
        return List.copyOf(all);
    }

    private Map<String, ReceivedResource> of(ResourceType type) {
        Map<String, ReceivedResource> resources = types.get(type);
        if (resources == null) {
            throw new IllegalStateException("no ledger of " + type);
        }
        return resources;
    }
}
