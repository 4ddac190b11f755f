/**
 * Connections to endpoints, kept for the next exchange: one pool per event loop, endpoint and protocol.
 * Receives an endpoint and asks for a stream on it; hands on a stream of a connection that is idle, has room, or was just made.
 * Must never be shared between event loops, nor give a connection to a cluster other than the one it was made for.
 */
@NullMarked
package io.weft.proxy.pool;

import org.jspecify.annotations.NullMarked;
