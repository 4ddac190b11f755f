package io.weft.proxy.http;

import java.nio.charset.StandardCharsets;

/**
 * The header names that the proxy itself acts on. A line is given its name once, when it is parsed, so that no later
 * step compares text.
 */
public enum FieldName {
    OTHER(""),
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
    X_ENVOY_UPSTREAM_SERVICE_TIME("x-envoy-upstream-service-time");

    private static final int LONGEST = 31;
    private static final FieldName[][] BY_LENGTH = new FieldName[LONGEST + 1][];
    private static final FieldName[] NONE = {};

    static {
        java.util.Arrays.fill(BY_LENGTH, NONE);
        for (FieldName name : values()) {
            if (name != OTHER) {
                int length = name.text.length();
                FieldName[] same = BY_LENGTH[length];
                same = java.util.Arrays.copyOf(same, same.length + 1);
                same[same.length - 1] = name;
                BY_LENGTH[length] = same;
            }
        }
    }

    private final String text;

    FieldName(String text) {
        this.text = text;
    }

    /** Lower case. */
    public String text() {
        return text;
    }

    /** Finds the name of a header whatever its case. */
    public static FieldName of(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length > LONGEST) {
            return OTHER;
        }
        FieldName[] candidates = BY_LENGTH[length];
        for (FieldName candidate : candidates) {
            if (candidate.is(bytes, start)) {
                return candidate;
            }
        }
        return OTHER;
    }

    public static FieldName of(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        return of(bytes, 0, bytes.length);
    }

    private boolean is(byte[] bytes, int start) {
        for (int i = 0; i < text.length(); i++) {
            int b = bytes[start + i];
            if (b >= 'A' && b <= 'Z') {
                b += 32;
            }
            if (b != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
