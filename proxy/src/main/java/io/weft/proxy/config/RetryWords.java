package io.weft.proxy.config;

import io.weft.proxy.config.Route.RetryPolicy.On;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Envoy's words for what is worth another attempt, as {@code retry_on} and {@code x-envoy-retry-on} list them. */
public final class RetryWords {

    private static final Map<String, On> OUTCOMES = Map.of(
            "connect-failure", On.CONNECT_FAILURE,
            "refused-stream", On.REFUSED_STREAM,
            "reset-before-request", On.RESET_BEFORE_REQUEST,
            "reset", On.RESET,
            "gateway-error", On.GATEWAY_ERROR,
            "5xx", On.SERVER_ERROR);

    /** The statuses of gRPC that have a word of their own. */
    private static final Map<String, Integer> GRPC = Map.of(
            "cancelled", 1,
            "deadline-exceeded", 4,
            "resource-exhausted", 8,
            "internal", 13,
            "unavailable", 14);

    private static final String CONFLICT = "retriable-4xx";
    private static final int CONFLICT_STATUS = 409; // the only one that Envoy counts among them
    private static final String STATUS_CODES = "retriable-status-codes";

    private final Set<On> outcomes = EnumSet.noneOf(On.class);
    private final Set<Integer> statuses = new HashSet<>();
    private final Set<Integer> grpcStatuses = new HashSet<>();
    private boolean namesStatuses;

    /** Takes one word; false where nobody knows it. */
    public boolean add(String word) {
        if (OUTCOMES.containsKey(word)) {
            outcomes.add(OUTCOMES.get(word));
        } else if (GRPC.containsKey(word)) {
            grpcStatuses.add(GRPC.get(word));
        } else if (word.equals(CONFLICT)) {
            statuses.add(CONFLICT_STATUS);
        } else if (word.equals(STATUS_CODES)) {
            namesStatuses = true;
        } else {
            return false;
        }
        return true;
    }

    /** Takes what a policy says already. */
    public void addAll(Route.RetryPolicy policy) {
        outcomes.addAll(policy.on());
        statuses.addAll(policy.statuses());
        grpcStatuses.addAll(policy.grpcStatuses());
    }

    /** Whether the word was among them that refers to a list of statuses. */
    public boolean namesStatuses() {
        return namesStatuses;
    }

    public void addStatuses(Collection<Integer> named) {
        statuses.addAll(named);
    }

    public boolean isEmpty() {
        return outcomes.isEmpty() && statuses.isEmpty() && grpcStatuses.isEmpty();
    }

    /** @param attempts 0 where nothing is worth repeating, whatever is given */
    public Route.RetryPolicy policy(int attempts, Duration perTry, Route.RetryPolicy.BackOff backOff) {
        return new Route.RetryPolicy(outcomes, statuses, grpcStatuses, isEmpty() ? 0 : attempts, perTry, backOff);
    }

    /** All of them, for messages. */
    public static List<String> known() {
        return Stream.of(OUTCOMES.keySet(), GRPC.keySet(), Set.of(CONFLICT, STATUS_CODES))
                .flatMap(Set::stream)
                .sorted()
                .toList();
    }
}
