package io.weft.controlplane.generate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All resources of one proxy, by type and name. */
public final class ResourceSet {
    private record Group(NavigableMap<String, EncodedResource> byName, String version) {
        static final Group EMPTY = of(new TreeMap<>());

        static Group of(SortedMap<String, EncodedResource> byName) {
            return new Group(Collections.unmodifiableNavigableMap(new TreeMap<>(byName)), version("", byName));
        }

        /** Copying a sorted map takes linear time, and what was hashed is not hashed again. */
        Group with(SortedMap<String, EncodedResource> more) {
            var all = new TreeMap<String, EncodedResource>(byName);
            more.forEach((name, resource) -> refuseOther(all.put(name, resource), resource));
            return new Group(Collections.unmodifiableNavigableMap(all), version(version, more));
        }

        private static String version(String before, SortedMap<String, EncodedResource> byName) {
            StringBuilder content = new StringBuilder(before);
            byName.forEach((name, resource) ->
                    content.append('\n').append(name).append('\n').append(resource.version()));
            return EncodedResource.hash(content.toString().getBytes(UTF_8));
        }
    }

    private final Map<ResourceType, Group> groups;

    private ResourceSet(Map<ResourceType, Group> groups) {
        this.groups = groups;
    }

    public static ResourceSet of(Collection<EncodedResource> resources) {
        var groups = new EnumMap<ResourceType, Group>(ResourceType.class);
        byType(resources).forEach((type, byName) -> groups.put(type, Group.of(byName)));
        return new ResourceSet(groups);
    }

    /** This set and more. What is made of equal parts in equal steps has an equal version. */
    ResourceSet with(Collection<EncodedResource> more) {
        var all = new EnumMap<ResourceType, Group>(ResourceType.class);
        all.putAll(groups);
        byType(more).forEach((type, byName) -> {
            Group before = groups.get(type);
            all.put(type, before == null ? Group.of(byName) : before.with(byName));
        });
        return new ResourceSet(all);
    }

    private static Map<ResourceType, SortedMap<String, EncodedResource>> byType(Collection<EncodedResource> resources) {
        var byType = new EnumMap<ResourceType, SortedMap<String, EncodedResource>>(ResourceType.class);
        for (EncodedResource resource : resources) {
            refuseOther(
                    byType.computeIfAbsent(resource.type(), t -> new TreeMap<>())
                            .put(resource.name(), resource),
                    resource);
        }
        return byType;
    }

    private static void refuseOther(@Nullable EncodedResource before, EncodedResource resource) {
        if (before != null && !before.equals(resource)) {
            throw new IllegalArgumentException("two different resources named " + resource.name());
        }
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
