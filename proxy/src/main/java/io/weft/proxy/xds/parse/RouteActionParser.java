package io.weft.proxy.xds.parse;

import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.ClusterChoice.Weighted.Share;
import io.weft.proxy.config.RetryWords;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.HostRewrite;
import io.weft.proxy.config.Route.PathRewrite;
import io.weft.proxy.config.Route.RetryPolicy.BackOff;
import io.weft.proxy.wire.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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
                            "host_rewrite_header",
                            "auto_host_rewrite",
                            "append_x_forwarded_host",
                            "retry_policy",
                            "max_stream_duration")
                    .only("cluster_not_found_response_code", "the answer is always 503", "SERVICE_UNAVAILABLE")
                    .only("priority", "all requests have one priority", "DEFAULT"),
            MessageFields.of(PACKAGE + "RouteAction.MaxStreamDuration")
                    .honours("max_stream_duration", "grpc_timeout_header_max", "grpc_timeout_header_offset"),
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
                            "retry_back_off",
                            "retry_host_predicate")
                    .accepts(
                            "host_selection_retry_max_attempts",
                            "an endpoint not tried before is found wherever there is one"),
            MessageFields.of(PACKAGE + "RetryPolicy.RetryBackOff").honours("base_interval", "max_interval"),
            MessageFields.of(PACKAGE + "RetryPolicy.RetryHostPredicate").honours("name", "typed_config"),
            MessageFields.typed(PREVIOUS_HOSTS));

    private static final int DEFAULT_LONGEST = 10;
    private static final int MAX_RETRIES = 100;

    private RouteActionParser() {}

    static Route.Forward forward(Message message, Route.Match match, Route.RetryPolicy inherited, FieldPath path) {
        return new Route.Forward(
                cluster(message, path),
                // As in Envoy: who says how long a stream may last means that and not the time for an answer.
                message.has("max_stream_duration")
                        ? Duration.ZERO
                        : Scalars.duration(
                                message.has("timeout"),
                                message.message("timeout"),
                                path.field("timeout"),
                                Route.Forward.DEFAULT_TIMEOUT),
                message.has("idle_timeout")
                        ? Scalars.duration(message.message("idle_timeout"), path.field("idle_timeout"))
                        : null,
                rewrite(message, match, path),
                host(message, path),
                message.has("retry_policy")
                        ? retry(message.message("retry_policy"), path.field("retry_policy"))
                        : inherited,
                message.has("max_stream_duration")
                        ? duration(message.message("max_stream_duration"), path.field("max_stream_duration"))
                        : null);
    }

    private static Route.StreamDuration duration(Message message, FieldPath path) {
        return new Route.StreamDuration(
                optional(message, "max_stream_duration", path),
                optional(message, "grpc_timeout_header_max", path),
                Objects.requireNonNullElse(optional(message, "grpc_timeout_header_offset", path), Duration.ZERO));
    }

    private static @Nullable Duration optional(Message message, String field, FieldPath path) {
        return message.has(field) ? Scalars.duration(message.message(field), path.field(field)) : null;
    }

    private static ClusterChoice cluster(Message message, FieldPath path) {
        return switch (message.which("cluster_specifier")) {
            case "cluster" -> new ClusterChoice.Single(Scalars.name(message.text("cluster"), path.field("cluster")));
            case "weighted_clusters" -> weighted(message.message("weighted_clusters"), path.field("weighted_clusters"));
            default -> throw new InvalidResource(path, "expected cluster or weighted_clusters");
        };
    }

    @SuppressWarnings("deprecation") // total_weight must be right where it is still given
    private static ClusterChoice weighted(Message message, FieldPath path) {
        List<Share> shares = new ArrayList<>(message.count("clusters"));
        for (int i = 0; i < message.count("clusters"); i++) {
            var share = message.message("clusters", i);
            FieldPath at = path.field("clusters").at(i);
            shares.add(new Share(
                    Scalars.name(share.text("name"), at.field("name")),
                    Scalars.unsigned(share.message("weight").number("value"))));
        }
        ClusterChoice choice = ClusterChoiceParser.weighted(shares, path);
        if (message.has("total_weight")) {
            long total = shares.stream().mapToLong(Share::weight).sum();
            Scalars.within(
                    Scalars.unsigned(message.message("total_weight").number("value")),
                    total,
                    total,
                    path.field("total_weight"));
        }
        return choice;
    }

    private static @Nullable PathRewrite rewrite(Message message, Route.Match match, FieldPath path) {
        boolean prefix = !message.text("prefix_rewrite").isEmpty();
        if (prefix && message.has("regex_rewrite")) {
            throw new InvalidResource(
                    path.field("regex_rewrite"), "expected regex_rewrite or prefix_rewrite, not both");
        }
        if (message.has("regex_rewrite")) {
            return regex(message.message("regex_rewrite"), path.field("regex_rewrite"));
        }
        if (!prefix) {
            return null;
        }
        needsPrefix(match, path.field("prefix_rewrite"));
        return new PathRewrite.Prefix(Scalars.text(message.text("prefix_rewrite"), path.field("prefix_rewrite")));
    }

    static void needsPrefix(Route.Match match, FieldPath path) {
        if (match.path() instanceof Route.Path.Regex) {
            throw new InvalidResource(path, "expected a match by prefix or path, which a prefix can be replaced in");
        }
    }

    private static PathRewrite regex(Message message, FieldPath path) {
        var pattern = MatcherParser.regex(message.message("pattern"), path.field("pattern"))
                .pattern();
        FieldPath at = path.field("substitution");
        String substitution = Scalars.text(message.text("substitution"), at);
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

    private static HostRewrite host(Message message, FieldPath path) {
        boolean appends = message.flag("append_x_forwarded_host");
        return switch (message.which("host_rewrite_specifier")) {
            case "host_rewrite_literal" -> {
                FieldPath at = path.field("host_rewrite_literal");
                String host = Scalars.text(message.text("host_rewrite_literal"), at);
                yield host.isEmpty()
                        ? new HostRewrite.Keep()
                        : new HostRewrite.Literal(Scalars.authority(host, at), appends);
            }
            case "host_rewrite_header" -> {
                FieldPath at = path.field("host_rewrite_header");
                String name = HeaderChangesParser.name(message.text("host_rewrite_header"), at);
                yield new HostRewrite.Header(name.toLowerCase(Locale.ROOT), appends);
            }
            case "auto_host_rewrite" ->
                message.message("auto_host_rewrite").flag("value")
                        ? new HostRewrite.OfEndpoint(appends)
                        : new HostRewrite.Keep();
            default -> new HostRewrite.Keep();
        };
    }

    static Route.RetryPolicy retry(Message message, FieldPath path) {
        var words = new RetryWords();
        for (String word : message.text("retry_on").split(",")) {
            String name = word.strip();
            if (!name.isEmpty() && !words.add(name)) {
                throw new InvalidResource(
                        path.field("retry_on"),
                        Quote.of(name) + ": expected one of " + String.join(", ", RetryWords.known()));
            }
        }
        if (words.namesStatuses()) {
            words.addStatuses(codes(message, path.field("retriable_status_codes")));
        }
        onlyPreviousHosts(message, path.field("retry_host_predicate"));
        int attempts = Scalars.within(
                message.has("num_retries"),
                message.message("num_retries"),
                0,
                MAX_RETRIES,
                1,
                path.field("num_retries"));
        return words.policy(
                attempts,
                Scalars.duration(
                        message.has("per_try_timeout"),
                        message.message("per_try_timeout"),
                        path.field("per_try_timeout"),
                        Duration.ZERO),
                message.has("retry_back_off")
                        ? backOff(message.message("retry_back_off"), path.field("retry_back_off"))
                        : BackOff.DEFAULT);
    }

    /** Ten times the first pause where the longest is not said. */
    private static BackOff backOff(Message message, FieldPath path) {
        Duration base = Scalars.positive(message.message("base_interval"), path.field("base_interval"));
        Duration most = message.has("max_interval")
                ? Scalars.positive(message.message("max_interval"), path.field("max_interval"))
                : Collections.min(
                        List.of(base.multipliedBy(DEFAULT_LONGEST), Duration.ofSeconds(Scalars.MAX_DURATION_SECONDS)));
        if (most.compareTo(base) < 0) {
            throw new InvalidResource(
                    path.field("max_interval"), most + ": expected no less than base_interval " + base);
        }
        return new BackOff(base, most);
    }

    /** What this one asks for is always done. */
    private static void onlyPreviousHosts(Message message, FieldPath path) {
        for (int i = 0; i < message.count("retry_host_predicate"); i++) {
            var predicate = message.message("retry_host_predicate", i);
            boolean known = predicate.has("typed_config")
                    ? SupportedFields.typeName(predicate.message("typed_config").text("type_url"))
                            .equals(PREVIOUS_HOSTS)
                    : predicate.text("name").equals(PREVIOUS_HOSTS_NAME);
            if (!known) {
                throw new InvalidResource(
                        path.at(i), Quote.of(predicate.text("name")) + ": expected " + PREVIOUS_HOSTS_NAME);
            }
        }
    }

    private static List<Integer> codes(Message message, FieldPath path) {
        for (int i = 0; i < message.count("retriable_status_codes"); i++) {
            Scalars.within(Scalars.unsigned(message.number("retriable_status_codes", i)), 200, 599, path.at(i));
        }
        return message.numbers("retriable_status_codes");
    }
}
