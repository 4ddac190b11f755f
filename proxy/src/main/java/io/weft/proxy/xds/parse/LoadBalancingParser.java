package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Cluster.LoadBalancing;
import io.weft.proxy.config.Cluster.Spread;
import io.weft.proxy.wire.Message;
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
            MessageFields.typed(POLICIES + "round_robin.v3.RoundRobin").honours("locality_lb_config"),
            MessageFields.typed(POLICIES + "least_request.v3.LeastRequest")
                    .honours("choice_count", "locality_lb_config")
                    .only("enable_full_scan", "endpoints are drawn, never scanned", "false")
                    .only("selection_method", "endpoints are drawn, never scanned", "N_CHOICES"),
            MessageFields.typed(POLICIES + "random.v3.Random").honours("locality_lb_config"),
            MessageFields.typed(POLICIES + "cluster_provided.v3.ClusterProvided"),
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
                    (message, path, reading) ->
                            balance(new LoadBalancing.RoundRobin(), message.message("locality_lb_config"))),
            Extension.of(
                    POLICIES + "least_request.v3.LeastRequest",
                    (message, path, reading) -> balance(
                            new LoadBalancing.LeastRequest(Scalars.within(
                                    message.has("choice_count"),
                                    message.message("choice_count"),
                                    2,
                                    MAX_CHOICES,
                                    DEFAULT_CHOICES,
                                    path.field("choice_count"))),
                            message.message("locality_lb_config"))),
            Extension.of(
                    POLICIES + "random.v3.Random",
                    (message, path, reading) ->
                            balance(new LoadBalancing.Random(), message.message("locality_lb_config"))),
            Extension.of(
                    POLICIES + "cluster_provided.v3.ClusterProvided",
                    (message, path, reading) -> new Balance(null, false)));

    /** @param balancing null where the cluster itself decides, as one with original destinations does */
    record Balance(@Nullable LoadBalancing balancing, boolean byLocalityWeight) {}

    private LoadBalancingParser() {}

    static Balance balance(Message message, FieldPath path, Reading reading) {
        if (message.has("load_balancing_policy")) {
            return extension(message.message("load_balancing_policy"), path.field("load_balancing_policy"), reading);
        }
        boolean weighted = message.message("common_lb_config").has("locality_weighted_lb_config");
        String policy = message.choice("lb_policy");
        if (message.has("least_request_lb_config") && !policy.equals("LEAST_REQUEST")) {
            throw new InvalidResource(
                    path.field("least_request_lb_config"), "expected only with lb_policy LEAST_REQUEST");
        }
        return switch (policy) {
            case "ROUND_ROBIN" -> new Balance(new LoadBalancing.RoundRobin(), weighted);
            case "LEAST_REQUEST" -> {
                var config = message.message("least_request_lb_config");
                yield new Balance(
                        new LoadBalancing.LeastRequest(Scalars.within(
                                config.has("choice_count"),
                                config.message("choice_count"),
                                2,
                                MAX_CHOICES,
                                DEFAULT_CHOICES,
                                path.field("least_request_lb_config").field("choice_count"))),
                        weighted);
            }
            case "RANDOM" -> new Balance(new LoadBalancing.Random(), weighted);
            case "CLUSTER_PROVIDED" -> new Balance(null, weighted);
            default ->
                throw new InvalidResource(
                        path.field("lb_policy"),
                        policy + ": expected ROUND_ROBIN, LEAST_REQUEST, RANDOM or CLUSTER_PROVIDED");
        };
    }

    static Spread spread(Message message, boolean byLocalityWeight, FieldPath path) {
        var common = message.message("common_lb_config");
        double panic = common.has("healthy_panic_threshold")
                ? common.message("healthy_panic_threshold").real("value")
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
    private static Balance extension(Message message, FieldPath path, Reading reading) {
        FieldPath policies = path.field("policies");
        if (message.count("policies") == 0) {
            throw new InvalidResource(policies, "empty: expected a policy");
        }
        var config = message.message("policies", 0).message("typed_extension_config");
        return EXTENSIONS.read(
                config.text("name"),
                config.has("typed_config"),
                config.message("typed_config"),
                policies.at(0).field("typed_extension_config"),
                reading);
    }

    private static Balance balance(LoadBalancing balancing, Message locality) {
        return new Balance(balancing, locality.has("locality_weighted_lb_config"));
    }
}
