package io.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;

/** The shipped layout that `./weft test` has built for the tests of whole programs. */
public final class ShippedLayout {
    private ShippedLayout() {}

    /** Where it is. A single test may be run without, and is left out then; CI may not. */
    public static Path required() {
        String told = System.getenv("WEFT_DIST");
        if (Objects.equals(System.getenv("CI"), "true")) {
            assertThat(told).as("CI=true: WEFT_DIST").isNotNull();
        }
        Assumptions.assumeTrue(told != null, "WEFT_DIST does not say where the shipped layout is: run ./weft test");
        return Path.of(Objects.requireNonNull(told));
    }
}
