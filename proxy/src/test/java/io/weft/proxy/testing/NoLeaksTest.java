package io.weft.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NoLeaksTest {
    @Test
    @DisplayName("H1")
    void a_buffer_that_is_dropped_is_found_and_its_maker_named() throws InterruptedException {
        drop();

        assertThat(NoLeaks.found()).singleElement().asString().contains("NoLeaksTest.drop");
    }

    @Test
    void a_buffer_that_is_released_is_no_leak() throws InterruptedException {
        ByteBufAllocator.DEFAULT.directBuffer(8).release();

        assertThat(NoLeaks.found()).isEmpty();
    }

    private static void drop() {
        ByteBufAllocator.DEFAULT.directBuffer(8).writeInt(1);
    }
}
