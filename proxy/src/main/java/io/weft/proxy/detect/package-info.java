/**
 * What a client speaks, from its first bytes: TLS, HTTP/1, HTTP/2 or something opaque.
 *
 * <p>Receives the bytes of an accepted connection and what is to be looked for; hands on a {@link
 * io.weft.proxy.detect.Detection} and then the same bytes, untouched; must never consume, change or hold back a byte, nor
 * wait longer than configured.
 */
@NullMarked
package io.weft.proxy.detect;

import org.jspecify.annotations.NullMarked;
