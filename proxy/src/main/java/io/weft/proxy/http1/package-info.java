/**
 * HTTP/1.0 and 1.1 on the wire (RFC 9112): heads, bodies, and the two ends of a connection.
 * Receives bytes; hands heads and body pieces to {@code http} and writes what comes back, lines in the case and order they had.
 * Must never forward a message that it has not understood completely.
 */
@NullMarked
package io.weft.proxy.http1;

import org.jspecify.annotations.NullMarked;
