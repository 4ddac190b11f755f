package io.weft.proxy.config;

import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One line of a virtual host: what it matches and what happens then. */
public record Route(String name, Match match, Action action, HeaderChanges request, HeaderChanges response) {

    /**
     * All parts must hold.
     *
     * @param share in millionths of requests that may match; 1,000,000 for all
     * @param grpcOnly only requests whose content-type is gRPC's
     */
    public record Match(
            Path path,
            boolean ignoreCase,
            List<HeaderMatch> headers,
            List<QueryMatch> query,
            int share,
            boolean grpcOnly) {
        public static final int ALL = 1_000_000;

        public Match {
            headers = List.copyOf(headers);
            query = List.copyOf(query);
        }
    }

    /** The path without its query. */
    public sealed interface Path {
        record Prefix(String prefix) implements Path {}

        record Exact(String path) implements Path {}

        /** {@code prefix} itself, or {@code prefix/…}. */
        record SeparatedPrefix(String prefix) implements Path {}

        record Regex(Pattern pattern) implements Path {}
    }

    /**
     * Several lines of one header are matched as one value joined by commas, as Envoy does.
     *
     * @param name lower case
     * @param invert the condition must not hold
     * @param missingAsEmpty an absent header is matched as an empty value
     */
    public record HeaderMatch(String name, Condition condition, boolean invert, boolean missingAsEmpty) {
        public sealed interface Condition {
            record Present(boolean present) implements Condition {}

            record Value(StringMatch match) implements Condition {}

            /** A base-10 integer from {@code start} (inclusive) to {@code end} (exclusive). */
            record Range(long start, long end) implements Condition {}
        }
    }

    /** @param value null asks only that the parameter is present */
    public record QueryMatch(String name, @Nullable StringMatch value) {}

    public sealed interface Action permits Forward, Redirect, Respond {}

    /**
     * @param timeout from the end of the request to the end of the answer; zero for no limit
     * @param idleTimeout overrides the connection manager's stream idle timeout; null keeps it
     * @param rewrite what the upstream sees instead of the client's path
     * @param host what the upstream sees instead of the client's authority
     * @param duration of the whole stream; where it is given, {@code timeout} is none
     */
    public record Forward(
            ClusterChoice cluster,
            Duration timeout,
            @Nullable Duration idleTimeout,
            @Nullable PathRewrite rewrite,
            HostRewrite host,
            RetryPolicy retry,
            @Nullable StreamDuration duration)
            implements Action {
        public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

        public Forward(
                ClusterChoice cluster,
                Duration timeout,
                @Nullable Duration idleTimeout,
                @Nullable PathRewrite rewrite,
                HostRewrite host,
                RetryPolicy retry) {
            this(cluster, timeout, idleTimeout, rewrite, host, retry, null);
        }
    }

    /**
     * How long a stream may last, from its head to the end of the answer (Envoy's {@code max_stream_duration} of a route).
     *
     * @param most zero for no limit; null leaves it to the connection manager
     * @param grpcMost a call's {@code grpc-timeout} counts instead, up to this; zero for however long it is; null for not at
     *     all
     * @param grpcOffset taken off the {@code grpc-timeout}, so that the proxy's answer comes before the client gives up
     */
    public record StreamDuration(
            @Nullable Duration most, @Nullable Duration grpcMost, Duration grpcOffset) {}

    public sealed interface PathRewrite {
        /** Replaces the matched prefix or whole path. */
        record Prefix(String replacement) implements PathRewrite {}

        record Regex(Pattern pattern, String substitution) implements PathRewrite {}
    }

    /** Where {@code appends}, the host that was asked for is told in {@code x-forwarded-host}. */
    public sealed interface HostRewrite {
        record Keep() implements HostRewrite {}

        record Literal(String host, boolean appends) implements HostRewrite {
            public Literal(String host) {
                this(host, false);
            }
        }

        /**
         * By the value of a header of the request; without it, or where it is no host, the host stays.
         *
         * @param name lower case
         */
        record Header(String name, boolean appends) implements HostRewrite {}

        /** By what the chosen endpoint calls itself, which for names in DNS is the name; without that the host stays. */
        record OfEndpoint(boolean appends) implements HostRewrite {}
    }

    /**
     * @param on what makes an attempt worth repeating
     * @param statuses answers worth repeating whatever {@code on} says
     * @param grpcStatuses likewise, where the answer's head has a {@code grpc-status}
     * @param attempts after the first; 0 for none beyond the safe replay that is always made
     */
    public record RetryPolicy(
            Set<On> on,
            Set<Integer> statuses,
            Set<Integer> grpcStatuses,
            int attempts,
            Duration perTryTimeout,
            BackOff backOff) {
        public static final RetryPolicy NONE = new RetryPolicy(Set.of(), 0, Duration.ZERO);

        public RetryPolicy {
            on = Set.copyOf(on);
            statuses = Set.copyOf(statuses);
            grpcStatuses = Set.copyOf(grpcStatuses);
        }

        public RetryPolicy(Set<On> on, int attempts, Duration perTryTimeout) {
            this(on, Set.of(), Set.of(), attempts, perTryTimeout, BackOff.DEFAULT);
        }

        /**
         * The pause before a retry: by chance up to {@code base}, up to twice that before the next, and so on.
         *
         * @param most no pause is longer
         */
        public record BackOff(Duration base, Duration most) {
            public static final BackOff DEFAULT = new BackOff(Duration.ofMillis(25), Duration.ofMillis(250));
        }

        /** Whether nothing is worth repeating. */
        public boolean isEmpty() {
            return on.isEmpty() && statuses.isEmpty() && grpcStatuses.isEmpty();
        }

        public enum On {
            CONNECT_FAILURE,
            REFUSED_STREAM,
            RESET_BEFORE_REQUEST,
            RESET,
            GATEWAY_ERROR,
            SERVER_ERROR
        }
    }

    /**
     * @param scheme null keeps it; likewise host, port and path
     * @param stripQuery drops the query
     */
    public record Redirect(
            int status,
            @Nullable String scheme,
            @Nullable String host,
            @Nullable Integer port,
            @Nullable String path,
            @Nullable String prefix,
            boolean stripQuery)
            implements Action {}

    /** @param body sent as text/plain; at most 4 KiB */
    public record Respond(int status, String body) implements Action {}
}
