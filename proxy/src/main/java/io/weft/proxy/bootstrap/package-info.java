/**
 * How the proxy is started: Envoy's command-line options and bootstrap file. Receives text from the command line and the
 * disk, read part by part; hands on a {@link io.weft.proxy.config.Bootstrap}. Must never open a socket, guess at a field it
 * does not know, or keep what it read of a resource once that is a record.
 */
@NullMarked
package io.weft.proxy.bootstrap;

import org.jspecify.annotations.NullMarked;
