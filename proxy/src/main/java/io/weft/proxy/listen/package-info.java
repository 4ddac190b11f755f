/**
 * Sockets that the proxy accepts connections on, and what is known of each accepted one.
 * Receives listeners of a snapshot and binds them on every event loop; hands on a connection with its original destination.
 * Must never read a byte before it is known who reads it.
 */
@NullMarked
package io.weft.proxy.listen;

import org.jspecify.annotations.NullMarked;
