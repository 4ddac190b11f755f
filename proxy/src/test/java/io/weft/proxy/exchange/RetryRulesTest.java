package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.balance.Dice;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.RetryPolicy.BackOff;
import io.weft.proxy.config.Route.RetryPolicy.On;
import io.weft.proxy.exchange.RetryRules.Loss;
import io.weft.proxy.http.Response;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RetryRulesTest {

    @ParameterizedTest
    @CsvSource({
        // policy, loss, whether the head was sent, whether it is worth another attempt
        "CONNECT_FAILURE, CONNECT, false, true",
        "CONNECT_FAILURE, RESET, true, false",
        "CONNECT_FAILURE, REFUSED, true, false",
        "REFUSED_STREAM, REFUSED, true, true",
        "REFUSED_STREAM, RESET, true, false",
        "REFUSED_STREAM, CONNECT, false, false",
        "RESET_BEFORE_REQUEST, CONNECT, false, true",
        "RESET_BEFORE_REQUEST, RESET, false, true",
        "RESET_BEFORE_REQUEST, RESET, true, false",
        "RESET, CONNECT, false, true",
        "RESET, RESET, true, true",
        "GATEWAY_ERROR, CONNECT, false, true",
        "GATEWAY_ERROR, RESET, true, true",
        "SERVER_ERROR, REFUSED, true, true",
        "SERVER_ERROR, RESET, true, true",
    })
    void a_lost_attempt_is_worth_another_where_envoys_retry_on_says_so(On on, Loss loss, boolean sent, boolean worth) {
        assertThat(RetryRules.covers(Set.of(on), loss, sent)).isEqualTo(worth);
    }

    @ParameterizedTest
    @CsvSource({
        "SERVER_ERROR, 499, false",
        "SERVER_ERROR, 500, true",
        "SERVER_ERROR, 599, true",
        "GATEWAY_ERROR, 500, false",
        "GATEWAY_ERROR, 501, false",
        "GATEWAY_ERROR, 502, true",
        "GATEWAY_ERROR, 503, true",
        "GATEWAY_ERROR, 504, true",
        "GATEWAY_ERROR, 505, false",
        "RESET, 503, false",
    })
    void an_answer_is_worth_another_attempt_by_its_status(On on, int status, boolean worth) {
        assertThat(RetryRules.covers(policy(on), answer(status))).isEqualTo(worth);
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void no_policy_covers_nothing(Loss loss) {
        assertThat(RetryRules.covers(EnumSet.noneOf(On.class), loss, false)).isFalse();
        assertThat(RetryRules.covers(Route.RetryPolicy.NONE, answer(503))).isFalse();
    }

    private static Route.RetryPolicy policy(On on) {
        return new Route.RetryPolicy(Set.of(on), 1, Duration.ZERO);
    }

    private static Response answer(int status, String... header) {
        Response response = new Response();
        response.status(status, "");
        for (int i = 0; i < header.length; i += 2) {
            response.headers().add(header[i], header[i + 1]);
        }
        return response;
    }

    @Test
    void statuses_of_http_and_of_grpc_that_are_named_are_worth_another_attempt() {
        var policy = new Route.RetryPolicy(Set.of(), Set.of(409, 429), Set.of(14), 1, Duration.ZERO, BackOff.DEFAULT);
        assertThat(RetryRules.covers(policy, answer(409))).isTrue();
        assertThat(RetryRules.covers(policy, answer(503))).isFalse();
        assertThat(RetryRules.covers(policy, answer(200, "grpc-status", "14"))).isTrue();
        assertThat(RetryRules.covers(policy, answer(200, "grpc-status", "13"))).isFalse();
        assertThat(RetryRules.covers(policy, answer(200, "grpc-status", "x"))).isFalse();
        assertThat(RetryRules.covers(policy, answer(200))).isFalse();
    }

    @Test
    void an_endpoint_that_limits_its_callers_is_not_asked_again() {
        assertThat(RetryRules.covers(policy(On.SERVER_ERROR), answer(503, "x-envoy-ratelimited", "true")))
                .isFalse();
    }

    @Test
    void pauses_are_by_chance_and_double_up_to_the_longest() {
        Dice dice = new Dice(1);
        longest(BackOff.DEFAULT, dice, 25, 50, 100, 200, 250, 250);
        longest(new BackOff(Duration.ofMillis(100), Duration.ofMillis(300)), dice, 100, 200, 300, 300);
        longest(new BackOff(Duration.ofMillis(40), Duration.ofMillis(40)), dice, 40, 40);
        assertThat(RetryRules.pause(BackOff.DEFAULT, Integer.MAX_VALUE, dice)).isPositive();
        var forever = Duration.ofDays(36_500);
        assertThat(RetryRules.pause(new BackOff(Duration.ofNanos(1), forever), 100, dice))
                .isPositive();
    }

    private static void longest(BackOff backOff, Dice dice, long... most) {
        for (int number = 1; number <= most.length; number++) {
            long longest = 0;
            for (int i = 0; i < 1_000; i++) {
                long pause = RetryRules.pause(backOff, number, dice);
                assertThat(pause).isPositive();
                longest = Math.max(longest, pause);
            }
            assertThat(longest)
                    .isBetween(
                            TimeUnit.MILLISECONDS.toNanos(most[number - 1]) * 9 / 10,
                            TimeUnit.MILLISECONDS.toNanos(most[number - 1]));
        }
    }
}
