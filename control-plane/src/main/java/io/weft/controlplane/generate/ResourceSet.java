package io.weft.controlplane.generate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/** All resources of one proxy, by type and name. */
public final class ResourceSet {
    private record Group(NavigableMap<String, EncodedResource> byName, String version) {
        static final Group EMPTY = of(new TreeMap<>());

        static Group of(TreeMap<String, EncodedResource> byName) {
            StringBuilder content = new StringBuilder();
            byName.forEach((name, resource) ->
                    content.append(name).append('\n').append(resource.version()).append('\n'));
            String version = EncodedResource.hash(content.toString().getBytes(UTF_8));
            return new Group(Collections.unmodifiableNavigableMap(byName), version);
        }
    }

    private final Map<ResourceType, Group> groups;

    private ResourceSet(Map<ResourceType, Group> groups) {
        this.groups = groups;
    }

    public static ResourceSet of(Collection<EncodedResource> resources) {
        var byType = new EnumMap<ResourceType, TreeMap<String, EncodedResource>>(ResourceType.class);
        for (EncodedResource resource : resources) {
            EncodedResource before = byType.computeIfAbsent(resource.type(), t -> new TreeMap<>())
                    .put(resource.name(), resource);
            if (before != null && !before.equals(resource)) {
                throw new IllegalArgumentException("two different resources named " + resource.name());
            }
        }
        var groups = new EnumMap<ResourceType, Group>(ResourceType.class);
        byType.forEach((type, byName) -> groups.put(type, Group.of(byName)));
        return new ResourceSet(groups);
    }

    /** The resources of one type by name, in the order of the names, unmodifiable. */
    public NavigableMap<String, EncodedResource> resources(ResourceType type) {
        return Objects.requireNonNull(groups.getOrDefault(type, Group.EMPTY)).byName();
    }

    /** A hash of the content of all resources of the type. */
    public String version(ResourceType type) {
        return Objects.requireNonNull(groups.getOrDefault(type, Group.EMPTY)).version();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceSet set && groups.equals(set.groups);
    }

    @Override
    public int hashCode() {
        return groups.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("ResourceSet");
        groups.forEach((type, group) -> out.append(' ')
                .append(type)
                .append(':')
                .append(group.byName().size())
                .append('@')
                .append(group.version()));
        return out.toString();
    }
}
