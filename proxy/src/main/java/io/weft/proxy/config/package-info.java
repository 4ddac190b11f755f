/**
 * What the proxy was told, as immutable records: listeners, filter chains, routes, clusters, endpoints, secrets, policy.
 * Receives nothing; handed on by {@code xds} and {@code bootstrap} as a {@link io.weft.proxy.config.Snapshot}.
 * Must never know Netty, protobuf, or anything that can change.
 */
@NullMarked
package io.weft.proxy.config;

import org.jspecify.annotations.NullMarked;
