package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.ClusterChoice.Weighted.Share;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.HostRewrite;
import io.weft.proxy.config.Route.PathRewrite;
import io.weft.proxy.config.Route.RetryPolicy.On;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Forwarding to a cluster: which one, how long, what is rewritten, what is tried again. */
final class RouteActionParser {

    private static final String PACKAGE = "envoy.config.route.v3.";
    private static final String PREVIOUS_HOSTS = "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate";
    private static final String PREVIOUS_HOSTS_NAME = "envoy.retry_host_predicates.previous_hosts";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of(PACKAGE + "RouteAction")
                    .honours(
                            "cluster",
                            "weighted_clusters",
                            "timeout",
                            "idle_timeout",
                            "prefix_rewrite",
                            "regex_rewrite",
                            "host_rewrite_literal",
                            "retry_policy",
                            "max_stream_duration")
                    .only("cluster_not_found_response_code", "the answer is always 503", "SERVICE_UNAVAILABLE")
                    .only("auto_host_rewrite", "the authority is kept", "false")
                    .only("priority", "all requests have one priority", "DEFAULT"),
            MessageFields.of(PACKAGE + "RouteAction.MaxStreamDuration")
                    .only("max_stream_duration", "a stream may last as long as it moves", "0s"),
            MessageFields.of(PACKAGE + "WeightedCluster")
                    .honours("clusters", "total_weight")
                    .accepts("runtime_key_prefix", "there is no runtime that could change the weights"),
            MessageFields.of(PACKAGE + "WeightedCluster.ClusterWeight").honours("name", "weight"),
            MessageFields.of(PACKAGE + "RetryPolicy")
                    .honours(
                            "retry_on",
                            "num_retries",
                            "per_try_timeout",
                            "retriable_status_codes",
                            "retry_host_predicate")
                    .accepts(
                            "host_selection_retry_max_attempts",
                            "an endpoint not tried before is found wherever there is one"),
            MessageFields.of(PACKAGE + "RetryPolicy.RetryHostPredicate").honours("name", "typed_config"),
            MessageFields.typed(PREVIOUS_HOSTS, PreviousHostsPredicate::getDefaultInstance));

    private static final Map<String, On> RETRY_ON = Map.of(
            "connect-failure", On.CONNECT_FAILURE,
            "refused-stream", On.REFUSED_STREAM,
            "reset-before-request", On.RESET_BEFORE_REQUEST,
            "reset", On.RESET,
            "gateway-error", On.GATEWAY_ERROR,
            "5xx", On.SERVER_ERROR);

    /** The statuses of gRPC that have a word of their own. */
    private static final Map<String, Integer> RETRY_ON_GRPC = Map.of(
            "cancelled", 1,
            "deadline-exceeded", 4,
            "resource-exhausted", 8,
            "internal", 13,
            "unavailable", 14);

    private static final String STATUS_CODES = "retriable-status-codes";
    private static final String CONFLICT = "retriable-4xx";
    private static final int MAX_RETRIES = 100;

    private RouteActionParser() {}

    static Route.Forward forward(RouteAction message, Route.Match match, Route.RetryPolicy inherited, FieldPath path) {
        return new Route.Forward(
                cluster(message, path),
                Scalars.duration(
                        message.hasTimeout(),
                        message.getTimeout(),
                        path.field("timeout"),
                        Route.Forward.DEFAULT_TIMEOUT),
                message.hasIdleTimeout()
                        ? Scalars.duration(message.getIdleTimeout(), path.field("idle_timeout"))
                        : null,
                rewrite(message, match, path),
                host(message, path),
                message.hasRetryPolicy() ? retry(message.getRetryPolicy(), path.field("retry_policy")) : inherited);
    }

    private static ClusterChoice cluster(RouteAction message, FieldPath path) {
        return switch (message.getClusterSpecifierCase()) {
            case CLUSTER -> new ClusterChoice.Single(Scalars.name(message.getCluster(), path.field("cluster")));
            case WEIGHTED_CLUSTERS -> weighted(message.getWeightedClusters(), path.field("weighted_clusters"));
            default -> throw new InvalidResource(path, "expected cluster or weighted_clusters");
        };
    }

    @SuppressWarnings("deprecation") // total_weight must be right where it is still given
    private static ClusterChoice weighted(WeightedCluster message, FieldPath path) {
        List<Share> shares = new ArrayList<>(message.getClustersCount());
        for (int i = 0; i < message.getClustersCount(); i++) {
            var share = message.getClusters(i);
            FieldPath at = path.field("clusters").at(i);
            shares.add(new Share(
                    Scalars.name(share.getName(), at.field("name")),
                    Scalars.unsigned(share.getWeight().getValue())));
        }
        ClusterChoice choice = ClusterChoiceParser.weighted(shares, path);
        if (message.hasTotalWeight()) {
            long total = shares.stream().mapToLong(Share::weight).sum();
            Scalars.within(
                    Scalars.unsigned(message.getTotalWeight().getValue()), total, total, path.field("total_weight"));
        }
        return choice;
    }

    private static @Nullable PathRewrite rewrite(RouteAction message, Route.Match match, FieldPath path) {
        boolean prefix = !message.getPrefixRewrite().isEmpty();
        if (prefix && message.hasRegexRewrite()) {
            throw new InvalidResource(
                    path.field("regex_rewrite"), "expected regex_rewrite or prefix_rewrite, not both");
        }
        if (message.hasRegexRewrite()) {
            return regex(message.getRegexRewrite(), path.field("regex_rewrite"));
        }
        if (!prefix) {
            return null;
        }
        needsPrefix(match, path.field("prefix_rewrite"));
        return new PathRewrite.Prefix(Scalars.text(message.getPrefixRewrite(), path.field("prefix_rewrite")));
    }

    static void needsPrefix(Route.Match match, FieldPath path) {
        if (match.path() instanceof Route.Path.Regex) {
            throw new InvalidResource(path, "expected a match by prefix or path, which a prefix can be replaced in");
        }
    }

    private static PathRewrite regex(RegexMatchAndSubstitute message, FieldPath path) {
        var pattern =
                MatcherParser.regex(message.getPattern(), path.field("pattern")).pattern();
        FieldPath at = path.field("substitution");
        String substitution = Scalars.text(message.getSubstitution(), at);
        for (int i = 0; i < substitution.length(); i++) {
            if (substitution.charAt(i) == '\\') {
                char next = ++i < substitution.length() ? substitution.charAt(i) : ' ';
                boolean group = next >= '0' && next <= '9' && next - '0' <= pattern.groupCount();
                if (next != '\\' && !group) {
                    throw new InvalidResource(
                            at, Quote.of(substitution) + ": expected \\0 to \\" + Math.min(9, pattern.groupCount()));
                }
            }
        }
        return new PathRewrite.Regex(pattern, substitution);
    }

    private static HostRewrite host(RouteAction message, FieldPath path) {
        if (message.getHostRewriteLiteral().isEmpty()) {
            return new HostRewrite.Keep();
        }
        FieldPath at = path.field("host_rewrite_literal");
        String host = Scalars.text(message.getHostRewriteLiteral(), at);
        return new HostRewrite.Literal(Scalars.authority(host, at));
    }

    static Route.RetryPolicy retry(RetryPolicy message, FieldPath path) {
        Set<On> on = EnumSet.noneOf(On.class);
        Set<Integer> statuses = new HashSet<>();
        Set<Integer> grpcStatuses = new HashSet<>();
        for (String word : message.getRetryOn().split(",")) {
            String name = word.strip();
            if (RETRY_ON.containsKey(name)) {
                on.add(RETRY_ON.get(name));
            } else if (RETRY_ON_GRPC.containsKey(name)) {
                grpcStatuses.add(RETRY_ON_GRPC.get(name));
            } else if (name.equals(CONFLICT)) {
                statuses.add(409); // the only one that Envoy counts among them
            } else if (name.equals(STATUS_CODES)) {
                statuses.addAll(codes(message, path.field("retriable_status_codes")));
            } else if (!name.isEmpty()) {
                throw new InvalidResource(
                        path.field("retry_on"), Quote.of(name) + ": expected one of " + String.join(", ", words()));
            }
        }
        onlyPreviousHosts(message, path.field("retry_host_predicate"));
        int attempts = Scalars.within(
                message.hasNumRetries(), message.getNumRetries(), 0, MAX_RETRIES, 1, path.field("num_retries"));
        boolean nothing = on.isEmpty() && statuses.isEmpty() && grpcStatuses.isEmpty();
        return new Route.RetryPolicy(
                on,
                statuses,
                grpcStatuses,
                nothing ? 0 : attempts,
                Scalars.duration(
                        message.hasPerTryTimeout(),
                        message.getPerTryTimeout(),
                        path.field("per_try_timeout"),
                        Duration.ZERO));
    }

    /** What this one asks for is always done. */
    private static void onlyPreviousHosts(RetryPolicy message, FieldPath path) {
        for (int i = 0; i < message.getRetryHostPredicateCount(); i++) {
            var predicate = message.getRetryHostPredicate(i);
            boolean known = predicate.hasTypedConfig()
                    ? SupportedFields.typeName(predicate.getTypedConfig().getTypeUrl())
                            .equals(PREVIOUS_HOSTS)
                    : predicate.getName().equals(PREVIOUS_HOSTS_NAME);
            if (!known) {
                throw new InvalidResource(
                        path.at(i), Quote.of(predicate.getName()) + ": expected " + PREVIOUS_HOSTS_NAME);
            }
        }
    }

    private static List<Integer> codes(RetryPolicy message, FieldPath path) {
        for (int i = 0; i < message.getRetriableStatusCodesCount(); i++) {
            Scalars.within(Scalars.unsigned(message.getRetriableStatusCodes(i)), 200, 599, path.at(i));
        }
        return message.getRetriableStatusCodesList();
    }

    private static List<String> words() {
        return Stream.of(RETRY_ON.keySet(), RETRY_ON_GRPC.keySet(), Set.of(CONFLICT, STATUS_CODES))
                .flatMap(Set::stream)
                .sorted()
                .toList();
    }
}
