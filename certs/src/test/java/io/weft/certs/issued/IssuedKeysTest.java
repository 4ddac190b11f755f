package io.weft.certs.issued;

import static io.weft.certs.testing.Crafted.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuedKeysTest {
    private static final SpiffeId CART = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart");
    private static final SpiffeId TILL = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "till");
    private static final Fingerprint FIRST = key(1);
    private static final Fingerprint SECOND = key(2);
    private static final Fingerprint THIRD = key(3);
    private static final Instant ENDS = NOW.plus(Duration.ofHours(24));

    @TempDir
    Path folder;

    private Instant now = NOW;

    @Test
    void the_key_that_was_certified_last_may_come_back_as_the_same_id_only() throws IOException {
        keys().issued(CART, FIRST, ENDS, Optional.empty());

        assertThat(keys().standing(CART, FIRST)).isEqualTo(new Standing.Last());
        assertThat(keys().standing(TILL, FIRST)).isEqualTo(new Standing.Unknown());
        assertThat(keys().standing(CART, SECOND)).isEqualTo(new Standing.Unknown());
    }

    @Test
    void a_key_is_replaced_when_its_successor_is_seen_in_use_and_not_before() throws IOException {
        keys().issued(CART, FIRST, ENDS, Optional.empty());
        keys().issued(CART, SECOND, ENDS, Optional.of(FIRST));
        // The answer with the second one may have been lost.
        assertThat(keys().standing(CART, FIRST)).isEqualTo(new Standing.Last());
        assertThat(keys().standing(CART, SECOND)).isEqualTo(new Standing.Last());

        now = NOW.plusSeconds(60);
        keys().issued(CART, THIRD, ENDS, Optional.of(SECOND));
        assertThat(keys().standing(CART, FIRST)).isEqualTo(new Standing.Replaced(NOW.plusSeconds(60)));
        assertThat(keys().standing(CART, SECOND)).isEqualTo(new Standing.Last());
        assertThat(keys().standing(CART, THIRD)).isEqualTo(new Standing.Last());
    }

    @Test
    void replicas_of_one_id_do_not_replace_each_other() throws IOException {
        keys().issued(CART, FIRST, ENDS, Optional.empty());
        keys().issued(CART, SECOND, ENDS, Optional.empty());
        keys().issued(CART, THIRD, ENDS, Optional.of(SECOND));
        keys().issued(CART, key(4), ENDS, Optional.of(THIRD));

        assertThat(keys().standing(CART, FIRST)).isEqualTo(new Standing.Last());
        assertThat(keys().standing(CART, SECOND)).isInstanceOf(Standing.Replaced.class);
    }

    @Test
    void a_renewal_with_the_same_key_keeps_it_last() throws IOException {
        keys().issued(CART, FIRST, ENDS, Optional.empty());
        keys().issued(CART, FIRST, ENDS.plusSeconds(60), Optional.of(FIRST));

        assertThat(keys().standing(CART, FIRST)).isEqualTo(new Standing.Last());
    }

    @Test
    void what_is_long_over_is_forgotten_and_what_the_operator_removes_too() throws IOException {
        keys().issued(CART, FIRST, NOW.plusSeconds(10), Optional.empty());
        keys().issued(CART, SECOND, NOW.plusSeconds(20), Optional.empty());
        keys().issued(CART, THIRD, NOW.plusSeconds(30), Optional.empty());

        keys().forgetBefore(NOW.plusSeconds(20));
        Files.delete(folder.resolve("issued").resolve(THIRD + ".key"));

        assertThat(keys().standing(CART, FIRST)).isEqualTo(new Standing.Unknown());
        assertThat(keys().standing(CART, SECOND)).isEqualTo(new Standing.Last());
        assertThat(keys().standing(CART, THIRD)).isEqualTo(new Standing.Unknown());
    }

    @Test
    void there_is_a_limit_and_it_is_counted_anew_when_old_ones_are_forgotten() throws IOException {
        var few = new IssuedKeys(folder.resolve("issued"), () -> now, 2);
        few.issued(CART, FIRST, NOW.plusSeconds(10), Optional.empty());
        few.issued(CART, SECOND, ENDS, Optional.empty());
        few.issued(CART, SECOND, ENDS, Optional.of(SECOND));
        assertThatThrownBy(() -> few.issued(CART, THIRD, ENDS, Optional.empty()))
                .hasMessageContaining("2 keys");

        few.forgetBefore(NOW.plusSeconds(11));
        few.issued(CART, THIRD, ENDS, Optional.empty());
        assertThat(few.standing(CART, THIRD)).isEqualTo(new Standing.Last());
    }

    @Test
    void a_broken_record_lets_nobody_back() throws IOException {
        keys().issued(CART, FIRST, ENDS, Optional.empty());
        Files.writeString(folder.resolve("issued").resolve(FIRST + ".key"), "id=" + CART + "\nends=soon\n");

        assertThatThrownBy(() -> keys().standing(CART, FIRST))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ISO 8601");
        keys().forgetBefore(ENDS.plusSeconds(1));
    }

    private IssuedKeys keys() {
        return new IssuedKeys(folder.resolve("issued"), () -> now);
    }

    private static Fingerprint key(int number) {
        return new Fingerprint("%064x".formatted(number));
    }
}
