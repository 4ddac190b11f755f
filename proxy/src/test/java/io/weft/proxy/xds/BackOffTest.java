package io.weft.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("R1")
class BackOffTest {

    @ParameterizedTest
    @CsvSource({
        "GONE, 0,    25,   250",
        "GONE, 1,    40,   400",
        "GONE, 3,   102,  1024",
        "GONE, 6,   200,  2000",
        "GONE, 999, 200,  2000",
        "BUSY, 0,   500,  1000",
        "BUSY, 2,  2000,  4000",
        "BUSY, 5, 15000, 30000",
        "BUSY, 999, 15000, 30000",
    })
    void the_pause_grows_to_a_cap_and_most_of_it_is_left_to_chance(Ending ending, int failures, long least, long most) {
        assertThat(BackOff.of(ending).pause(failures, 0)).isEqualTo(Duration.ofMillis(least));
        assertThat(BackOff.of(ending).pause(failures, 0.999999)).isEqualTo(Duration.ofMillis(most));
    }

    @Test
    @DisplayName(
            "R2: 1,000 proxies find a control plane that returns within 2 s, most within 1.5 s, and not all at once")
    void a_fleet_that_waits_comes_back_soon_and_spread() {
        Random random = new Random(7);
        long outage = Duration.ofMinutes(1).toMillis();
        long[] arrivals = IntStream.range(0, 1000)
                .mapToLong(proxy -> arrival(random, outage))
                .sorted()
                .toArray();

        assertThat(arrivals[999]).isLessThanOrEqualTo(2000);
        assertThat(Arrays.stream(arrivals).filter(at -> at <= 1500).count()).isGreaterThan(900);
        assertThat(Arrays.stream(arrivals).average().orElseThrow()).isBetween(600.0, 750.0);
        for (int half = 0; half < 4; half++) {
            long from = half * 500L;
            assertThat(Arrays.stream(arrivals)
                            .filter(at -> at >= from && at < from + 100)
                            .count())
                    .as("within 100 ms from %s ms on", from)
                    .isLessThan(150);
        }
    }

    private static long arrival(Random random, long outage) {
        long now = 0;
        for (int failures = 0; now < outage; failures++) {
            now += BackOff.GONE.pause(failures, random.nextDouble()).toMillis();
        }
        return now - outage;
    }
}
