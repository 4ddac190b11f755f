/**
 * How the proxy is started: Envoy's command-line options and bootstrap file. Receives text from the command line and the
 * disk; hands on a {@link io.weft.proxy.config.Bootstrap}. Must never open a socket or guess at a field it does not know.
 */
@NullMarked
package io.weft.proxy.bootstrap;

import org.jspecify.annotations.NullMarked;
