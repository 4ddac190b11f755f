/**
 * What the tests of this module share.
 *
 * <p>Receives test runs and sockets on port 0; hands on outcomes; must never be needed by production code.
 */
@NullMarked
package io.weft.proxy.testing;

import org.jspecify.annotations.NullMarked;
