/**
 * The workload's identity for other programs: Envoy's Secret Discovery Service on a unix domain socket.
 * Receives the secrets of {@link io.weft.proxy.identity.Identity}, and secrets in files; hands them to whoever may open the socket.
 * Must never listen where another machine or another account could ask.
 */
@NullMarked
package io.weft.proxy.agent;

import org.jspecify.annotations.NullMarked;
