/**
 * HTTP/2 on the wire (RFC 9113) on top of Netty's framing and HPACK: the two ends of a connection and their streams.
 * Receives frames; hands heads and body pieces to {@code http} under the same rules as HTTP/1 and writes what comes back.
 * Must never hand on a head that HTTP/1 could not carry unambiguously.
 */
@NullMarked
package io.weft.proxy.http2;

import org.jspecify.annotations.NullMarked;
