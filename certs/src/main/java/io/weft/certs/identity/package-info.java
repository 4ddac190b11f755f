/**
 * Who a peer is: SPIFFE ids, X.509 SVIDs, trust bundles, and the verification of a peer's chain.
 *
 * <p>Receives certificates and an instant; hands on ids or the reason of a refusal; must never read a clock, a file or
 * the network, and must never need a cryptography library besides the JDK.
 */
@NullMarked
package io.weft.certs.identity;

import org.jspecify.annotations.NullMarked;
