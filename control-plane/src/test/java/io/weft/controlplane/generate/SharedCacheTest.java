package io.weft.controlplane.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept for sharing, and for how long. */
class SharedCacheTest {

    private final List<Integer> made = new ArrayList<>();

    private String make(int length) {
        made.add(length);
        return "x".repeat(length);
    }

    @Test
    void equal_keys_share_one_value() {
        var cache = new SharedCache<Integer, String>(2);
        assertThat(cache.get(1, this::make)).isSameAs(cache.get(1, this::make));
        assertThat(made).containsExactly(1);
    }

    @Test
    void ever_new_values_weigh_no_more_than_is_allowed() {
        var cache = new SharedCache<Integer, String>(100, String::length);
        for (int i = 1; i <= 50; i++) {
            cache.get(i, this::make);
        }
        assertThat(cache.size()).as("50 and 49").isEqualTo(2);
    }

    @Test
    void what_was_asked_for_last_stays_longest() {
        var cache = new SharedCache<Integer, String>(10, String::length);
        cache.get(4, this::make);
        cache.get(5, this::make);
        cache.get(4, this::make);
        cache.get(3, this::make);
        cache.get(4, this::make);
        assertThat(made).containsExactly(4, 5, 3);
        cache.get(5, this::make);
        assertThat(made).containsExactly(4, 5, 3, 5);
    }

    @Test
    void a_value_heavier_than_all_that_is_allowed_is_kept_alone() {
        var cache = new SharedCache<Integer, String>(10, String::length);
        cache.get(1, this::make);
        cache.get(99, this::make);
        cache.get(99, this::make);
        assertThat(made).containsExactly(1, 99);
        assertThat(cache.size()).isEqualTo(1);
    }
}
