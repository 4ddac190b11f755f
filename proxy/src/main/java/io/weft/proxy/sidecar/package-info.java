/**
 * How the proxy is started as a sidecar: the environment that Istio's pilot-agent reads, as options and a bootstrap.
 *
 * <p>Receives environment, flags and the text of mounted files; hands on a {@link io.weft.proxy.config.Bootstrap} and
 * where the identity comes from. Must never open a socket, read a secret, or take a misspelt value for a missing one.
 */
@NullMarked
package io.weft.proxy.sidecar;

import org.jspecify.annotations.NullMarked;
