/**
 * One exchange of HTTP, whatever its version on either side: header blocks, the strict validator, the exchange itself.
 * Receives bytes from {@code http1} and {@code http2}; hands a request through filters and routing to an upstream stream.
 * Must never take a lock, block, or leave its event loop.
 */
@NullMarked
package io.weft.proxy.http;

import org.jspecify.annotations.NullMarked;
