package io.weft.controlplane.generate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** A bounded map of values by all that they were made of; what was not asked for longest goes first. Safe for several threads. */
final class SharedCache<K, V> {
    private final Map<K, V> values;

    SharedCache(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("a cache of " + most + " entries");
        }
        values = new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    /** Makes the value outside the lock: two threads may do so at once, and then both get the first one's. */
    <T extends K> V get(T key, Function<T, V> make) {
        synchronized (values) {
            V there = values.get(key);
            if (there != null) {
                return there;
            }
        }
        V made = make.apply(key);
        synchronized (values) {
            V there = values.putIfAbsent(key, made);
            return there != null ? there : made;
        }
    }
}
