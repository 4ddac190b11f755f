package io.weft.proxy.http;

import org.jspecify.annotations.Nullable;

/**
 * What decisions may read of a request: routing and policy see this and nothing else, whatever version of HTTP it came
 * by. The path is already canonical (see {@code config.HttpConnectionManager.PathRules}): the path judged is the path
 * forwarded.
 */
public interface RequestHead {

    /** As sent; methods are case-sensitive (RFC 9110 section 9.1). */
    String method();

    /** Path and query, beginning with a slash, or {@code *} for OPTIONS, or empty for CONNECT. */
    String path();

    /** Host and optional port as sent; empty where a request has none. */
    String authority();

    /** {@code http} or {@code https}. */
    String scheme();

    /**
     * The value of a header; several lines of it are joined by commas in their order.
     *
     * @param lowerCaseName never a pseudo-header
     * @return null when absent
     */
    @Nullable
    String header(String lowerCaseName);

    /**
     * Whether a header has more than one line.
     *
     * @param lowerCaseName never a pseudo-header
     */
    boolean isRepeated(String lowerCaseName);
}
