/**
 * When a certificate is renewed, and what serves meanwhile.
 *
 * <p>Receives certificates, failures and instants; hands on states and the time of the next attempt; must never read a
 * clock, roll a die, or let an expired certificate serve.
 */
@NullMarked
package io.weft.certs.rotation;

import org.jspecify.annotations.NullMarked;
