/**
 * The few shapes of DER (X.690) and PEM (RFC 7468) that an identity needs without a cryptography library.
 *
 * <p>Receives bytes and text; hands on elements, certificates and keys; must never judge what a certificate is good
 * for.
 */
@NullMarked
package io.weft.certs.asn1;

import org.jspecify.annotations.NullMarked;
