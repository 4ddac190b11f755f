/**
 * Certificates made for tests.
 *
 * <p>Receives what is to be wrong with a certificate; hands on one with exactly that; must never be used outside tests.
 */
@NullMarked
package io.weft.certs.testing;

import org.jspecify.annotations.NullMarked;
