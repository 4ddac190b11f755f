package io.weft.proxy.telemetry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Numbers by key, one set per event loop: each loop writes its own, whoever reads adds them up. The number of different
 * keys is bounded over all loops together; what comes after the last one is counted under one more key, so that totals
 * stay right whatever clients send (case H5).
 *
 * @param <K> what tells series apart; immutable
 * @param <S> the numbers of one series on one loop
 */
final class SeriesTable<K, S> {

    private final List<ConcurrentHashMap<K, S>> loops = new ArrayList<>();
    private final Set<K> known = ConcurrentHashMap.newKeySet();
    private final AtomicInteger size = new AtomicInteger();
    private final int limit;
    private final K overflow;
    private final Supplier<S> maker;

    /** @param limit how many keys at most, the overflow not counted */
    SeriesTable(int loops, int limit, K overflow, Supplier<S> maker) {
        this.limit = limit;
        this.overflow = overflow;
        this.maker = maker;
        for (int i = 0; i < loops; i++) {
            this.loops.add(new ConcurrentHashMap<>());
        }
    }

    /** On that loop only. */
    S get(int loop, K key) {
        S found = loops.get(loop).get(key);
        return found != null ? found : make(loop, key);
    }

    private S make(int loop, K key) {
        K admitted = admit(key) ? key : overflow;
        return loops.get(loop).computeIfAbsent(admitted, missing -> maker.get());
    }

    private boolean admit(K key) {
        if (known.contains(key)) {
            return true;
        }
        if (size.getAndIncrement() >= limit) {
            size.getAndDecrement();
            return false;
        }
        if (!known.add(key)) {
            size.getAndDecrement(); // another loop was faster
        }
        return true;
    }

    /** The parts of every series, in the order they were first found. */
    Map<K, List<S>> all() {
        Map<K, List<S>> all = new LinkedHashMap<>();
        for (ConcurrentHashMap<K, S> loop : loops) {
            loop.forEach((key, series) ->
                    all.computeIfAbsent(key, missing -> new ArrayList<>()).add(series));
        }
        return all;
    }
}
