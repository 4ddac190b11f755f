package io.weft.controlplane.serve;

import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceList;
import io.weft.controlplane.generate.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * What a proxy wants of one type.
 *
 * @param wildcard whether it wants all there is
 * @param implicit whether the wildcard came from a first request without names, which only clusters and listeners know
 * @param names what it asked for by name, besides
 */
record Subscription(boolean wildcard, boolean implicit, Names names) {
    static final String ALL = "*";
    static final Subscription NONE = new Subscription(false, false, Names.NONE);
    private static final Subscription IMPLICIT = new Subscription(true, true, Names.NONE);

    /** What the first request of a type on a stream asks for. */
    static Subscription first(ResourceType type, Collection<String> names) {
        return names.isEmpty() && (type == ResourceType.CLUSTER || type == ResourceType.LISTENER)
                ? IMPLICIT
                : explicit(names);
    }

    /** What a later state-of-the-world request asks for: its whole list replaces the one before. */
    Subscription replaced(Collection<String> names) {
        return names.isEmpty() && implicit ? this : explicit(names);
    }

    Subscription changed(Collection<String> added, Collection<String> removed) {
        if (added.isEmpty() && removed.isEmpty()) {
            return this;
        }
        var all = new TreeSet<>(names.list());
        all.addAll(added);
        removed.forEach(all::remove);
        all.remove(ALL);
        boolean stays = (wildcard || added.contains(ALL)) && !removed.contains(ALL);
        return new Subscription(stays, stays && implicit, Names.of(all));
    }

    /** The same, without texts of its own for what there is. */
    Subscription asIn(ResourceList all) {
        return names.isEmpty() ? this : new Subscription(wildcard, implicit, names.asIn(all));
    }

    boolean isEmpty() {
        return !wildcard && names.isEmpty();
    }

    boolean covers(String name) {
        return wildcard || names.contains(name);
    }

    /** The resources that are wanted, of those that there are, in the order of their names. */
    List<EncodedResource> of(ResourceList all) {
        if (wildcard) {
            return all.values();
        }
        List<EncodedResource> wanted = new ArrayList<>();
        for (String name : names) {
            EncodedResource resource = all.get(name);
            if (resource != null) {
                wanted.add(resource);
            }
        }
        return wanted;
    }

    private static Subscription explicit(Collection<String> names) {
        var named = new TreeSet<>(names);
        boolean all = named.remove(ALL);
        return new Subscription(all, false, Names.of(named));
    }
}
