package io.weft.controlplane.serve;

import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/** A set of names of resources in their order, immutable. One reference per name, since every proxy has thousands of them. */
final class Names implements Iterable<String> {
    static final Names NONE = new Names(new String[0]);

    private final String[] sorted;

    private Names(String[] sorted) {
        this.sorted = sorted;
    }

    static Names of(Collection<String> names) {
        if (names.isEmpty()) {
            return NONE;
        }
        String[] all = names.toArray(String[]::new);
        Arrays.sort(all);
        int used = 0;
        for (String name : all) {
            if (used == 0 || !all[used - 1].equals(name)) {
                all[used++] = name;
            }
        }
        return new Names(used == all.length ? all : Arrays.copyOf(all, used));
    }

    static Names ofResources(Collection<EncodedResource> resources) {
        return of(resources.stream().map(EncodedResource::name).toList());
    }

    /** The same names, but as the resources have them where there are such: texts that came over the wire need not be kept. */
    Names asIn(ResourceList resources) {
        String[] shared = new String[sorted.length];
        for (int i = 0; i < shared.length; i++) {
            EncodedResource resource = resources.get(sorted[i]);
            shared[i] = resource == null ? sorted[i] : resource.name();
        }
        return new Names(shared);
    }

    int size() {
        return sorted.length;
    }

    boolean isEmpty() {
        return sorted.length == 0;
    }

    boolean contains(String name) {
        return Arrays.binarySearch(sorted, name) >= 0;
    }

    /** Unmodifiable. */
    List<String> list() {
        return Collections.unmodifiableList(Arrays.asList(sorted));
    }

    @Override
    public Iterator<String> iterator() {
        return list().iterator();
    }

    /** This very object when all of them stay. */
    Names without(Predicate<String> left) {
        String[] rest = new String[sorted.length];
        int used = 0;
        for (String name : sorted) {
            if (!left.test(name)) {
                rest[used++] = name;
            }
        }
        if (used == sorted.length) {
            return this;
        }
        return used == 0 ? NONE : new Names(Arrays.copyOf(rest, used));
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Names names && Arrays.equals(sorted, names.sorted));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sorted);
    }

    @Override
    public String toString() {
        return Arrays.toString(sorted);
    }
}
