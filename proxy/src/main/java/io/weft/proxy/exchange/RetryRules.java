package io.weft.proxy.exchange;

import io.weft.proxy.balance.Dice;
import io.weft.proxy.config.Route.RetryPolicy;
import io.weft.proxy.config.Route.RetryPolicy.On;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Response;
import io.weft.proxy.http.Rules;
import java.util.Set;

/** Which outcomes of an attempt are worth another one, and how long to wait before it, as Envoy decides it. Pure. */
final class RetryRules {

    private RetryRules() {}

    /** Why an attempt came to no answer. */
    enum Loss {
        /** No connection could be made. */
        CONNECT,
        /** The endpoint has not looked at the request: REFUSED_STREAM, or beyond its GOAWAY. */
        REFUSED,
        /** The stream or connection ended, or the answer took too long. */
        RESET
    }

    /** @param sent whether the request's head went out; where it did not, the endpoint cannot have acted on it */
    static boolean covers(Set<On> on, Loss loss, boolean sent) {
        // An answer that never comes counts as a 5xx and as a gateway's error: the client would be told one.
        return on.contains(On.RESET)
                || on.contains(On.SERVER_ERROR)
                || on.contains(On.GATEWAY_ERROR)
                || (on.contains(On.RESET_BEFORE_REQUEST) && !sent)
                || (on.contains(On.CONNECT_FAILURE) && loss == Loss.CONNECT)
                || (on.contains(On.REFUSED_STREAM) && loss == Loss.REFUSED);
    }

    static boolean covers(RetryPolicy policy, Response response) {
        // Whoever says that it limits its callers does not want to be asked again.
        return !policy.isEmpty()
                && (covers(policy, response.status()) || coversGrpc(policy, response.headers()))
                && response.headers().find("x-envoy-ratelimited", 0) < 0;
    }

    private static boolean covers(RetryPolicy policy, int status) {
        return (policy.on().contains(On.SERVER_ERROR) && status >= 500)
                || (policy.on().contains(On.GATEWAY_ERROR) && status >= 502 && status <= 504)
                || policy.statuses().contains(status);
    }

    private static boolean coversGrpc(RetryPolicy policy, Headers headers) {
        if (policy.grpcStatuses().isEmpty()) {
            return false;
        }
        int line = headers.find("grpc-status", 0);
        if (line < 0) {
            return false;
        }
        Long status = Rules.contentLength(headers.bytes(), headers.valueStart(line), headers.valueEnd(line));
        return status != null && status <= 16 && policy.grpcStatuses().contains(status.intValue());
    }

    /**
     * The pause before a retry, in nanoseconds.
     *
     * @param number 1 for the first
     */
    static long pause(RetryPolicy.BackOff backOff, int number, Dice dice) {
        long most = backOff.most().toNanos();
        long upTo = backOff.base().toNanos();
        for (int i = 1; i < number && upTo < most; i++) {
            upTo = upTo > most / 2 ? most : upTo * 2;
        }
        return Math.max(1, Math.floorMod(dice.next(), Math.min(upTo, most)));
    }
}
