package io.weft.proxy.http;

import java.nio.charset.StandardCharsets;

/**
 * The header names that the proxy itself acts on. A line is given its name once, when it is parsed, so that no later
 * step compares text.
 */
public enum FieldName {
    OTHER(""),
    /**
     * A name that some programs take for one that only this side of the mesh may set, because they make no difference
     * between {@code _} and {@code -}: {@code x_forwarded_client_cert} and others (attack case E10).
     */
    LOOKALIKE(""),
    HOST("host"),
    CONTENT_LENGTH("content-length"),
    TRANSFER_ENCODING("transfer-encoding"),
    CONNECTION("connection"),
    KEEP_ALIVE("keep-alive"),
    PROXY_CONNECTION("proxy-connection"),
    UPGRADE("upgrade"),
    HTTP2_SETTINGS("http2-settings"),
    TE("te"),
    TRAILER("trailer"),
    EXPECT("expect"),
    DATE("date"),
    SERVER("server"),
    LOCATION("location"),
    CONTENT_TYPE("content-type"),
    USER_AGENT("user-agent"),
    X_REQUEST_ID("x-request-id"),
    X_FORWARDED_FOR("x-forwarded-for"),
    X_FORWARDED_PROTO("x-forwarded-proto"),
    X_FORWARDED_CLIENT_CERT("x-forwarded-client-cert"),
    X_ENVOY_INTERNAL("x-envoy-internal"),
    X_ENVOY_EXTERNAL_ADDRESS("x-envoy-external-address"),
    X_ENVOY_EXPECTED_RQ_TIMEOUT_MS("x-envoy-expected-rq-timeout-ms"),
    X_ENVOY_UPSTREAM_SERVICE_TIME("x-envoy-upstream-service-time"),
    X_ENVOY_RETRY_ON("x-envoy-retry-on", true),
    X_ENVOY_RETRY_GRPC_ON("x-envoy-retry-grpc-on", true),
    X_ENVOY_MAX_RETRIES("x-envoy-max-retries", true),
    X_ENVOY_RETRIABLE_STATUS_CODES("x-envoy-retriable-status-codes", true),
    X_ENVOY_RETRIABLE_HEADER_NAMES("x-envoy-retriable-header-names", true),
    X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS("x-envoy-upstream-rq-timeout-ms", true),
    X_ENVOY_UPSTREAM_RQ_PER_TRY_TIMEOUT_MS("x-envoy-upstream-rq-per-try-timeout-ms", true),
    X_ENVOY_UPSTREAM_RQ_TIMEOUT_ALT_RESPONSE("x-envoy-upstream-rq-timeout-alt-response", true),
    X_ENVOY_UPSTREAM_STREAM_DURATION_MS("x-envoy-upstream-stream-duration-ms", true),
    X_ENVOY_UPSTREAM_ALT_STAT_NAME("x-envoy-upstream-alt-stat-name", true),
    X_ENVOY_HEDGE_ON_PER_TRY_TIMEOUT("x-envoy-hedge-on-per-try-timeout", true),
    X_ENVOY_FORCE_TRACE("x-envoy-force-trace", true),
    X_ENVOY_IP_TAGS("x-envoy-ip-tags", true),
    X_ENVOY_ORIGINAL_URL("x-envoy-original-url", true),
    X_ENVOY_DECORATOR_OPERATION("x-envoy-decorator-operation"),
    X_ENVOY_DOWNSTREAM_SERVICE_CLUSTER("x-envoy-downstream-service-cluster"),
    X_ENVOY_DOWNSTREAM_SERVICE_NODE("x-envoy-downstream-service-node");

    private static final int LONGEST = 40;
    private static final FieldName[][] BY_LENGTH = new FieldName[LONGEST + 1][];
    private static final FieldName[] NONE = {};

    static {
        java.util.Arrays.fill(BY_LENGTH, NONE);
        for (FieldName name : values()) {
            if (name.isKnown()) {
                int length = name.text.length();
                FieldName[] same = BY_LENGTH[length];
                same = java.util.Arrays.copyOf(same, same.length + 1);
                same[same.length - 1] = name;
                BY_LENGTH[length] = same;
            }
        }
    }

    private final String text;
    private final boolean order;

    FieldName(String text) {
        this(text, false);
    }

    FieldName(String text, boolean order) {
        this.text = text;
        this.order = order;
    }

    /** Whether it tells a proxy how to treat the request, which only internal callers may (Envoy's header sanitizing). */
    public boolean isOrder() {
        return order;
    }

    /** Lower case; empty where the name is not {@linkplain #isKnown known}. */
    public String text() {
        return text;
    }

    /** Whether this is one name and not a class of them. */
    public boolean isKnown() {
        return !text.isEmpty();
    }

    /** Whether the proxy takes it away from clients who may not set it. */
    private boolean isGuarded() {
        return switch (this) {
            case X_FORWARDED_FOR,
                    X_FORWARDED_PROTO,
                    X_FORWARDED_CLIENT_CERT,
                    X_ENVOY_INTERNAL,
                    X_ENVOY_EXTERNAL_ADDRESS,
                    X_ENVOY_EXPECTED_RQ_TIMEOUT_MS -> true;
            default -> order;
        };
    }

    /** Finds the name of a header whatever its case. */
    public static FieldName of(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length > LONGEST) {
            return OTHER;
        }
        FieldName[] candidates = BY_LENGTH[length];
        for (FieldName candidate : candidates) {
            if (candidate.is(bytes, start, false)) {
                return candidate;
            }
        }
        for (FieldName candidate : candidates) {
            if (candidate.isGuarded() && candidate.is(bytes, start, true)) {
                return LOOKALIKE;
            }
        }
        return OTHER;
    }

    public static FieldName of(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        return of(bytes, 0, bytes.length);
    }

    /** @param loosely an underscore counts as a hyphen */
    private boolean is(byte[] bytes, int start, boolean loosely) {
        for (int i = 0; i < text.length(); i++) {
            int b = bytes[start + i];
            if (b >= 'A' && b <= 'Z') {
                b += 32;
            } else if (b == '_' && loosely) {
                b = '-';
            }
            if (b != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
