package io.weft.proxy.balance;

import io.weft.proxy.config.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The candidates of one locality.
 *
 * @param priority 0 first; the next level gets what this one cannot take
 * @param weight against the other localities of the level, where they are weighed
 * @param healthy take load
 * @param degraded take what the healthy ones of all levels cannot
 * @param unhealthy take load only in panic
 * @param total all endpoints told, those too that get nothing new because they are draining
 */
public record Place<T extends Candidate>(
        int priority, long weight, List<T> healthy, List<T> degraded, List<T> unhealthy, int total) {

    public Place {
        healthy = List.copyOf(healthy);
        degraded = List.copyOf(degraded);
        unhealthy = List.copyOf(unhealthy);
    }

    public static <T extends Candidate> Place<T> of(
            Cluster.Locality locality, Function<Cluster.Endpoint, T> candidates) {
        List<T> healthy = new ArrayList<>();
        List<T> degraded = new ArrayList<>();
        List<T> unhealthy = new ArrayList<>();
        for (Cluster.Endpoint endpoint : locality.endpoints()) {
            switch (endpoint.health()) {
                case HEALTHY -> healthy.add(candidates.apply(endpoint));
                case DEGRADED -> degraded.add(candidates.apply(endpoint));
                case UNHEALTHY -> unhealthy.add(candidates.apply(endpoint));
                case DRAINING -> {}
            }
        }
        return new Place<>(
                locality.priority(),
                locality.weight(),
                healthy,
                degraded,
                unhealthy,
                locality.endpoints().size());
    }
}
