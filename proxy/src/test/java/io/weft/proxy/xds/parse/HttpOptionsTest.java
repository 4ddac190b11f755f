package io.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteSource;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpOptionsTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "'', true, -",
                "'http_protocol_options: {}', false, -",
                "'http_protocol_options: { accept_http_10: true }', true, -",
                "'http_protocol_options: { accept_http_10: true, default_host_for_http_10: old }', true, old",
            })
    void http_1_0_is_served_where_nothing_is_said_and_else_as_envoy_would_H_02(
            String options, boolean served, String host) {
        var listener = new Parsers(UnsupportedFields.rejected())
                .listener(Written.listener(Written.http(options, "{ match: { prefix: / }, route: { cluster: c } }")));
        HttpConnectionManager manager =
                (HttpConnectionManager) listener.chains().getFirst().terminal();
        assertThat(manager.http1()).isEqualTo(new HttpConnectionManager.Http1(served, host));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry_on: 'connect-failure,5xx'|CONNECT_FAILURE SERVER_ERROR||",
                "retry_on: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',"
                        + " retriable_status_codes: [503], host_selection_retry_max_attempts: 5, retry_host_predicate: [{"
                        + " name: envoy.retry_host_predicates.previous_hosts, typed_config: { \"@type\":"
                        + " type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate } }]"
                        + "|CONNECT_FAILURE REFUSED_STREAM|503|1 14",
                "retry_on: 'retriable-4xx, internal, resource-exhausted, deadline-exceeded'||409|4 8 13",
                "retry_on: gateway-error, retriable_status_codes: [503]|GATEWAY_ERROR||",
            })
    void every_word_of_retry_on_is_understood(
            String policy, @Nullable String on, @Nullable String statuses, @Nullable String grpcStatuses) {
        Route.RetryPolicy retry = forward("retry_policy: { " + policy + " }").retry();
        assertThat(text(retry.on())).isEqualTo(on == null ? "" : on);
        assertThat(text(retry.statuses())).isEqualTo(statuses == null ? "" : statuses);
        assertThat(text(retry.grpcStatuses())).isEqualTo(grpcStatuses == null ? "" : grpcStatuses);
        assertThat(retry.attempts()).isEqualTo(1);
    }

    private static Route.Forward forward(String options) {
        var listener = new Parsers(UnsupportedFields.rejected())
                .listener(Written.listener(
                        Written.http("", "{ match: { prefix: / }, route: { cluster: c, " + options + " } }")));
        HttpConnectionManager manager =
                (HttpConnectionManager) listener.chains().getFirst().terminal();
        RouteSource.Inline inline = (RouteSource.Inline) manager.routes();
        return (Route.Forward)
                inline.table().hosts().getFirst().routes().getFirst().action();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|25|250",
                "retry_back_off: { base_interval: 0.1s }|100|1000",
                "retry_back_off: { base_interval: 0.1s, max_interval: 0.3s }|100|300",
                "retry_back_off: { base_interval: 3000000000s }|3000000000000|3153600000000",
            })
    void the_longest_pause_is_ten_times_the_first_where_it_is_not_said(@Nullable String options, long base, long most) {
        Route.RetryPolicy retry = forward("retry_policy: { retry_on: 5xx, " + (options == null ? "" : options) + " }")
                .retry();
        assertThat(retry.backOff())
                .isEqualTo(new Route.RetryPolicy.BackOff(Duration.ofMillis(base), Duration.ofMillis(most)));
    }

    @Test
    void who_says_how_long_a_stream_may_last_has_no_limit_for_the_answer_R_08() {
        assertThat(forward("timeout: 3s").duration()).isNull();
        assertThat(forward("timeout: 3s").timeout()).isEqualTo(Duration.ofSeconds(3));
        Route.Forward limited = forward("timeout: 3s, max_stream_duration: { max_stream_duration: 1s }");
        assertThat(limited.timeout()).isZero();
        assertThat(limited.duration()).isEqualTo(new Route.StreamDuration(Duration.ofSeconds(1), null, Duration.ZERO));
        assertThat(forward("max_stream_duration: { grpc_timeout_header_max: 0s, grpc_timeout_header_offset: 0.1s }")
                        .duration())
                .isEqualTo(new Route.StreamDuration(null, Duration.ZERO, Duration.ofMillis(100)));
    }

    private static <T extends Comparable<T>> String text(Set<T> all) {
        return all.stream().sorted().map(Object::toString).collect(Collectors.joining(" "));
    }
}
