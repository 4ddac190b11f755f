/**
 * Which filter chain takes a connection. Receives a listener, once per snapshot, and of a connection its addresses and
 * what was detected of its first bytes; hands on the chain, and before detection whether it can matter at all.
 * Must never read a byte itself, keep state of a connection, or build what the chain describes.
 */
@NullMarked
package io.weft.proxy.chain;

import org.jspecify.annotations.NullMarked;
