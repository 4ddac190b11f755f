package io.weft.controlplane.generate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** All resources of one proxy, by type and name. */
public final class ResourceSet {
    private final Map<ResourceType, ResourceList> lists;

    private ResourceSet(Map<ResourceType, ResourceList> lists) {
        this.lists = lists;
    }

    public static ResourceSet of(Collection<EncodedResource> resources) {
        var lists = new EnumMap<ResourceType, ResourceList>(ResourceType.class);
        byType(resources).forEach((type, ofType) -> lists.put(type, ResourceList.of(ofType)));
        return new ResourceSet(lists);
    }

    /** This set and more. What is made of equal parts in equal steps has an equal version. */
    ResourceSet with(Collection<EncodedResource> more) {
        var all = new EnumMap<ResourceType, ResourceList>(ResourceType.class);
        all.putAll(lists);
        byType(more).forEach((type, ofType) -> {
            ResourceList before = lists.get(type);
            all.put(type, before == null ? ResourceList.of(ofType) : before.with(ofType));
        });
        return new ResourceSet(all);
    }

    private static Map<ResourceType, List<EncodedResource>> byType(Collection<EncodedResource> resources) {
        var byType = new EnumMap<ResourceType, List<EncodedResource>>(ResourceType.class);
        for (EncodedResource resource : resources) {
            byType.computeIfAbsent(resource.type(), t -> new ArrayList<>()).add(resource);
        }
        return byType;
    }

    /** The resources of one type. */
    public ResourceList resources(ResourceType type) {
        return Objects.requireNonNull(lists.getOrDefault(type, ResourceList.EMPTY));
    }

    /** A hash of the content of all resources of the type. */
    public String version(ResourceType type) {
        return resources(type).version();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceSet set && lists.equals(set.lists);
    }

    @Override
    public int hashCode() {
        return lists.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("ResourceSet");
        lists.forEach((type, list) -> out.append(' ').append(type).append(':').append(list));
        return out.toString();
    }
}
