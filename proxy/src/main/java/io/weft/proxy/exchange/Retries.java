package io.weft.proxy.exchange;

import io.weft.proxy.cluster.ClusterState;
import io.weft.proxy.cluster.Host;
import io.weft.proxy.config.Route;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.ResponseReceiver.Reset;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.worker.Worker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request whose first attempt failed may still do: how many retries are left, whether the safe replay was made, and
 * which endpoints have failed it. Made when the first attempt fails, so that most requests have none.
 */
final class Retries {

    private final Exchange exchange;
    private final Worker worker;
    private final Route.RetryPolicy policy;
    private @Nullable TimeLimit pause;
    private final List<Host> tried = new ArrayList<>(2);
    private int made;
    private boolean replayed;

    Retries(Exchange exchange, Route.RetryPolicy policy) {
        this.exchange = exchange;
        this.worker = exchange.connection().worker();
        this.policy = policy;
    }

    /** Whether a retry follows, after a pause that keeps many clients from coming back at once. */
    boolean again() {
        if (made == policy.attempts()) {
            exchange.record().flag(ResponseFlag.URX);
            return false;
        }
        made++;
        pause = TimeLimit.set(
                pause, exchange, TimeLimit.Kind.BACK_OFF, RetryRules.pause(policy.backOff(), made, worker.dice()));
        return true;
    }

    /**
     * Whether the safe replay follows, at once. A kept connection may have been closed by the endpoint while the request
     * was on its way: if not one byte came back and doing it twice does no harm, it is done once more.
     */
    boolean replays(Reset reason, boolean reused, Request request) {
        boolean untouched = reason == Reset.REFUSED;
        boolean raced = reason == Reset.CLOSED_BEFORE_RESPONSE && reused && request.isIdempotent();
        return (untouched || raced) && replays();
    }

    /** Whether the one replay that needs no policy has not been made yet; now it has. */
    boolean replays() {
        boolean first = !replayed;
        replayed = true;
        return first;
    }

    /** Another endpoint than those that failed, if there is one. */
    @Nullable
    Host pick(ClusterState cluster, Connection connection) {
        Host failed = exchange.record().host();
        if (failed != null) {
            tried.add(failed);
        }
        return cluster.pickOther(connection, tried);
    }

    void close() {
        TimeLimit.clear(pause, worker);
    }
}
