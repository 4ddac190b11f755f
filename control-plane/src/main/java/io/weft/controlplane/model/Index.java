package io.weft.controlplane.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Objects of a mesh by something that they have, each list in the order of the objects' keys. Immutable. */
final class Index<K, T extends MeshObject> {
    private static final Comparator<MeshObject> ORDER = Comparator.comparing(MeshObject::key);

    private final Function<T, ? extends Collection<K>> keys;
    private final Map<K, List<T>> lists;

    private Index(Function<T, ? extends Collection<K>> keys, Map<K, List<T>> lists) {
        this.keys = keys;
        this.lists = lists;
    }

    static <K, T extends MeshObject> Index<K, T> by(Function<T, ? extends Collection<K>> keys) {
        return new Index<>(keys, Map.of());
    }

    List<T> of(K key) {
        return lists.getOrDefault(key, List.of());
    }

    /** Copies references only; lists that are not concerned stay the same objects. */
    Index<K, T> next(Collection<T> gone, Collection<T> come) {
        if (gone.isEmpty() && come.isEmpty()) {
            return this;
        }
        var changed = new HashMap<K, List<T>>();
        for (T object : gone) {
            for (K key : keys.apply(object)) {
                List<T> list = changed.computeIfAbsent(key, k -> new ArrayList<>(of(k)));
                int at = Collections.binarySearch(list, object, ORDER);
                if (at >= 0) {
                    list.remove(at);
                }
            }
        }
        for (T object : come) {
            for (K key : keys.apply(object)) {
                List<T> list = changed.computeIfAbsent(key, k -> new ArrayList<>(of(k)));
                int at = Collections.binarySearch(list, object, ORDER);
                list.add(at < 0 ? -at - 1 : at, object);
            }
        }
        var next = new HashMap<>(lists);
        changed.forEach((key, list) -> {
            if (list.isEmpty()) {
                next.remove(key);
            } else {
                next.put(key, List.copyOf(list));
            }
        });
        return new Index<>(keys, next);
    }
}
