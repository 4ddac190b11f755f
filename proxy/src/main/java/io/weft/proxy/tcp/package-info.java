/**
 * Bytes between a client and an endpoint, without knowledge of what they mean (Envoy's {@code tcp_proxy}).
 * Receives a connection; dials an endpoint at once and moves bytes both ways, half-closes included.
 * Must never hold more than its buffer limit, nor read from a side whose other side does not keep up.
 */
@NullMarked
package io.weft.proxy.tcp;

import org.jspecify.annotations.NullMarked;
