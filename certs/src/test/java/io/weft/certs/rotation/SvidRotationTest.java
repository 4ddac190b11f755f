package io.weft.certs.rotation;

import static io.weft.certs.testing.Crafted.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.rotation.SvidState.Expired;
import io.weft.certs.rotation.SvidState.Fetching;
import io.weft.certs.rotation.SvidState.Retrying;
import io.weft.certs.rotation.SvidState.Valid;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SvidRotationTest {
    private static final RotationSchedule SCHEDULE = RotationSchedule.DEFAULT;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final double MIDDLE = 0.5;

    private final SvidRotation rotation = new SvidRotation();

    @ParameterizedTest
    @DisplayName("R9: renewal at half of life, moved by at most 1 % either way")
    @CsvSource({"0.0, 2940", "0.5, 3000", "0.9999999, 3060"})
    void renewal_is_at_half_of_life_give_or_take_one_percent(double roll, long second) {
        Instant renewAt = SCHEDULE.renewAt(NOW, NOW.plusSeconds(6000), roll);
        assertThat(renewAt)
                .isBetween(
                        NOW.plusSeconds(second).minusMillis(1),
                        NOW.plusSeconds(second).plusMillis(1));
    }

    @Test
    @DisplayName("R9: a certificate of one minute, back-dated by two, is renewed after half a minute and not at once")
    void back_dating_does_not_shorten_the_life() {
        X509Svid svid = svid(NOW, Duration.ofMinutes(1));
        assertThat(svid.notBefore()).isEqualTo(NOW.minus(Duration.ofMinutes(2)));

        assertThat(rotation.issued(rotation.start(NOW), svid, NOW, MIDDLE))
                .isEqualTo(new Valid(svid, NOW.plusSeconds(30)));
    }

    @Test
    void a_fresh_workload_asks_at_once_and_has_nothing_to_serve_with() {
        SvidState state = rotation.start(NOW);
        assertThat(state.nextRequest()).isEqualTo(NOW);
        assertThat(state.usableAt(NOW)).isEmpty();

        SvidState failed = rotation.failed(rotation.failed(state, NOW, 0.99), NOW, 0.99);
        assertThat(failed)
                .isInstanceOfSatisfying(
                        Fetching.class,
                        fetching -> assertThat(fetching.failures()).isEqualTo(2));
        assertThat(failed.nextRequest()).isAfter(NOW.plusMillis(900)).isBefore(NOW.plusMillis(1001));
    }

    @Test
    @DisplayName("R10: the last good SVID serves to the second of its expiry and then refuses")
    void the_last_good_svid_serves_until_it_expires_and_then_refuses() {
        X509Svid svid = svid(NOW, Duration.ofHours(1));
        SvidState state = rotation.issued(rotation.start(NOW), svid, NOW, MIDDLE);
        Instant now = state.nextRequest();
        int attempts = 0;
        while (!now.isAfter(svid.notAfter())) {
            assertThat(state.usableAt(now)).contains(svid);
            state = rotation.failed(state, now, MIDDLE);
            assertThat(state).isInstanceOf(Retrying.class);
            assertThat(state.nextRequest()).isAfter(now);
            now = state.nextRequest();
            attempts++;
        }
        assertThat(attempts).isBetween(30, 200);
        assertThat(state.usableAt(svid.notAfter())).contains(svid);
        assertThat(state.usableAt(svid.notAfter().plusMillis(1))).isEmpty();
        assertThat(rotation.at(state, svid.notAfter())).isInstanceOf(Retrying.class);

        SvidState expired = rotation.failed(state, now, MIDDLE);
        assertThat(expired).isInstanceOf(Expired.class);
        assertThat(expired.held()).isEmpty();
    }

    @Test
    @DisplayName("R10: after expiry the pauses are at most five seconds, so that recovery is quick")
    void after_expiry_attempts_go_on_at_least_every_five_seconds() {
        Instant end = NOW.plus(Duration.ofHours(1));
        Instant now = end.plus(SECOND);
        SvidState state = rotation.at(new Retrying(svid(NOW, Duration.ofHours(1)), 9, end.plusSeconds(60)), now);
        assertThat(state.nextRequest()).isBeforeOrEqualTo(now.plusSeconds(5));
        for (int i = 0; i < 100; i++) {
            state = rotation.failed(state, now, 0.999999);
            assertThat(Duration.between(now, state.nextRequest()))
                    .isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
            now = state.nextRequest();
        }
        X509Svid fresh = svid(now, Duration.ofHours(1));
        assertThat(rotation.issued(state, fresh, now, MIDDLE)).isInstanceOf(Valid.class);
    }

    @Test
    void a_renewed_svid_takes_over_and_one_that_is_not_valid_now_does_not() {
        X509Svid good = svid(NOW, Duration.ofHours(1));
        X509Svid dead = svid(NOW.minus(Duration.ofHours(3)), Duration.ofHours(1));
        X509Svid next = svid(NOW.plus(Duration.ofMinutes(30)), Duration.ofHours(1));
        SvidState state = rotation.issued(rotation.start(NOW), good, NOW, MIDDLE);
        Instant half = NOW.plus(Duration.ofMinutes(30));

        SvidState refused = rotation.issued(state, dead, half, MIDDLE);
        assertThat(refused).isInstanceOf(Retrying.class);
        assertThat(refused.usableAt(half)).contains(good);
        assertThat(rotation.issued(refused, next, half, MIDDLE))
                .isEqualTo(new Valid(next, NOW.plus(Duration.ofHours(1))));
    }

    @Test
    void retries_double_from_half_a_second_to_a_minute_and_spread_over_half_of_the_pause() {
        Duration plenty = Duration.ofHours(12);
        assertThat(SCHEDULE.retryAfter(1, plenty, 0)).isEqualTo(Duration.ofMillis(250));
        assertThat(SCHEDULE.retryAfter(1, plenty, 0.999999)).isEqualTo(Duration.ofMillis(500));
        assertThat(SCHEDULE.retryAfter(3, plenty, 0.999999)).isEqualTo(Duration.ofSeconds(2));
        assertThat(SCHEDULE.retryAfter(Integer.MAX_VALUE, plenty, 0.999999)).isEqualTo(Duration.ofMinutes(1));
        assertThat(SCHEDULE.retryAfter(Integer.MAX_VALUE, Duration.ofMinutes(5), 0.999999))
                .isEqualTo(Duration.ofSeconds(15));
        assertThat(SCHEDULE.retryAfter(Integer.MAX_VALUE, Duration.ofHours(-1), 0.999999))
                .isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void a_schedule_that_could_renew_outside_of_life_is_refused() {
        assertThatThrownBy(() -> new RotationSchedule(0.5, 0.5, SECOND, SECOND, SECOND))
                .hasMessageContaining("jitter");
        assertThatThrownBy(() -> new RotationSchedule(1.0, 0.0, SECOND, SECOND, SECOND))
                .hasMessageContaining("share");
        assertThatThrownBy(() -> new RotationSchedule(0.5, 0.0, Duration.ZERO, SECOND, SECOND))
                .hasMessageContaining("0 < first");
    }

    private static X509Svid svid(Instant now, Duration lifetime) {
        return Authority.inMemory(TrustDomain.DEFAULT, InstantSource.fixed(now))
                .issueOwn(
                        KeyAlgorithm.EC_P256,
                        SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart"),
                        lifetime,
                        Set.of());
    }
}
