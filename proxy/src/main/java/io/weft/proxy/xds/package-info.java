/**
 * How the proxy is told: the xDS client (protocol, transport, what was received) and the assembler of snapshots.
 *
 * <p>Receives a bootstrap, secrets made in the process and the control plane's responses; hands on a
 * {@link io.weft.proxy.config.Snapshot} in which every reference resolves. Must never touch the path of a connection,
 * nor let a bad or missing control plane take away what was good.
 */
@NullMarked
package io.weft.proxy.xds;

import org.jspecify.annotations.NullMarked;
