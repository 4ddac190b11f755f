package io.weft.proxy.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a connection's bytes as HTTP and routes each request (Envoy's {@code http_connection_manager}).
 *
 * @param filters in order; the router is not among them, it always comes last
 */
public record HttpConnectionManager(
        String statPrefix,
        Codec codec,
        RouteSource routes,
        List<HttpFilter> filters,
        Timeouts timeouts,
        Limits limits,
        PathRules path,
        Forwarded forwarded,
        ServerHeader serverHeader,
        String serverName,
        Http1 http1,
        Http2Settings http2,
        boolean generateRequestId,
        boolean preserveExternalRequestId,
        boolean stripPort,
        List<String> upgrades,
        List<AccessLog> accessLogs)
        implements FilterChain.Terminal {

    public HttpConnectionManager {
        filters = List.copyOf(filters);
        upgrades = List.copyOf(upgrades);
        accessLogs = List.copyOf(accessLogs);
    }

    public enum Codec {
        AUTO,
        HTTP1,
        HTTP2
    }

    /** What becomes of the {@code server} response header. */
    public enum ServerHeader {
        OVERWRITE,
        APPEND_IF_ABSENT,
        PASS_THROUGH
    }

    /**
     * All durations; zero turns the limit off.
     *
     * @param idle a downstream connection without any request in flight
     * @param requestHeaders from a request's first byte to the end of its head
     * @param request from a request's first byte to its last
     * @param streamIdle a request in flight on which nothing moves in either direction
     * @param drain grace between announcing the end of a connection and closing it
     * @param maxConnectionDuration a downstream connection's age; then it is drained
     * @param maxStreamDuration from a request's head to the end of its answer, where the route says nothing of it
     */
    public record Timeouts(
            Duration idle,
            Duration requestHeaders,
            Duration request,
            Duration streamIdle,
            Duration drain,
            Duration maxConnectionDuration,
            Duration maxStreamDuration) {
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofHours(1),
                Duration.ofSeconds(60),
                Duration.ZERO,
                Duration.ofMinutes(5),
                Duration.ofSeconds(5),
                Duration.ZERO);

        public Timeouts(
                Duration idle,
                Duration requestHeaders,
                Duration request,
                Duration streamIdle,
                Duration drain,
                Duration maxConnectionDuration) {
            this(idle, requestHeaders, request, streamIdle, drain, maxConnectionDuration, Duration.ZERO);
        }
    }

    /**
     * @param maxHeaderBytes of a whole request head, in bytes
     * @param maxHeaders how many header lines
     * @param maxRequestsPerConnection 0 for no limit
     */
    public record Limits(int maxHeaderBytes, int maxHeaders, int maxRequestsPerConnection) {
        public static final Limits DEFAULT = new Limits(60 * 1024, 100, 0);
    }

    /**
     * How the path is made canonical before any filter sees it; the canonical path is the one forwarded.
     *
     * @param normalize RFC 3986 section 6.2.2: dot segments resolved, unreserved percent-encodings decoded
     * @param mergeSlashes {@code //} becomes {@code /}
     */
    public record PathRules(boolean normalize, boolean mergeSlashes, EscapedSlashes escapedSlashes) {
        public static final PathRules DEFAULT = new PathRules(false, false, EscapedSlashes.KEEP);

        /** What becomes of {@code %2F} and {@code %5C}. */
        public enum EscapedSlashes {
            KEEP,
            REJECT,
            UNESCAPE_AND_REDIRECT,
            UNESCAPE_AND_FORWARD
        }
    }

    /**
     * Headers that say who asked.
     *
     * @param useRemoteAddress the TCP peer is the client: x-forwarded-for from outside is not believed
     * @param trustedHops how many proxies in front of this one are believed
     * @param internal whose requests are taken for internal ones, which may say by headers how they want to be treated
     */
    public record Forwarded(
            boolean useRemoteAddress,
            int trustedHops,
            boolean skipAppend,
            ClientCert clientCert,
            boolean certUri,
            boolean certDns,
            boolean certSubject,
            boolean certPem,
            boolean certChain,
            List<Cidr> internal) {
        public static final Forwarded DEFAULT =
                new Forwarded(false, 0, false, ClientCert.SANITIZE, false, false, false);

        public Forwarded {
            internal = List.copyOf(internal);
        }

        /** Nobody is internal. */
        public Forwarded(
                boolean useRemoteAddress,
                int trustedHops,
                boolean skipAppend,
                ClientCert clientCert,
                boolean certUri,
                boolean certDns,
                boolean certSubject) {
            this(
                    useRemoteAddress,
                    trustedHops,
                    skipAppend,
                    clientCert,
                    certUri,
                    certDns,
                    certSubject,
                    false,
                    false,
                    List.of());
        }

        /** Envoy's {@code forward_client_cert_details}, for {@code x-forwarded-client-cert}. */
        public enum ClientCert {
            SANITIZE,
            FORWARD_ONLY,
            APPEND_FORWARD,
            SANITIZE_SET,
            ALWAYS_FORWARD_ONLY
        }
    }

    /**
     * @param acceptHttp10 HTTP/1.0 is served; otherwise 426. On where nothing is said, for legacy programs (feature H-02).
     * @param defaultHost the authority of an HTTP/1.0 request without Host; null refuses it with 400
     */
    public record Http1(boolean acceptHttp10, @Nullable String defaultHost) {
        public static final Http1 DEFAULT = new Http1(true, null);
    }

    /**
     * RFC 9113 settings announced to the peer. Windows in bytes.
     */
    public record Http2Settings(int maxConcurrentStreams, int streamWindow, int connectionWindow) {
        public static final Http2Settings DEFAULT = new Http2Settings(100, 256 * 1024, 1024 * 1024);
    }
}
