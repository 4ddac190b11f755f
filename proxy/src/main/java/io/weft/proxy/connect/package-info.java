/**
 * New connections to endpoints: the dial, the TLS handshake, the check of who answered.
 * Receives an address and how it is to be reached; hands on a channel that is ready for bytes, or why there is none.
 * Must never hand on a channel whose peer was not verified where verification is configured.
 */
@NullMarked
package io.weft.proxy.connect;

import org.jspecify.annotations.NullMarked;
