package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.weft.proxy.config.Cluster.LoadBalancing;
import io.weft.proxy.config.Cluster.Spread;
import io.weft.proxy.xds.parse.ExtensionPoint.Extension;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a cluster picks among its endpoints, told by an enum or by an extension. */
final class LoadBalancingParser {

    private static final String POLICIES = "envoy.extensions.load_balancing_policies.";
    private static final int DEFAULT_CHOICES = 2;
    private static final int MAX_CHOICES = 100;

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of("envoy.config.cluster.v3.LoadBalancingPolicy").honours("policies"),
            MessageFields.of("envoy.config.cluster.v3.LoadBalancingPolicy.Policy")
                    .honours("typed_extension_config"),
            MessageFields.of("envoy.config.core.v3.TypedExtensionConfig").honours("name", "typed_config"),
            MessageFields.typed(POLICIES + "round_robin.v3.RoundRobin", RoundRobin::getDefaultInstance)
                    .honours("locality_lb_config"),
            MessageFields.typed(POLICIES + "least_request.v3.LeastRequest", LeastRequest::getDefaultInstance)
                    .honours("choice_count", "locality_lb_config")
                    .only("enable_full_scan", "endpoints are drawn, never scanned", "false")
                    .only("selection_method", "endpoints are drawn, never scanned", "N_CHOICES"),
            MessageFields.typed(POLICIES + "random.v3.Random", Random::getDefaultInstance)
                    .honours("locality_lb_config"),
            MessageFields.typed(POLICIES + "cluster_provided.v3.ClusterProvided", ClusterProvided::getDefaultInstance),
            MessageFields.of(POLICIES + "common.v3.LocalityLbConfig").honours("locality_weighted_lb_config"),
            MessageFields.of("envoy.config.cluster.v3.Cluster.LeastRequestLbConfig")
                    .honours("choice_count"),
            MessageFields.of("envoy.config.cluster.v3.Cluster.RoundRobinLbConfig"),
            MessageFields.of("envoy.config.cluster.v3.Cluster.CommonLbConfig")
                    .honours("healthy_panic_threshold", "locality_weighted_lb_config")
                    .accepts("update_merge_window", "updates that come close together are merged anyway"),
            MessageFields.of("envoy.type.v3.Percent").honours("value"));

    private static final ExtensionPoint<Balance> EXTENSIONS = new ExtensionPoint<>(
            Extension.of(
                    POLICIES + "round_robin.v3.RoundRobin",
                    RoundRobin.class,
                    (message, path, reading) -> balance(new LoadBalancing.RoundRobin(), message.getLocalityLbConfig())),
            Extension.of(
                    POLICIES + "least_request.v3.LeastRequest",
                    LeastRequest.class,
                    (message, path, reading) -> balance(
                            new LoadBalancing.LeastRequest(Scalars.within(
                                    message.hasChoiceCount(),
                                    message.getChoiceCount(),
                                    2,
                                    MAX_CHOICES,
                                    DEFAULT_CHOICES,
                                    path.field("choice_count"))),
                            message.getLocalityLbConfig())),
            Extension.of(
                    POLICIES + "random.v3.Random",
                    Random.class,
                    (message, path, reading) -> balance(new LoadBalancing.Random(), message.getLocalityLbConfig())),
            Extension.of(
                    POLICIES + "cluster_provided.v3.ClusterProvided",
                    ClusterProvided.class,
                    (message, path, reading) -> new Balance(null, false)));

    /** @param balancing null where the cluster itself decides, as one with original destinations does */
    record Balance(@Nullable LoadBalancing balancing, boolean byLocalityWeight) {}

    private LoadBalancingParser() {}

    static Balance balance(io.envoyproxy.envoy.config.cluster.v3.Cluster message, FieldPath path, Reading reading) {
        if (message.hasLoadBalancingPolicy()) {
            return extension(message.getLoadBalancingPolicy(), path.field("load_balancing_policy"), reading);
        }
        boolean weighted = message.getCommonLbConfig().hasLocalityWeightedLbConfig();
        LbPolicy policy = message.getLbPolicy();
        if (message.hasLeastRequestLbConfig() && policy != LbPolicy.LEAST_REQUEST) {
            throw new InvalidResource(
                    path.field("least_request_lb_config"), "expected only with lb_policy LEAST_REQUEST");
        }
        return switch (policy) {
            case ROUND_ROBIN -> new Balance(new LoadBalancing.RoundRobin(), weighted);
            case LEAST_REQUEST -> {
                var config = message.getLeastRequestLbConfig();
                yield new Balance(
                        new LoadBalancing.LeastRequest(Scalars.within(
                                config.hasChoiceCount(),
                                config.getChoiceCount(),
                                2,
                                MAX_CHOICES,
                                DEFAULT_CHOICES,
                                path.field("least_request_lb_config").field("choice_count"))),
                        weighted);
            }
            case RANDOM -> new Balance(new LoadBalancing.Random(), weighted);
            case CLUSTER_PROVIDED -> new Balance(null, weighted);
            default ->
                throw new InvalidResource(
                        path.field("lb_policy"),
                        policy.name() + ": expected ROUND_ROBIN, LEAST_REQUEST, RANDOM or CLUSTER_PROVIDED");
        };
    }

    static Spread spread(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message, boolean byLocalityWeight, FieldPath path) {
        var common = message.getCommonLbConfig();
        double panic = common.hasHealthyPanicThreshold()
                ? common.getHealthyPanicThreshold().getValue()
                : Spread.DEFAULT.panicThreshold();
        if (!(panic >= 0 && panic <= 100)) {
            throw new InvalidResource(
                    path.field("common_lb_config")
                            .field("healthy_panic_threshold")
                            .field("value"),
                    panic + ": expected 0 to 100");
        }
        Spread spread = new Spread(panic, byLocalityWeight);
        return spread.equals(Spread.DEFAULT) ? Spread.DEFAULT : spread;
    }

    /** The first policy is taken; those after it are for proxies that do not know it. */
    private static Balance extension(LoadBalancingPolicy message, FieldPath path, Reading reading) {
        FieldPath policies = path.field("policies");
        if (message.getPoliciesCount() == 0) {
            throw new InvalidResource(policies, "empty: expected a policy");
        }
        var config = message.getPolicies(0).getTypedExtensionConfig();
        return EXTENSIONS.read(
                config.getName(),
                config.hasTypedConfig(),
                config.getTypedConfig(),
                policies.at(0).field("typed_extension_config"),
                reading);
    }

    private static Balance balance(LoadBalancing balancing, LocalityLbConfig locality) {
        return new Balance(balancing, locality.hasLocalityWeightedLbConfig());
    }
}
