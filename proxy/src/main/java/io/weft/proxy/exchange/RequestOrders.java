package io.weft.proxy.exchange;

import io.weft.proxy.config.RetryWords;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.RetryPolicy;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Rules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an internal caller asks for by {@code x-envoy-*} headers, on top of what its route says, as in Envoy: retries and
 * time limits. Headers of callers who are not internal are gone before ({@link RequestRules}). Pure.
 */
final class RequestOrders {

    private static final int MAX_RETRIES = 100;
    private static final long MAX_MILLIS = Duration.ofDays(365).toMillis();

    private RequestOrders() {}

    /** The route's action with what the request asks for; the headers that were heard are taken away. */
    static Route.Forward apply(Route.Forward action, Headers headers) {
        RetryPolicy retry = retry(action.retry(), headers);
        Duration timeout = millis(headers, FieldName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS);
        Duration perTry = millis(headers, FieldName.X_ENVOY_UPSTREAM_RQ_PER_TRY_TIMEOUT_MS);
        if (retry == null && timeout == null && perTry == null) {
            return action;
        }
        Duration whole = timeout == null ? action.timeout() : timeout;
        RetryPolicy policy = retry == null ? action.retry() : retry;
        Duration each = perTry == null ? policy.perTryTimeout() : perTry;
        if (!whole.isZero() && each.compareTo(whole) >= 0) {
            each = Duration.ZERO;
        }
        return new Route.Forward(
                action.cluster(),
                whole,
                action.idleTimeout(),
                action.rewrite(),
                action.host(),
                new RetryPolicy(
                        policy.on(),
                        policy.statuses(),
                        policy.grpcStatuses(),
                        policy.attempts(),
                        each,
                        policy.backOff()),
                action.duration());
    }

    private static @Nullable RetryPolicy retry(RetryPolicy policy, Headers headers) {
        String on = taken(headers, FieldName.X_ENVOY_RETRY_ON);
        String grpcOn = taken(headers, FieldName.X_ENVOY_RETRY_GRPC_ON);
        Long most = number(taken(headers, FieldName.X_ENVOY_MAX_RETRIES));
        String statuses = taken(headers, FieldName.X_ENVOY_RETRIABLE_STATUS_CODES);
        if (on == null && grpcOn == null && most == null && statuses == null) {
            return null;
        }
        var words = new RetryWords();
        words.addAll(policy);
        // What nobody knows is no error of a caller: it may be meant for a later version.
        for (String list : new String[] {on, grpcOn}) {
            for (String word : list == null ? new String[0] : list.split(",")) {
                words.add(word.strip());
            }
        }
        if (words.namesStatuses() && statuses != null) {
            for (String status : statuses.split(",")) {
                Long code = number(status.strip());
                if (code != null && code >= 200 && code <= 599) {
                    words.addStatuses(List.of(code.intValue()));
                }
            }
        }
        int attempts = most == null ? Math.max(1, policy.attempts()) : (int) Math.min(MAX_RETRIES, most);
        return words.policy(attempts, policy.perTryTimeout(), policy.backOff());
    }

    private static @Nullable Duration millis(Headers headers, FieldName name) {
        Long millis = number(taken(headers, name));
        return millis == null ? null : Duration.ofMillis(Math.min(MAX_MILLIS, millis));
    }

    private static @Nullable Long number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return Rules.contentLength(bytes, 0, bytes.length);
    }

    private static @Nullable String taken(Headers headers, FieldName name) {
        int line = headers.find(name, 0);
        if (line < 0) {
            return null;
        }
        String value = headers.value(line);
        headers.removeAll(name);
        return value;
    }
}
