package io.weft.controlplane.generate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * A map of values by all that they were made of, bounded by what they weigh together; what was not asked for longest goes
 * first. The last one asked for stays, whatever its weight. Safe for several threads.
 */
final class SharedCache<K, V> {
    private final Map<K, V> values = new LinkedHashMap<>(64, 0.75f, true);
    private final long most;
    private final ToLongFunction<V> weight;
    private long weighs;

    /** Of so many values. */
    SharedCache(int most) {
        this(most, _ -> 1);
    }

    SharedCache(long most, ToLongFunction<V> weight) {
        if (most < 1) {
            throw new IllegalArgumentException("a cache for a weight of " + most);
        }
        this.most = most;
        this.weight = weight;
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
            if (there != null) {
                return there;
            }
            weighs += weight.applyAsLong(made);
            shrink();
            return made;
        }
    }

    private void shrink() {
        var eldest = values.values().iterator();
        while (weighs > most && values.size() > 1) {
            weighs -= weight.applyAsLong(eldest.next());
            eldest.remove();
        }
    }

    int size() {
        synchronized (values) {
            return values.size();
        }
    }
}
