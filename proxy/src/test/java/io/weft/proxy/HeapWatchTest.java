package io.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the heap is collected before it must be. */
class HeapWatchTest {

    private static final long MB = 1 << 20;

    @Test
    void a_heap_is_collected_when_half_of_it_may_be_garbage_and_not_for_a_little() {
        assertThat(new HeapWatch(6 * MB).isDue(14 * MB)).isFalse();
        assertThat(new HeapWatch(6 * MB).isDue(14 * MB + 1)).isTrue();
        assertThat(new HeapWatch(40 * MB).isDue(80 * MB)).isFalse();
        assertThat(new HeapWatch(40 * MB).isDue(80 * MB + 1)).isTrue();
    }

    @Test
    void what_a_configuration_left_behind_is_given_back() {
        HeapWatch watch = new HeapWatch(0);
        watch.look();
        List<byte[]> configuration = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            configuration.add(new byte[(int) MB]);
        }
        Runtime runtime = Runtime.getRuntime();
        long with = runtime.totalMemory() - runtime.freeMemory();
        assertThat(configuration).hasSize(64);
        configuration.clear();
        new HeapWatch(with / 2 - HeapWatch.SLACK).look();
        assertThat(runtime.totalMemory() - runtime.freeMemory()).isLessThan(with - 60 * MB);
    }
}
